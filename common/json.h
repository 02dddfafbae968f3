/* json.h -- JSON texts, read where they stand, and written (RFC 8259).
 *
 *      ["hello", 1.50, {"a": [true, null]}]
 *       |string| |nr|  |----- object ----|    each value is a slice of the text
 *
 * A text from a peer is judged once, by json_is_valid(); everything else trusts
 * that this was done. Nothing is copied, there is no tree: whoever wants a
 * value walks to it, and numbers stay as they were written. Strings keep their
 * quotes and escapes until json_string() is asked for the characters.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

/* Is all of `text`, but for blanks around it, one JSON value (2), in which
 * arrays and objects lie at most JSON_DEPTH_MAX deep? What is not ASCII is
 * taken for UTF-8 and not looked at: it was checked when it arrived. A
 * surrogate that stands alone is allowed, as section 8.2 does. */
bool json_is_valid(struct slice text);

/* Without the blanks around it (2). */
struct slice json_trim(struct slice text);

/* What a valid value is. Here and below, a value may have blanks around it. */
enum json_type json_type(struct slice value);

/* The items of a valid array, or the members of a valid object, in order. */
struct json_cursor {
    struct slice rest; /* behind what was taken so far */
};

/* At the first of them. */
struct json_cursor json_items(struct slice array_or_object);

/* Take the next item; false: there is none. Values come without blanks around
 * them, borrowed from the text. */
bool json_next(struct json_cursor *cursor, struct slice *value);

/* Take the next member; `name` is a string with its quotes and escapes. */
bool json_next_member(struct json_cursor *cursor, struct slice *name,
                      struct slice *value);

/* The member of a valid object with this name, the last one if there are
 * several, as in JavaScript. False: there is none, or `object` is no object;
 * *value is untouched. */
bool json_member(struct slice object, const char *name, struct slice *value);

/* The characters of a valid string, as UTF-8: borrowed from it or, if something
 * had to be unescaped, from `scratch`, to which they are appended: good until
 * more is. A surrogate that stands alone becomes U+FFFD. */
struct slice json_string(struct slice string, struct buf *scratch);

/* Is `value` a string, and are these its characters? */
bool json_string_is(struct slice value, const char *text);

/* The value of a number without sign, fraction and exponent, up to 2^63-1.
 * False for any other value; *number is untouched. */
bool json_integer(struct slice value, int64_t *number);

/* Append `text`, which is UTF-8, as a string with its quotes. */
void json_append_string(struct buf *out, struct slice text);

#endif
