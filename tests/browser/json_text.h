/* json_text.h -- as much JSON as it takes to talk to a browser (RFC 8259).
 *
 *      {"id":7,"result":{"result":{"type":"string","value":"Grüße"}}}
 *
 * Who wrote it is trusted: what is not JSON is not found, and not reported.
 */
#ifndef TESTS_BROWSER_JSON_TEXT_H
#define TESTS_BROWSER_JSON_TEXT_H

#include "common/buf.h"
#include "common/slice.h"

/* The value, as it is written, of the member that a path of names leads to, as
 * in "result.result.value". No data: there is none. Borrowed from `object`. */
struct slice json_member(struct slice object, const char *path);

/* Append the characters of a string in UTF-8 (7), or any other value as it is
 * written. Half a surrogate pair becomes U+FFFD. */
void json_append_decoded(struct buf *out, struct slice value);

/* Append the text as a string with its quotes. It must be UTF-8. */
void json_append_string(struct buf *out, struct slice text);

#endif
