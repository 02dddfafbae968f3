/* arrival.h -- bytes that arrived, and nothing behind them.
 *
 * Behind what has come of a stream lies, as a rule, what was left there by
 * chance, and nobody notices who reads it. Here the memory ends with the last
 * byte, also with that of none: the sanitizer says who looks behind it, and
 * where: "heap-buffer-overflow at exercise.c:41 in take_frame".
 */
#ifndef LESSONS_KIT_ARRIVAL_H
#define LESSONS_KIT_ARRIVAL_H

#include "common/buf.h"
#include "common/slice.h"

/* A copy of the bytes, in memory that ends with them; arrival_free() it, which
 * does nothing with a zeroed one. */
struct slice arrival_of(struct slice bytes);
void arrival_free(struct slice arrival);

/* Move the unread bytes to memory that ends with them; what was there before is
 * freed. It stays a buffer like any other: buf_free() it. */
void arrival_fit(struct buf *in);

#endif
