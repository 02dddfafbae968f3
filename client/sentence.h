/* sentence.h -- what a table shows, in words made from its numbers. */
#ifndef CLIENT_SENTENCE_H
#define CLIENT_SENTENCE_H

#include "client/result.h"
#include "common/buf.h"

/* Append a sentence, without a line's end, that is true whatever the numbers
 * are. */
void sentence_append(struct buf *out, const struct table *table);

#endif
