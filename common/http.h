/* http.h -- the heads of HTTP/1.1, requests and responses (RFC 9112).
 *
 *      POST /polling?channel=lobby HTTP/1.1 CRLF       request line (3)
 *      Host: 127.0.0.1:8080 CRLF                       fields (5)
 *      Content-Length: 2 CRLF
 *      CRLF
 *      hi                                              body: http_body.h
 *
 * A head is taken out of a buffer when all of it is there. What two parsers
 * could read differently is refused: that is how requests are smuggled past a
 * proxy (11.2). What a connection remembers between calls is struct http_parser
 * in http_head.h; writing is in http_write.h.
 */
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/http_body.h"
#include "common/http_fields.h"
#include "common/http_head.h"
#include "common/slice.h"

/* RFC 9110, 9.3, and RFC 5789. */
enum http_method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_OPTIONS,
    METHOD_PUT,
    METHOD_DELETE,
    METHOD_PATCH,
    METHOD_TRACE,
    METHOD_CONNECT,
    METHOD_OTHER, /* a token that we do not know: answer 501 */
};

/* 3.2. */
enum http_target_form {
    HTTP_ORIGIN_FORM,    /* /path?query */
    HTTP_ABSOLUTE_FORM,  /* http://host/path?query */
    HTTP_AUTHORITY_FORM, /* host:port, of CONNECT */
    HTTP_ASTERISK_FORM,  /* *, of OPTIONS */
};

struct http_request {
    enum http_method method;
    struct slice method_name;
    enum http_target_form form;
    struct slice target;   /* as it was sent */
    struct slice path;     /* "/" at least; empty in the last two forms */
    struct slice query;    /* behind the first "?"; no data: there is none */
    struct slice host;     /* host[:port], in the target or else in Host */
    unsigned minor;        /* of HTTP/1.minor */
    bool keep_alive;       /* may another request follow (9.3)? */
    bool expects_continue; /* waits for 100 before its body (9110, 10.1.1) */
    struct http_body body; /* ready to be read */
    struct http_head head;
};

struct http_response {
    int status;          /* 100 to 999 */
    struct slice reason; /* often empty */
    unsigned minor;
    bool keep_alive; /* may the connection be used again after the body? */
    struct http_body body;
    struct http_head head;
};

/* Take the head of the next request out of `in`, and empty lines before it
 * (2.2). Slices are borrowed until the next append to `in`. A bare LF or a
 * control character is refused when it is seen, not when the head ends.
 * HTTP_BAD is final; answer
 *   400 to what is not HTTP/1.1, or could be read in two ways
 *   414 to a request line over its limit, 431 to a head over its limits
 *   417 to an Expect that is not 100-continue
 *   501 to a transfer coding that is not chunked
 *   505 to a major version that is not 1. */
enum http_result http_next_request(struct http_parser *parser, struct buf *in,
                                   struct http_request *request);

/* Take the next head that answers a request with this method, which decides
 * whether a body follows (6.3). Interim responses (1xx) are returned too: ask
 * again for the one behind them. */
enum http_result http_next_response(struct http_parser *parser, struct buf *in,
                                    enum http_method method,
                                    struct http_response *response);

#endif
