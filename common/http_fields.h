/* http_fields.h -- the fields of a head, and what their values may look like
 * (RFC 9110, 5).
 *
 *      Connection: keep-alive, Upgrade CRLF
 *      `- name -'  `----- value -----'
 *
 * Names have no case. A field whose value is a comma list may stand on one line
 * or on several, which means the same (5.3).
 */
#ifndef COMMON_HTTP_FIELDS_H
#define COMMON_HTTP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/limits.h"
#include "common/slice.h"

struct http_field {
    struct slice name, value; /* borrowed; no blanks around the value */
};

/* Only the first `count` fields are set: the rest is never read or cleared. */
struct http_head {
    size_t count;
    struct http_field fields[HTTP_FIELDS_MAX];
};

/* The value of the first field with this name. data is NULL when there is none;
 * an empty value has data. Borrowed like the head. */
struct slice http_field(const struct http_head *head, const char *name);

/* All lines with this name as one value (5.3): borrowed from the head if there
 * is only one, from `joined`, which was empty, otherwise. */
struct slice http_field_joined(const struct http_head *head, const char *name,
                               struct buf *joined);

/* How many lines have this name. */
size_t http_field_count(const struct http_head *head, const char *name);

/* The text without the optional blanks (OWS, 5.6.3) at both ends. */
struct slice http_trim(struct slice text);

/* Take the first element off a comma list (5.6.1), without the blanks around
 * it. Empty elements are skipped. False: there was none left. */
bool http_list_next(struct slice *list, struct slice *element);

/* Is `token` in this comma list, or in the lists of all fields with this name?
 * Case does not count. */
bool http_list_has(struct slice list, const char *token);
bool http_field_list_has(const struct http_head *head, const char *name,
                         const char *token);

/* Does If-None-Match name `etag`, or everything with "*" (13.1.2)? Then a GET
 * is answered 304. `etag` is written as in an ETag field, with its quotes; W/
 * makes no difference (8.8.3.2). */
bool http_etag_matches(const struct http_head *head, const char *etag);

/* Is it a token (5.6.2), such as a field name or a method? May it be the value
 * of a field (5.5)? For what came from elsewhere than a parser. */
bool http_is_token(struct slice text);
bool http_is_value(struct slice text);

/* What a byte may be part of: one bit each. */
enum http_class {
    HTTP_CLASS_TEXT = 1,   /* value: VCHAR, SP, HTAB, obs-text (5.5) */
    HTTP_CLASS_TOKEN = 2,  /* tchar (5.6.2) */
    HTTP_CLASS_TARGET = 4, /* request target: VCHAR but # (RFC 9112, 3.2) */
    HTTP_CLASS_HOST = 8,   /* registered name (RFC 3986, 3.2.2) */
};
extern const uint8_t http_classes[256];

static inline bool http_has_class(char byte, enum http_class wanted)
{
    return (http_classes[(uint8_t)byte] & wanted) != 0;
}

/* How many bytes at the beginning are of this class. */
static inline size_t http_span(struct slice text, enum http_class wanted)
{
    size_t i = 0;
    while (i < text.size && http_has_class(text.data[i], wanted))
        i++;
    return i;
}

#endif
