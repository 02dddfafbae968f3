/* websocket.c -- ask for a connection on which both sides speak (RFC 6455).
 *
 *      ask --> 101, message, message, ...      from the server, when it likes,
 *              message, message, ...           and from us
 *      close frame --> close frame, end
 */
#include <stdio.h>

#include "client/role.h"
#include "client/upgrade.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/ws_conn.h"

enum { NO_CLOSE_FRAME = 1006 }; /* 7.1.5: what the close code is then */

struct session {
    struct ws_conn *ws_conn; /* NULL: not connected */
    struct ws_patience patience;
    char key[WS_KEY_SIZE];
    char reason[LOG_ESCAPED_MAX]; /* of the server's close frame */
};

/* ------------------------------------------------------ messages */

static void on_message(struct ws_conn *ws_conn, enum ws_opcode opcode,
                       struct slice payload)
{
    struct listener *listener = ws_conn->user;
    if (listener == NULL)
        return;
    if (listener->options->is_echo)
        ws_conn_send(ws_conn, opcode, payload);
    else if (opcode == WS_TEXT)
        listener_heard(listener, payload);
    else
        listener_heard_raw(listener, payload, true);
}

static void publish(struct listener *listener)
{
    struct session *session = listener->session;
    while (session->ws_conn != NULL && listener->outbox.count > 0 &&
           listener->state == LISTENER_OPEN &&
           !conn_is_full(session->ws_conn->conn)) {
        ws_conn_send(session->ws_conn, WS_TEXT,
                     outbox_first(&listener->outbox));
        listener_published(listener);
    }
}

static void on_drained(struct ws_conn *ws_conn)
{
    if (ws_conn->user != NULL)
        publish(ws_conn->user);
}

static void on_close_frame(struct ws_conn *ws_conn, struct slice reason)
{
    struct listener *listener = ws_conn->user;
    if (listener == NULL)
        return;
    struct session *session = listener->session;
    log_escaped(reason, session->reason);
}

/* 7.1.5, 7.1.6: the code tells whether it was meant to end. */
static void judge_end(struct listener *listener, const struct ws_conn *ws_conn)
{
    const struct session *session = listener->session;
    char why[CLIENT_WHY_MAX];
    unsigned code = ws_conn->close_code;
    if (code != NO_CLOSE_FRAME) {
        bool is_proper =
            code == WS_NORMAL || code == WS_GOING_AWAY || code == WS_NO_STATUS;
        snprintf(why, sizeof why, "the server closed with %u%s%.180s", code,
                 session->reason[0] != '\0' ? ": " : "", session->reason);
        listener_failed(listener, is_proper ? OUTCOME_DONE : OUTCOME_BROKEN,
                        why);
    } else if (ws_conn->ws.state == WS_CLOSED) {
        snprintf(why, sizeof why, "WebSocket failed: %s", ws_conn->conn->why);
        listener_failed(listener, OUTCOME_WEIRD_REPLY, why);
    } else {
        snprintf(why, sizeof why, "without a close frame: %s",
                 ws_conn->conn->why);
        listener_failed(listener, OUTCOME_BROKEN, why);
    }
}

static void on_closed(struct ws_conn *ws_conn)
{
    struct listener *listener = ws_conn->user;
    if (listener == NULL)
        return;
    struct session *session = listener->session;
    session->ws_conn = NULL;
    judge_end(listener, ws_conn);
}

static const struct ws_handler handler = {
    .name = "websocket",
    .on_message = on_message,
    .on_drained = on_drained,
    .on_close_frame = on_close_frame,
    .on_closed = on_closed,
};

/* ------------------------------------------------------ the handshake */

static void upgrade(struct listener *listener, const struct http_head *head)
{
    struct session *session = listener->session;
    struct conn *conn = client_release(&listener->receiver);
    session->patience = (struct ws_patience){
        .ping_interval_ms = listener->options->ping_interval_ms,
        .ping_timeout_ms = PING_TIMEOUT_MS,
    };
    session->ws_conn =
        ws_conn_new(conn, WS_CLIENT, &handler, &session->patience,
                    listener_message_limit(listener));
    session->ws_conn->user = listener;
    conn_resume(conn); /* frames may have come along with the 101 */
    listener_opened(listener, head);
}

static void on_head(struct client *client, const struct http_response *response)
{
    struct listener *listener = client->user;
    const struct session *session = listener->session;
    const char *why =
        upgrade_judge(response, listener->options->subprotocols, session->key);
    if (why == NULL)
        upgrade(listener, &response->head);
    else if (response->status == 101)
        listener_failed(listener, OUTCOME_WEIRD_REPLY, why);
    else
        listener_refused(listener, response);
}

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    listener_failed(client->user, outcome, why);
}

static void start(struct listener *listener)
{
    struct session *session = listener->session;
    struct buf target = {0};
    listener_target(listener, false, &target);
    upgrade_ask(&listener->receiver, buf_slice(&target),
                listener->options->subprotocols, session->key);
    buf_free(&target);
}

/* ------------------------------------------------------ the end */

static void stop(struct listener *listener)
{
    struct session *session = listener->session;
    ws_conn_close(session->ws_conn, WS_NORMAL, "done");
}

static void end(struct listener *listener)
{
    struct session *session = listener->session;
    client_close(&listener->receiver);
    if (session->ws_conn == NULL)
        return;
    session->ws_conn->user = NULL;
    conn_close(session->ws_conn->conn, "done");
    session->ws_conn = NULL;
}

/* No answer to a request for WebSocket is read beyond its head. */
static const struct client_handler receiver = {
    .on_head = on_head,
    .on_failed = on_failed,
};

const struct technique websocket = {
    .name = "websocket",
    .path = "/websocket",
    .session_size = sizeof(struct session),
    .receiver = &receiver,
    .start = start,
    .end = end,
    .publish = publish,
    .stop = stop,
};
