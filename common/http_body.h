/* http_body.h -- the bytes behind a head, whatever says where they end
 * (RFC 9112, 6).
 *
 * The parser of the head leaves a struct http_body that is ready to be read. It
 * is small: copy it to where the connection lives on, and ask for pieces until
 * the end.
 *
 *      while (http_body_next(&body, in, &piece) == HTTP_BODY_PIECE)
 *          buf_append_slice(&message, piece);
 */
#ifndef COMMON_HTTP_BODY_H
#define COMMON_HTTP_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/chunked.h"
#include "common/slice.h"

/* What says where the body ends (6.3). */
enum http_framing {
    HTTP_NO_BODY,     /* neither of the fields: to a POST, answer 411 */
    HTTP_LENGTH,      /* Content-Length, which may be 0 */
    HTTP_CHUNKED,     /* Transfer-Encoding: chunked */
    HTTP_UNTIL_CLOSE, /* a response that ends with the connection */
};

struct http_body {
    enum http_framing framing;
    int status;      /* of HTTP_BODY_BAD: what to answer, 400 or 413 */
    const char *why; /* of HTTP_BODY_BAD: the reason, for people; constant */
    uint64_t left;   /* HTTP_LENGTH: bytes that are still to come */
    uint32_t max;    /* bytes, set by the reader; 0: no limit */
    uint32_t taken;  /* bytes handed out so far; without a limit, modulo 2^32 */
    struct chunked chunked; /* HTTP_CHUNKED */
};

enum http_body_result {
    HTTP_BODY_NEED_MORE, /* call again when more bytes arrived */
    HTTP_BODY_PIECE,
    HTTP_BODY_END, /* the next message begins here */
    HTTP_BODY_BAD, /* see body->status and why; answer and hang up */
};

/* Take the next piece of the body out of `in`. It is never empty, and borrowed
 * until the next append to `in`. HTTP_BODY_BAD: these are no chunks, or it is
 * more than body->max bytes, said at once when Content-Length says so. END and
 * BAD are said again for as long as somebody asks. */
enum http_body_result http_body_next(struct http_body *body, struct buf *in,
                                     struct slice *piece);

/* The peer closed the connection and `in` is used up: was that the whole body?
 * If not, it was broken off (8). */
bool http_body_may_end_here(const struct http_body *body);

#endif
