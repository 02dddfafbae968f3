/* engineio_websocket.c -- a session over WebSocket, at once or after a probe.
 *
 *      2probe -->
 *                 <-- 3probe, and the poll that waits is let go
 *      5 -->
 *                 <-- what would wait for the next poll, then the rest
 */
#include <assert.h>

#include "common/limits.h"
#include "common/trace.h"
#include "server/engineio.h"
#include "server/engineio_session.h"
#include "server/websocket.h"

/* ------------------------------------------------------------- sending */

static void send_encoded(struct ws_conn *ws_conn,
                         const struct eio_packet *packet)
{
    struct buf *scratch = &loop_lent(ws_conn->conn->set->loop)->scratch;
    assert(buf_size(scratch) == 0);
    eio_append_packet(scratch, packet);
    ws_conn_send(ws_conn, WS_TEXT, buf_slice(scratch));
    buf_consume(scratch, buf_size(scratch));
    if (scratch->capacity > LENT_WRITE_KEPT)
        buf_free(scratch);
}

void eio_websocket_send(struct eio_session *session,
                        const struct eio_packet *packet)
{
    trace_eio_packet(&session->ws_conn->conn->peer, '>', packet);
    if (packet->is_binary && !session->wants_base64)
        ws_conn_send(session->ws_conn, WS_BINARY, packet->data);
    else
        send_encoded(session->ws_conn, packet);
}

void eio_websocket_send_payload(struct eio_session *session,
                                struct slice payload)
{
    struct eio_payload packets = {.rest = payload};
    struct eio_packet packet;
    enum eio_result result;
    while ((result = eio_next(&packets, &packet)) != EIO_END)
        if (result == EIO_PACKET) /* or a text that had a separator in it */
            eio_websocket_send(session, &packet);
    buf_free(&packets.decoded);
}

/* ------------------------------------------------------------- the end */

static uint16_t code_for(const struct eio_session *session)
{
    return session->hub->server->http.is_ending ? WS_GOING_AWAY : WS_NORMAL;
}

static void leave(const struct eio_session *session, struct ws_conn *ws_conn,
                  const char *why)
{
    ws_conn->user = NULL;
    ws_conn_close(ws_conn, code_for(session), why);
}

void eio_websocket_leave(struct eio_session *session, const char *why)
{
    struct ws_conn *ws_conn = session->ws_conn;
    if (ws_conn == NULL)
        return;
    session->ws_conn = NULL;
    leave(session, ws_conn, why);
}

/* The probe is over, however it went. Returns who probed. */
static struct ws_conn *end_probe(struct eio_polls *polls)
{
    struct ws_conn *probe = polls->probe;
    polls->probe = NULL;
    polls->is_probed = false;
    loop_timer_cancel(polls->session->hub->server->loop, &polls->probe_end);
    return probe;
}

void eio_probe_leave(struct eio_polls *polls, const char *why)
{
    if (polls->probe != NULL)
        leave(polls->session, end_probe(polls), why);
}

static void on_probe_over(struct timer *timer)
{
    eio_probe_leave(CONTAINER(timer, struct eio_polls, probe_end),
                    "the upgrade took too long");
}

/* ------------------------------------------------------------- the upgrade */

/* What waits for a poll goes out as frames, before what comes later. */
static void upgrade(struct eio_session *session)
{
    struct eio_polls *polls = session->polls;
    struct buf waiting = polls->waiting;
    polls->waiting = (struct buf){0};
    session->ws_conn = end_probe(polls);
    if (buf_size(&waiting) > 0)
        eio_websocket_send_payload(session, buf_slice(&waiting));
    buf_free(&waiting);
    eio_polling_release(polls); /* nobody else would, if a POST is under way */
    if (polls->post == NULL)
        eio_polling_free(session);
}

static void take_of_probe(struct eio_session *session, struct ws_conn *probe,
                          const struct eio_packet *packet)
{
    static const struct eio_packet pong = {
        .type = EIO_PONG,
        .data = {"probe", sizeof "probe" - 1},
    };
    if (packet->type == EIO_PING && slice_is(packet->data, "probe")) {
        session->polls->is_probed = true;
        trace_eio_packet(&probe->conn->peer, '>', &pong);
        send_encoded(probe, &pong);
        eio_polling_release(session->polls);
    } else if (packet->type == EIO_UPGRADE) {
        upgrade(session);
    } else {
        eio_probe_leave(session->polls, "a probe says 2probe, then 5");
    }
}

