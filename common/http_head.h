/* http_head.h -- what heads of requests and of responses have in common: lines,
 * fields, and what the fields say about the body (RFC 9112, 2, 5 and 6).
 *
 *      start line CRLF  name: value CRLF  name: value CRLF  CRLF  body ...
 *                                       ^ line      ^ checked
 *
 * The functions are for http.c, which takes start lines apart: others want
 * http.h. Those that return a bool return false when they cannot go on, and
 * then parser->status and why say what is wrong.
 */
#ifndef COMMON_HTTP_HEAD_H
#define COMMON_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/http_body.h"
#include "common/http_fields.h"
#include "common/limits.h"
#include "common/slice.h"

/* What a connection remembers between calls. Zeroed: the start of a message,
 * with the limits above. */
struct http_parser {
    uint32_t line_max; /* bytes of a start line; 0: HTTP_LINE_MAX */
    uint32_t head_max; /* bytes of a head; 0: HTTP_HEAD_MAX */
    uint32_t checked;  /* bytes that need no second look */
    uint32_t line;     /* where the line behind them begins */
    int status;        /* of HTTP_BAD: what to answer to a request */
    const char *why;   /* of HTTP_BAD: the reason, for people */
};

enum http_result {
    HTTP_NEED_MORE, /* call again when more bytes arrived */
    HTTP_HEAD,      /* here it is */
    HTTP_BAD,       /* see parser->status and why; answer and hang up */
};

/* What the fields say about connection and body, in whatever order. */
struct http_digest {
    unsigned minor;                    /* of the start line */
    unsigned hosts, lengths, codings;  /* how many lines of these names, */
    struct slice host, length, coding; /* and the last value of each */
    bool may_close, may_stay;          /* Connection: close, keep-alive */
    bool expects_continue, expects_other;
};

/* Remember what is wrong, and return false. */
bool http_refuse(struct http_parser *parser, int status, const char *why);

/* Look for the empty line behind the fields, from where the last call stopped.
 * True: the head is the first parser->checked bytes, which are text in lines
 * that end in CRLF. False with status 0: wait for more. */
bool http_find_end(struct http_parser *parser, const struct buf *in);

/* Take the first line off such a head, and return it without its CRLF. */
struct slice http_next_line(struct slice *head);

/* "HTTP/1.1" and its like (2.3). */
bool http_parse_version(struct http_parser *parser, struct slice text,
                        unsigned *minor);

/* Fill `head` and `digest` from `lines`, which end with the empty line (5). */
bool http_parse_fields(struct http_parser *parser, struct slice lines,
                       struct http_head *head, struct http_digest *digest);

/* Where does the body end (6.3)? HTTP_NO_BODY: no field says so. */
bool http_parse_framing(struct http_parser *parser,
                        const struct http_head *head,
                        const struct http_digest *digest,
                        struct http_body *body);

/* May the connection be used again (9.3)? */
bool http_may_keep_alive(const struct http_digest *digest);

#endif
