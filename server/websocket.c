/* websocket.c -- both sides speak when they like (RFC 6455).
 *
 *      GET /websocket?after=7  ->  101, then frames both ways: a text that
 *                                  comes is published, each message goes out
 *      GET /echo               ->  101, then every message comes back
 */
#include "server/websocket.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/http_write.h"
#include "common/limits.h"
#include "common/trace.h"
#include "common/url.h"
#include "common/websocket_handshake.h"

struct member {
    struct ws_conn *ws_conn;
    struct subscriber subscriber;
};

/* ------------------------------------------------------------- the
 * handshake */

/* The subprotocols that we speak (1.9). What is said in them is all the same: a
 * client that offers one of them has it confirmed. */
static const char *const subprotocols[] = {"channel.v1", "echo", NULL};

enum { JOINED = 6 };

/* What the request says, each field as one value; `joined` are buffers for
 * those that stand on several lines. */
static struct ws_request handshake_of(const struct http_request *request,
                                      struct buf joined[JOINED])
{
    const struct http_head *head = &request->head;
    return (struct ws_request){
        .method = request->method_name,
        .minor_version = (int)request->minor,
        .upgrade = http_field_joined(head, "Upgrade", &joined[0]),
        .connection = http_field_joined(head, "Connection", &joined[1]),
        .key = http_field_joined(head, "Sec-WebSocket-Key", &joined[2]),
        .version = http_field_joined(head, "Sec-WebSocket-Version", &joined[3]),
        .protocols =
            http_field_joined(head, "Sec-WebSocket-Protocol", &joined[4]),
        .extensions =
            http_field_joined(head, "Sec-WebSocket-Extensions", &joined[5]),
    };
}

static struct ws_verdict judge(const struct http_request *request)
{
    struct buf joined[JOINED] = {0};
    struct ws_request asked = handshake_of(request, joined);
    struct ws_verdict verdict = ws_judge_request(&asked, subprotocols);
    for (size_t i = 0; i < JOINED; i++)
        buf_free(&joined[i]);
    return verdict;
}

/* A client of Engine.IO would wait for a first packet, and in vain. */
static bool refuse_engineio(struct exchange *exchange,
                            const struct http_request *request)
{
    struct slice version;
    if (!url_query(request->query, "EIO", &version))
        return false;
    exchange_refuse(exchange, 400,
                    "this is a plain WebSocket; Engine.IO is at /engine.io/, "
                    "Socket.IO is at /socket.io/");
    return true;
}

static void refuse(struct exchange *exchange, const struct ws_verdict *verdict)
{
    struct buf fields = {0};
    ws_append_refusal_fields(&fields, verdict->status);
    buf_append(&fields, "", 1);
    exchange_refuse_with(exchange, verdict->status, (char *)buf_head(&fields),
                         verdict->reason);
    buf_free(&fields);
}

/* Not: it is refused. */
static bool may_upgrade(struct exchange *exchange,
                        const struct http_request *request,
                        const struct ws_verdict *verdict)
{
    const struct server *server = server_of_conn(exchange->conn);
    if (verdict->status != 101)
        refuse(exchange, verdict);
    else if (!server_allows_origin(server, request, NULL)) /* 4.2.2, 10.2 */
        exchange_refuse(exchange, 403,
                        "not from this origin; see --allow-origin");
    else if (!http_body_may_end_here(&request->body))
        exchange_refuse(exchange, 400, "its body would be taken for frames");
    else
        return true;
    return false;
}

/* Bytes behind the request belong to the new protocol already. */
struct ws_conn *websocket_accept(struct exchange *exchange,
                                 const struct http_request *request,
                                 const struct websocket_terms *terms)
{
    struct server *server = server_of_conn(exchange->conn);
    struct ws_verdict verdict = judge(request);
    if (!may_upgrade(exchange, request, &verdict))
        return NULL;
    struct conn *conn = exchange_upgrade(exchange);
    server->counters.upgrades++;
    http_append_status(&conn->out, 101);
    ws_append_accept_fields(&conn->out,
                            http_field(&request->head, "Sec-WebSocket-Key"),
                            verdict.protocol);
    buf_append_text(&conn->out, terms->fields);
    http_append_end(&conn->out);
    trace_text(&conn->peer, '>', slice_of("HTTP/1.1 101 Switching Protocols"));
    return ws_conn_new(conn, WS_SERVER, terms->handler, terms->patience,
                       terms->message_limit);
}

