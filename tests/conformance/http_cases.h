/* http_cases.h -- requests, good and bad, and what must be answered (RFC 9110,
 * RFC 9112).
 *
 * Where two parsers could read a request differently, so that one behind the
 * other could be told what the first did not see (RFC 9112, 11.2), there is one
 * right answer: 400, and no word more on that connection.
 */
#ifndef TESTS_CONFORMANCE_HTTP_CASES_H
#define TESTS_CONFORMANCE_HTTP_CASES_H

#include <stdbool.h>
#include <stddef.h>

/* What happens to the connection after the answers. */
enum http_after {
    HTTP_STAYS,      /* another request is answered */
    HTTP_CLOSES,     /* it ends, and the last answer has said so */
    HTTP_EITHER,     /* one of the two */
    HTTP_WAITS,      /* nothing is answered until `then` has come */
    HTTP_IS_ANOTHER, /* another protocol now (101) */
};

struct http_case {
    const char *about;
    const char *bytes; /* what is sent, */
    size_t size;
    const char *answers; /* "200 400": these in this order; "400|501": one */
    enum http_after after;
    const char *then;  /* sent after the first answer */
    const char *has;   /* a line that the last head has, */
    const char *lacks; /* and the beginning of one that it has not */
    const char *fill;  /* sent `fills` times behind `bytes`, */
    size_t fills;
    const char *tail; /* and then this */
    bool is_head;     /* the first answer has no body whatever it says */
    bool breaks_off;  /* nothing follows, and the server can see that */
    bool is_slow;     /* takes long because the server must lose patience */
};

struct http_group {
    const char *name;
    const struct http_case *cases;
    size_t count;
};

extern const struct http_group http_groups[];
extern const size_t http_group_count;

#endif
