/* json_array.h -- messages as the answer to one request: what polling and long
 * polling have in common.
 */
#ifndef SERVER_JSON_ARRAY_H
#define SERVER_JSON_ARRAY_H

#include "server/server.h"

/* [{"id":8,...},{"id":9,...}] */
extern const struct wire_format json_array;

/* Answer with `notice`, if it is not NULL, and the messages behind `after`:
 * 200; or 204 when there are none. */
void json_array_answer(struct exchange *exchange, const struct channel *channel,
                       const struct message *notice, uint64_t after);

/* Answer with an array that is encoded already; 204 when it is empty. */
void json_array_respond(struct exchange *exchange,
                        const struct channel *channel, struct slice array);

/* Answer 304: the client has this very answer (RFC 9110, 15.4.5). False, and
 * nothing done, when it has not. */
bool json_array_is_known(struct exchange *exchange,
                         const struct http_request *request,
                         const struct channel *channel);

#endif
