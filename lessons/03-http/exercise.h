/* exercise.h -- the head of a request, taken apart; or refused (RFC 9112).
 *
 *      POST /polling HTTP/1.1 CRLF     method, target, version
 *      Host: example.org CRLF          fields
 *      Content-Length: 5 CRLF
 *      CRLF                            here the head ends,
 *      hello                           and this is not part of it
 *
 * common/http_fields.h has what fields are made of: http_trim(),
 * http_is_token(), http_has_class() and others; common/slice.h has
 * slice_is_any_case().
 */
#ifndef LESSONS_03_HTTP_EXERCISE_H
#define LESSONS_03_HTTP_EXERCISE_H

#include <stdint.h>

#include "common/http_fields.h"
#include "common/slice.h"

enum {
    FIELDS_MAX = 16,      /* more of them are HEAD_BAD */
    HEAD_SIZE_MAX = 1000, /* bytes; so are more without an end */
};

enum head_result {
    HEAD_NOT_WRITTEN, /* what the starter says */
    HEAD_NEED_MORE,   /* the empty line has not come yet */
    HEAD_COMPLETE,    /* here it is */
    HEAD_BAD,         /* to be answered with 400; head->why says what it is */
};

/* What says where the body ends (6.3)? */
enum body_end {
    BODY_NONE,    /* no field: there is none */
    BODY_LENGTH,  /* Content-Length: head->length bytes */
    BODY_CHUNKED, /* Transfer-Encoding: chunked */
};

struct head {
    struct slice method, target;
    struct http_field fields[FIELDS_MAX]; /* names as they came */
    size_t count;                         /* of fields */
    enum body_end body;
    uint64_t length;
    size_t size;     /* bytes of the head, with its empty line */
    const char *why; /* of HEAD_BAD */
};

/* Take the head apart that `bytes` begin with, which are all that has come so
 * far; call again with more, and the same head. Slices are parts of `bytes`.
 * What two parsers could read differently is refused:
 *   a line that ends in LF alone, a CR that is not followed by LF, any other
 *     control character but HTAB (2.2; 9110, 5.5)
 *   a request line other than token, blank, visible characters, blank,
 *     "HTTP/1.1" (3)
 *   a line without a colon, a name that is no token, so that a blank before the
 *     colon or at the beginning of a line is refused as well (5.1, 5.2)
 *   a Content-Length that is not digits, is over 64 bits, or comes twice (6.3)
 *   Transfer-Encoding beside Content-Length, twice, or other than chunked (6.1)
 *   no Host, or two (3.2)
 * Names and "chunked" have no case; blanks around a value are no part of it. */
enum head_result head_parse(struct slice bytes, struct head *head);

#endif