/* ------------------------------------------------------------- the channel */

static void append(struct buf *out, const struct message *message)
{
    ws_append_frame(out, WS_TEXT, message->json);
}

static const struct wire_format frames = {.append = append};

static bool is_ready(const struct subscriber *subscriber)
{
    const struct member *member =
        CONTAINER(subscriber, struct member, subscriber);
    return !conn_is_full(member->ws_conn->conn);
}

static void deliver(struct subscriber *subscriber, struct slice bytes)
{
    struct member *member = CONTAINER(subscriber, struct member, subscriber);
    ws_conn_send_frames(member->ws_conn, bytes);
}

static void on_lapsed(struct subscriber *subscriber)
{
    struct member *member = CONTAINER(subscriber, struct member, subscriber);
    channel_unsubscribe(subscriber);
    ws_conn_close(member->ws_conn, WS_TRY_AGAIN_LATER,
                  "reads too slowly: its messages are gone");
}

static const struct subscriber_kind subscriber_kind = {
    .format = &frames,
    .is_ready = is_ready,
    .deliver = deliver,
    .on_lapsed = on_lapsed,
};

static void on_message(struct ws_conn *ws_conn, enum ws_opcode opcode,
                       struct slice payload)
{
    struct member *member = ws_conn->user;
    if (opcode != WS_TEXT) {
        ws_conn_close(ws_conn, WS_UNSUPPORTED, "a channel carries text only");
        return;
    }
    server_publish(ws_conn->conn, member->subscriber.channel, payload);
}

static void on_drained(struct ws_conn *ws_conn)
{
    struct member *member = ws_conn->user;
    channel_catch_up(&member->subscriber);
}

static void on_closed(struct ws_conn *ws_conn)
{
    struct member *member = ws_conn->user;
    channel_unsubscribe(&member->subscriber);
    free(member);
}

static const struct ws_handler channel_handler = {
    .name = "websocket",
    .on_message = on_message,
    .on_drained = on_drained,
    .on_closed = on_closed,
};

static void join(struct ws_conn *ws_conn, struct channel *channel,
                 struct place *place)
{
    struct message notice;
    struct member *member = allocate(sizeof *member);
    member->ws_conn = ws_conn;
    ws_conn->user = member;
    if (channel_resume(channel, place, &notice))
        ws_conn_send(ws_conn, WS_TEXT, notice.json);
    channel_subscribe(channel, &member->subscriber, &subscriber_kind,
                      place->after);
    member->subscriber.reads[0] = ws_conn;
    member->subscriber.reads[1] = ws_conn->conn;
}

static void serve(struct exchange *exchange, const struct http_request *request)
{
    struct server *server = server_of_conn(exchange->conn);
    struct channel *channel;
    struct place place;
    char fields[64];
    if (refuse_engineio(exchange, request) ||
        !server_find_place(exchange, request, &channel, &place))
        return;
    snprintf(fields, sizeof fields, "Server-Instance: %s\r\n",
             channel_instance(channel));
    struct ws_conn *ws_conn =
        websocket_accept(exchange, request,
                         &(struct websocket_terms){
                             .handler = &channel_handler,
                             .patience = &server->options.patience,
                             .message_limit = server_text_max(server),
                             .fields = fields,
                         });
    if (ws_conn != NULL)
        join(ws_conn, channel, &place);
}

const struct transport websocket = {
    .path = "/websocket",
    .allowed = ALLOW_UPGRADE,
    .serve = serve,
};

/* ------------------------------------------------------------- the echo */

static void return_message(struct ws_conn *ws_conn, enum ws_opcode opcode,
                           struct slice payload)
{
    ws_conn_send(ws_conn, opcode, payload);
}

static void nothing_to_free(struct ws_conn *ws_conn)
{
    (void)ws_conn;
}

static const struct ws_handler echo_handler = {
    .name = "echo",
    .on_message = return_message,
    .on_closed = nothing_to_free,
};

static void serve_echo(struct exchange *exchange,
                       const struct http_request *request)
{
    const struct server *server = server_of_conn(exchange->conn);
    if (refuse_engineio(exchange, request))
        return;
    websocket_accept(exchange, request,
                     &(struct websocket_terms){
                         .handler = &echo_handler,
                         .patience = &server->options.patience,
                         .message_limit = server->options.max_message,
                         .fields = "",
                     });
}

const struct transport echo = {
    .path = "/echo",
    .allowed = ALLOW_UPGRADE,
    .serve = serve_echo,
};
