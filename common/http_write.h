/* http_write.h -- heads of HTTP/1.1, line by line (RFC 9112).
 *
 *      http_append_status(out, 200);
 *      http_append_field(out, "Content-Type", slice_of("text/plain"));
 *      http_append_length(out, body.size);
 *      http_append_end(out);
 *      buf_append_slice(out, body);
 */
#ifndef COMMON_HTTP_WRITE_H
#define COMMON_HTTP_WRITE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

/* "GET /path HTTP/1.1" (3). Neither may hold blanks or control characters. */
void http_append_request_line(struct buf *out, const char *method,
                              struct slice target);

/* "HTTP/1.1 200 OK" (4). */
void http_append_status(struct buf *out, int status);

/* The reason phrase (RFC 9110, 15); "" for a status that we never send. */
const char *http_reason(int status);

/* "Name: value" (5). A CRLF in the value would be another field: what did not
 * come out of a parser must be http_is_value(). */
void http_append_field(struct buf *out, const char *name, struct slice value);

/* "Content-Length: 123" (6.2). */
void http_append_length(struct buf *out, uint64_t size);

/* The empty line behind the last field. */
void http_append_end(struct buf *out);

#endif
