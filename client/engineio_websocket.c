/* engineio_websocket.c -- a session over a WebSocket (Engine.IO protocol 4).
 *
 *      101, then 0{"sid":...}                    from the beginning
 *      101, 2probe --> 3probe <-- ... 5 -->      while polling goes on
 *
 * Each packet is a message. A probe that comes to nothing leaves polling as it
 * was.
 */
#include <stdio.h>

#include "client/engineio.h"
#include "client/upgrade.h"
#include "common/limits.h"

enum { NO_CLOSE_FRAME = 1006 }; /* RFC 6455, 7.1.5 */

static struct loop *loop_of(const struct eio_session *session)
{
    return session->set->loop;
}

/* ------------------------------------------------------ sending */

static void send_packet(struct ws_conn *ws, const struct eio_packet *packet)
{
    struct buf text = {0};
    if (packet->is_binary) {
        ws_conn_send(ws, WS_BINARY, packet->data);
        return;
    }
    eio_append_packet(&text, packet);
    ws_conn_send(ws, WS_TEXT, buf_slice(&text));
    buf_free(&text);
}

static void say(struct eio_session *session, const char *packet)
{
    ws_conn_send(session->ws, WS_TEXT, slice_of(packet));
}

void eio_websocket_flush(struct eio_session *session)
{
    while (session->outbox.count > 0 && !conn_is_full(session->ws->conn)) {
        struct eio_packet packet = eio_first(session);
        send_packet(session->ws, &packet);
        outbox_drop(&session->outbox);
    }
    if (session->outbox.count == 0 && session->state == EIO_CLOSING)
        ws_conn_close(session->ws, WS_NORMAL, "done");
}

static void on_drained(struct ws_conn *ws)
{
    struct eio_session *session = ws->user;
    if (session == NULL || session->transport != EIO_WEBSOCKET)
        return;
    eio_flush(session);
    eio_sent(session);
}

/* ------------------------------------------------------ the probe */

void eio_upgrade_stop(struct eio_session *session)
{
    if (session->upgrade == EIO_NO_UPGRADE)
        return;
    eio_websocket_stop(session);
    session->upgrade = EIO_NO_UPGRADE;
    eio_poll(session);
    eio_flush(session);
}

static void on_probe_due(struct timer *timer)
{
    eio_upgrade_stop(CONTAINER(timer, struct eio_session, probe));
}

void eio_upgrade_if_idle(struct eio_session *session)
{
    if (session->state != EIO_OPENED || session->upgrade != EIO_PAUSING ||
        client_is_busy(&session->getter) || client_is_busy(&session->poster))
        return;
    loop_timer_cancel(loop_of(session), &session->probe);
    eio_polling_stop(session);
    session->upgrade = EIO_NO_UPGRADE;
    session->transport = EIO_WEBSOCKET;
    say(session, "5");
    eio_flush(session);
    eio_sent(session);
}

/* No new request from now on; those that are under way bring what they
 * bring. */
static void take_probe_answer(struct eio_session *session,
                              const struct eio_packet *packet)
{
    if (session->upgrade == EIO_PROBING && packet->type == EIO_PONG &&
        slice_is(packet->data, "probe")) {
        session->upgrade = EIO_PAUSING;
        eio_upgrade_if_idle(session);
    } else {
        eio_upgrade_stop(session);
    }
}

/* ------------------------------------------------------ receiving */

static void on_message(struct ws_conn *ws, enum ws_opcode opcode,
                       struct slice payload)
{
    struct eio_session *session = ws->user;
    struct eio_packet packet;
    if (session == NULL)
        return;
    bool is_packet = eio_read_packet(payload, opcode == WS_BINARY, &packet);
    if (session->transport != EIO_WEBSOCKET && !is_packet)
        eio_upgrade_stop(session);
    else if (session->transport != EIO_WEBSOCKET)
        take_probe_answer(session, &packet);
    else if (is_packet)
        eio_take(session, &packet);
    else
        eio_fail_weird(session, "a message came that is no packet");
}

