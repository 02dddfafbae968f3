/* long_polling.c -- the server keeps the request until it has an answer.
 *
 *      GET /long-polling?after=7  ...  ->  200 [{"id":8,...}] when there is one
 *                                      or  204, a timeout: ask again
 *
 * The answer is sent by whichever comes first: a message, or the timer, before
 * a proxy loses patience (RFC 6202, 2.2 and 5.5). What is published while the
 * client is on its way back is not lost: it says the last number that it has.
 */
#include <stdlib.h>

#include "common/alloc.h"
#include "server/json_array.h"
#include "server/server.h"

/* A request that waits. */
struct parked {
    struct exchange *exchange;
    struct channel *channel;
    struct subscriber subscriber;
};

static void respond(struct parked *parked, struct slice array)
{
    struct exchange *exchange = parked->exchange;
    struct channel *channel = parked->channel;
    channel_unsubscribe(&parked->subscriber);
    free(parked);
    json_array_respond(exchange, channel, array);
}

static void deliver(struct subscriber *subscriber, struct slice array)
{
    respond(CONTAINER(subscriber, struct parked, subscriber), array);
}

static void answer_nothing(struct exchange *exchange)
{
    respond(exchange->user, slice_of(""));
}

static void on_gone(struct exchange *exchange)
{
    struct parked *parked = exchange->user;
    channel_unsubscribe(&parked->subscriber);
    free(parked);
}

static bool is_ready(const struct subscriber *subscriber)
{
    (void)subscriber;
    return true; /* its client waits for nothing else */
}

static const struct subscriber_kind kind = {
    .format = &json_array,
    .is_ready = is_ready,
    .deliver = deliver,
};

static const struct holder holder = {
    .on_due = answer_nothing,
    .on_shutdown = answer_nothing,
    .on_gone = on_gone,
};

static void park(struct exchange *exchange, struct channel *channel,
                 uint64_t after)
{
    struct parked *parked = allocate(sizeof *parked);
    parked->exchange = exchange;
    parked->channel = channel;
    exchange->user = parked;
    channel_subscribe(channel, &parked->subscriber, &kind, after);
    parked->subscriber.reads[0] = exchange;
    parked->subscriber.reads[1] = exchange->conn;
    exchange_hold(exchange, &holder,
                  server_of_conn(exchange->conn)->options.long_poll_timeout_ms);
}

static void serve(struct exchange *exchange, const struct http_request *request)
{
    struct channel *channel;
    struct place place;
    struct message notice;
    if (request->method == METHOD_POST) {
        server_publish_body(exchange, request);
        return;
    }
    if (!server_find_place(exchange, request, &channel, &place))
        return;
    if (channel_resume(channel, &place, &notice))
        json_array_answer(exchange, channel, &notice, place.after);
    else if (request->method == METHOD_HEAD ||
             place.after != channel_newest(channel))
        json_array_answer(exchange, channel, NULL, place.after);
    else
        park(exchange, channel, place.after);
}

const struct transport long_polling = {
    .path = "/long-polling",
    .allowed = ALLOW_GET | ALLOW_POST,
    .serve = serve,
};
