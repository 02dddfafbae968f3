/* sse.h -- events in a response that never ends (HTML standard, 9.2,
 * "Server-sent events"; the type is text/event-stream).
 *
 * An event is some lines of text and a blank line. Each line is a field:
 *
 *      event: greeting          its type; without one it is a "message"
 *      id: 8                    send as Last-Event-ID to go on from here
 *      data: two lines          its data; several data lines make several lines
 *      data: of text
 *      : this is a comment      keeps proxies from giving up on a silent stream
 *                               <- the blank line dispatches the event
 *
 * Text is handed on as it came: who shows it replaces what is not UTF-8.
 */
#ifndef COMMON_SSE_H
#define COMMON_SSE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

/* Append one event. `event` is its type, NULL for "message"; an empty `id` is
 * left out. Neither may have a CR or LF in it, nor the id a NUL. CR, LF and
 * CRLF in `data` end its lines; the receiver sees a LF for each. */
void sse_append_event(struct buf *out, const char *event, struct slice id,
                      struct slice data);

/* Append `text` as a comment, which receivers ignore. */
void sse_append_comment(struct buf *out, struct slice text);

/* Ask the receiver to wait `ms` milliseconds before it connects again. */
void sse_append_retry(struct buf *out, int ms);

/* The receiving end. A zeroed one, with max_size and retry_ms set, is at the
 * beginning of a stream. */
struct sse {
    size_t max_size;          /* bytes of a line and the data before it */
    int retry_ms;             /* the client's own wait, until a retry field */
    struct buf last_event_id; /* of the newest block: Last-Event-ID */

    struct buf type; /* of the block being read, until its blank line */
    struct buf data; /* with a LF behind each line */
    struct buf id;
    bool has_id;
    bool has_begun;     /* the first line, which may have a BOM, was read */
    bool is_after_cr;   /* a LF that comes now belongs to it */
    bool is_dispatched; /* type and data are old: forget them first */
    uint32_t scanned;   /* bytes of an incomplete line, without its end */
};

/* Free what it holds and leave a zeroed one. */
void sse_free(struct sse *sse);

/* Get ready for another response: an event that is not complete is discarded
 * (9.2.6), the last event id and retry_ms are kept, as browsers do. */
void sse_restart(struct sse *sse);

enum sse_result {
    SSE_NEED_MORE, /* call again when more bytes arrived */
    SSE_EVENT,     /* an event was dispatched */
    SSE_TOO_BIG,   /* over max_size; final, hang up */
};

/* Borrowed: good until the next call for the same stream. */
struct sse_event {
    struct slice type; /* "message" unless the stream says otherwise */
    struct slice id;   /* the last that was set, if only by an event before */
    struct slice data; /* its lines, with a LF between two */
};

/* Take the next event out of `in` (9.2.5, 9.2.6). `event` is written only for
 * SSE_EVENT. */
enum sse_result sse_next(struct sse *sse, struct buf *in,
                         struct sse_event *event);

#endif
