/* json_text.h -- what a browser answers, out of JSON (RFC 8259).
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
struct slice json_text_at(struct slice object, const char *path);

/* Append the characters of a string in UTF-8, or any other value as it is
 * written. */
void json_text_append(struct buf *out, struct slice value);

#endif