/* ------------------------------------------------------------- receiving */

static void take(struct eio_session *session, struct ws_conn *ws_conn,
                 const struct eio_packet *packet)
{
    trace_eio_packet(&ws_conn->conn->peer, '<', packet);
    if (session->ws_conn == ws_conn)
        eio_take(session, packet);
    else
        take_of_probe(session, ws_conn, packet);
}

static void on_message(struct ws_conn *ws_conn, enum ws_opcode opcode,
                       struct slice message)
{
    struct eio_session *session = ws_conn->user;
    struct eio_payload payload = {.rest = message}; /* of one, with base64 */
    struct eio_packet packet;
    if (session == NULL)
        return;
    if (eio_read_packet(message, opcode == WS_BINARY, &packet) ||
        (slice_starts_with(message, "b") &&
         eio_next(&payload, &packet) == EIO_PACKET))
        take(session, ws_conn, &packet);
    else if (session->ws_conn == ws_conn)
        eio_end(session, EIO_CLOSE, "parse error");
    else
        eio_probe_leave(session->polls, "that is no packet");
    buf_free(&payload.decoded);
}

/* The codec has refused what came, or the client has gone. */
static void on_closed(struct ws_conn *ws_conn)
{
    struct eio_session *session = ws_conn->user;
    bool has_failed =
        ws_conn->ws.state == WS_CLOSED && ws_conn->close_code == 1006;
    if (session == NULL)
        return;
    if (session->ws_conn != ws_conn) {
        end_probe(session->polls);
        return;
    }
    session->ws_conn = NULL;
    eio_end(session, EIO_CLOSE,
            has_failed ? "transport error" : "transport close");
}

static const struct ws_handler handler = {
    .name = "engine.io",
    .on_message = on_message,
    .on_closed = on_closed,
};

/* ------------------------------------------------------------- its life */

static struct ws_conn *accept_for(struct eio_hub *hub,
                                  struct exchange *exchange,
                                  const struct http_request *request)
{
    static const struct ws_patience no_pings; /* the heartbeat is above */
    return websocket_accept(
        exchange, request,
        &(struct websocket_terms){
            .handler = &handler,
            .patience = &no_pings,
            .message_limit = hub->server->options.max_payload,
            .fields = "",
        });
}

void eio_websocket_open(struct eio_hub *hub, struct exchange *exchange,
                        const struct http_request *request)
{
    struct buf data = {0};
    struct ws_conn *ws_conn = accept_for(hub, exchange, request);
    if (ws_conn == NULL)
        return;
    struct eio_session *session = eio_session_new(hub, request);
    session->ws_conn = ws_conn;
    ws_conn->user = session;
    eio_append_open(&data, session);
    eio_websocket_send(session,
                       &(struct eio_packet){EIO_OPEN, false, buf_slice(&data)});
    buf_free(&data);
    eio_open(session, request, "websocket");
}

/* One probe at a time, and none where there is nothing to upgrade: those are
 * accepted and closed, as the genuine server does. */
void eio_websocket_probe(struct eio_session *session, struct exchange *exchange,
                         const struct http_request *request)
{
    struct eio_polls *polls = session->polls;
    bool is_upgraded = session->ws_conn != NULL;
    bool is_welcome =
        !is_upgraded && session->why == NULL && polls->probe == NULL;
    struct ws_conn *ws_conn = accept_for(session->hub, exchange, request);
    if (ws_conn == NULL)
        return;
    if (!is_welcome) {
        ws_conn_close(ws_conn, WS_NORMAL, "the session needs no probe");
        return;
    }
    polls->probe = ws_conn;
    ws_conn->user = session;
    polls->probe_end.on_due = on_probe_over;
    loop_timer_set(session->hub->server->loop, &polls->probe_end, UPGRADE_MS);
}
