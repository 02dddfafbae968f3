/* polling.c -- the client asks, and the server answers at once.
 *
 *      GET /polling?after=7     ->  200 [{"id":8,...},{"id":9,...}]
 *                               or  204, nothing new
 *      POST /polling  "hi"      ->  201 {"id":10}
 *
 * Asking is all that a client of HTTP can do, so news is as old as the last
 * question, and most questions are in vain (RFC 6202, 2.1). The number of the
 * last message makes it lossless; ETag and 304 spare a client that asks for
 * everything the body (RFC 9110, 13.1.2).
 */
#include "server/json_array.h"
#include "server/server.h"

static void serve(struct exchange *exchange, const struct http_request *request)
{
    struct channel *channel;
    struct place place;
    struct message notice;
    if (request->method == METHOD_POST) {
        server_publish_body(exchange, request);
        return;
    }
    if (!server_find_place(exchange, request, &channel, &place) ||
        json_array_is_known(exchange, request, channel))
        return;
    bool is_lost = channel_resume(channel, &place, &notice);
    json_array_answer(exchange, channel, is_lost ? &notice : NULL, place.after);
}

const struct transport polling = {
    .path = "/polling",
    .allowed = ALLOW_GET | ALLOW_POST,
    .serve = serve,
};