/* A close that was said is a proper one, whatever its code. */
static void fail_closed(struct eio_session *session, const struct ws_conn *ws)
{
    char why[CLIENT_WHY_MAX];
    if (ws->close_code != NO_CLOSE_FRAME) {
        snprintf(why, sizeof why, "the server closed the WebSocket with %u",
                 (unsigned)ws->close_code);
        eio_fail(session, "transport close", OUTCOME_BROKEN, why);
    } else if (ws->ws.state == WS_CLOSED) {
        snprintf(why, sizeof why, "WebSocket failed: %s", ws->conn->why);
        eio_fail(session, "transport error", OUTCOME_WEIRD_REPLY, why);
    } else {
        eio_fail(session, "transport close", OUTCOME_BROKEN, ws->conn->why);
    }
}

static void on_closed(struct ws_conn *ws)
{
    struct eio_session *session = ws->user;
    if (session == NULL)
        return;
    session->ws = NULL;
    if (session->transport == EIO_WEBSOCKET)
        fail_closed(session, ws);
    else
        eio_upgrade_stop(session);
}

static const struct ws_handler handler = {
    .name = "engine.io",
    .on_message = on_message,
    .on_drained = on_drained,
    .on_closed = on_closed,
};

/* ------------------------------------------------------ the handshake */

static void begin(struct eio_session *session)
{
    static const struct ws_patience no_pings = {0}; /* there is a heartbeat */
    struct conn *conn = client_release(&session->upgrader);
    session->ws =
        ws_conn_new(conn, WS_CLIENT, &handler, &no_pings, MESSAGE_MAX);
    session->ws->user = session;
    conn_resume(conn); /* frames may have come along with the 101 */
    if (session->transport != EIO_WEBSOCKET)
        say(session, "2probe");
}

static void on_head(struct client *client, const struct http_response *response)
{
    struct eio_session *session = client->user;
    const char *why = upgrade_judge(response, NULL, session->key);
    if (why == NULL)
        begin(session);
    else if (session->transport != EIO_WEBSOCKET)
        eio_upgrade_stop(session);
    else if (response->status == 101)
        eio_fail_weird(session, why);
    else if (refusal_is_short(response))
        session->status = response->status;
    else
        eio_fail_refused(session,
                         &(struct refusal){.status = response->status});
}

static void on_piece(struct client *client, struct slice piece)
{
    struct eio_session *session = client->user;
    buf_append_slice(&session->body, piece);
}

static void on_done(struct client *client)
{
    struct eio_session *session = client->user;
    eio_fail_refused(session,
                     &(struct refusal){session->status, session->body});
}

/* Once a status came, it counts. */
static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    struct eio_session *session = client->user;
    if (session->transport != EIO_WEBSOCKET)
        eio_upgrade_stop(session);
    else if (session->status != 0)
        on_done(client);
    else
        eio_fail(session, "transport error", outcome, why);
}

/* ------------------------------------------------------ its life */

void eio_websocket_init(struct eio_session *session)
{
    static const struct client_handler upgrader = {
        .on_head = on_head,
        .on_piece = on_piece,
        .on_done = on_done,
        .on_failed = on_failed,
    };
    client_init(&session->upgrader, session->set, &session->config->http,
                &upgrader, session);
    session->probe.on_due = on_probe_due;
}

void eio_websocket_open(struct eio_session *session)
{
    struct buf target = {0};
    eio_append_target(session, EIO_WEBSOCKET, &target);
    upgrade_ask(&session->upgrader, buf_slice(&target), NULL, session->key);
    buf_free(&target);
    if (session->transport != EIO_WEBSOCKET)
        loop_timer_set(loop_of(session), &session->probe, UPGRADE_MS);
}

void eio_websocket_stop(struct eio_session *session)
{
    loop_timer_cancel(loop_of(session), &session->probe);
    client_close(&session->upgrader);
    if (session->ws == NULL)
        return;
    session->ws->user = NULL;
    conn_close(session->ws->conn, "not needed any more");
    session->ws = NULL;
}
