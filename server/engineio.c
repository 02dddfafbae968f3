#include "server/engineio.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/trace.h"
#include "common/url.h"
#include "server/engineio_session.h"

static struct loop *loop_of(const struct eio_session *session)
{
    return session->hub->server->loop;
}

/* ------------------------------------------------------------- sending */

/* In its turn behind what was sent before, whatever carries it. */
static void send_packet(struct eio_session *session, enum eio_type type,
                        bool is_binary, struct slice data)
{
    struct eio_packet packet = {type, is_binary, data};
    if (session->ws_conn != NULL) {
        eio_websocket_send(session, &packet);
    } else {
        eio_append_packet(&session->polls->waiting, &packet);
        eio_settle_later(session);
    }
}

/* Does the client take too little of what is sent? A poll that waits takes
 * everything; a WebSocket does as long as the kernel was not full. */
static bool is_too_slow(const struct eio_session *session)
{
    if (session->ws_conn != NULL) {
        const struct conn *conn = session->ws_conn->conn;
        return conn_is_full(conn) && (conn->watch.interest & LOOP_WRITE);
    }
    return session->polls->poll == NULL &&
           buf_size(&session->polls->waiting) >= OUT_LIMIT;
}

/* May the application send? Not when the session is at its end, which comes of
 * not fetching what was sent. */
static bool may_send(struct eio_session *session)
{
    if (session->why != NULL)
        return false;
    if (!is_too_slow(session))
        return true;
    eio_end(session, EIO_CLOSE, "transport error");
    return false;
}

bool eio_is_writable(const struct eio_session *session)
{
    if (session->why != NULL)
        return false;
    if (session->ws_conn != NULL)
        return !conn_is_full(session->ws_conn->conn);
    return session->polls->poll != NULL;
}

void eio_send(struct eio_session *session, bool is_binary, struct slice data)
{
    if (may_send(session))
        send_packet(session, EIO_MESSAGE, is_binary, data);
}

void eio_messages_add(struct eio_messages *messages, bool is_binary,
                      struct slice data)
{
    struct eio_packet packet = {EIO_MESSAGE, is_binary, data};
    size_t before = buf_size(&messages->payload);
    eio_append_packet(&messages->payload, &packet);
    if (is_binary) {
        ws_append_frame(&messages->frames, WS_BINARY, data);
        return;
    }
    struct slice encoded = buf_slice(&messages->payload);
    size_t start = before == 0 ? 0 : before + 1; /* behind the separator */
    ws_append_frame(&messages->frames, WS_TEXT, slice_from(encoded, start));
}

void eio_messages_free(struct eio_messages *messages)
{
    buf_free(&messages->frames);
    buf_free(&messages->payload);
}

static void append_payload(struct buf *waiting, struct slice payload)
{
    if (buf_size(waiting) > 0)
        buf_append(waiting, "\x1e", 1);
    buf_append_slice(waiting, payload);
}

void eio_send_messages(struct eio_session *session,
                       const struct eio_messages *messages)
{
    struct slice payload = buf_slice(&messages->payload);
    if (payload.size == 0 || !may_send(session))
        return;
    if (session->ws_conn == NULL) {
        append_payload(&session->polls->waiting, payload);
        eio_settle_later(session);
    } else if (session->wants_base64) {
        eio_websocket_send_payload(session, payload);
    } else {
        trace_eio_payload(&session->ws_conn->conn->peer, '>', payload);
        ws_conn_send_frames(session->ws_conn, buf_slice(&messages->frames));
    }
}

/* ------------------------------------------------------------- heartbeat */

/* Engine.IO cannot do without: 0, which turns off other pings, is no wait. */
static int wait_or(int wait_ms, int otherwise_ms)
{
    return wait_ms > 0 ? wait_ms : otherwise_ms;
}

static int ping_interval_ms(const struct eio_session *session)
{
    return wait_or(session->hub->server->options.patience.ping_interval_ms,
                   PING_INTERVAL_MS);
}

static int ping_timeout_ms(const struct eio_session *session)
{
    return wait_or(session->hub->server->options.patience.ping_timeout_ms,
                   PING_TIMEOUT_MS);
}

/* The next ping is due so long after the last pong. */
static void expect_ping(struct eio_session *session)
{
    session->is_pinged = false;
    loop_timer_set(loop_of(session), &session->timer,
                   ping_interval_ms(session));
}

static void ping(struct eio_session *session)
{
    session->is_pinged = session->has_patience = true;
    loop_timer_set(loop_of(session), &session->timer, ping_timeout_ms(session));
    send_packet(session, EIO_PING, false, slice_of(""));
}

/* Whatever else comes shows that the client is alive: once, so that it must
 * answer in the end. */
static void note_arrival(struct eio_session *session)
{
    if (!session->is_pinged || !session->has_patience)
        return;
    session->has_patience = false;
    loop_timer_set(loop_of(session), &session->timer, ping_timeout_ms(session));
}

static void on_due(struct timer *timer)
{
    struct eio_session *session = CONTAINER(timer, struct eio_session, timer);
    if (session->why != NULL) {
        session->is_leaving = false; /* nobody fetches what was said last */
        eio_settle_later(session);
    } else if (session->is_pinged) {
        eio_end(session, EIO_CLOSE, "ping timeout");
    } else {
        ping(session);
    }
}

/* ------------------------------------------------------------- receiving */

bool eio_take(struct eio_session *session, const struct eio_packet *packet)
{
    switch (packet->type) {
    case EIO_MESSAGE:
        note_arrival(session);
        session->hub->app->on_message(session, packet->is_binary, packet->data);
        return true;
    case EIO_PONG: expect_ping(session); return true;
    case EIO_CLOSE: eio_end(session, EIO_NOOP, "transport close"); return true;
    case EIO_PING: /* only in protocol 3, or in a probe */
        eio_end(session, EIO_CLOSE, "transport error");
        return false;
    case EIO_OPEN:
    case EIO_UPGRADE:
    case EIO_NOOP: note_arrival(session); return true;
    }
    return true;
}

/* ------------------------------------------------------------- its end */

static void eio_session_free(struct eio_session *session)
{
    loop_timer_cancel(loop_of(session), &session->timer);
    eio_polling_free(session);
    eio_websocket_leave(session, "session is gone");
    table_remove(&session->hub->sessions, &session->link);
    free(session);
}

static void tell_end(struct eio_session *session)
{
    if (session->is_told)
        return;
    log_info("%s %.6s: closed (%s)", session->hub->app->name, session->id,
             session->why);
    session->is_told = true;
    session->hub->open--;
    session->hub->app->on_closed(session, session->why);
}

/* The end of the turn: all that was sent in it is one answer. */
static void settle(struct deferred *deferred)
{
    struct eio_session *session =
        CONTAINER(deferred, struct eio_session, later);
    if (session->polls != NULL)
        eio_polling_answer(session);
    if (session->why == NULL)
        return;
    tell_end(session);
    bool is_fetched =
        session->polls == NULL || buf_size(&session->polls->waiting) == 0;
    if (is_fetched || !session->is_leaving)
        eio_session_free(session);
}

void eio_settle_later(struct eio_session *session)
{
    loop_defer(loop_of(session), &session->later);
}

/* The genuine client closes before it looks at the packets of Socket.IO that
 * stand in the same payload: behind them the close packet has one of its
 * own. */
static void say_end(struct eio_session *session, enum eio_type last)
{
    if (session->is_leaving && buf_size(&session->polls->waiting) > 0)
        session->polls->owes_close = true;
    else
        send_packet(session, last, false, slice_of(""));
}

void eio_end(struct eio_session *session, enum eio_type last, const char *why)
{
    if (session->why != NULL)
        return;
    if (session->ws_conn == NULL && session->polls != NULL)
        say_end(session, last);
    session->why = why;
    if (session->polls != NULL)
        eio_probe_leave(session->polls, why);
    eio_websocket_leave(session, why);
    loop_timer_cancel(loop_of(session), &session->timer);
    eio_settle_later(session);
}

void eio_close(struct eio_session *session, const char *reason)
{
    if (session->why != NULL)
        return;
    if (session->ws_conn != NULL)
        send_packet(session, EIO_CLOSE, false, slice_of(""));
    session->is_leaving = session->ws_conn == NULL;
    eio_end(session, EIO_CLOSE, reason);
    if (session->is_leaving)
        loop_timer_set(loop_of(session), &session->timer, FAREWELL_MS);
}

/* ------------------------------------------------------------- its life */

static struct slice name_of(const struct table_link *link)
{
    return slice_of(CONTAINER(link, struct eio_session, link)->id);
}

struct eio_session *eio_session_new(struct eio_hub *hub,
                                    const struct http_request *request)
{
    struct slice base64 = {0};
    struct eio_session *session = allocate(sizeof *session);
    session->hub = hub;
    session->timer.on_due = on_due;
    session->later.run = settle;
    session->wants_base64 =
        url_query(request->query, "b64", &base64) && base64.size > 0;
    id_make(session->id);
    table_add(&hub->sessions, &session->link);
    hub->open++;
    expect_ping(session);
    return session;
}

void eio_open(struct eio_session *session, const struct http_request *request,
              const char *carrier)
{
    log_info("%s %.6s: opened (%s)", session->hub->app->name, session->id,
             carrier);
    session->hub->app->on_open(session, request);
}

void eio_append_open(struct buf *out, const struct eio_session *session)
{
    eio_append_handshake(
        out, &(struct eio_handshake){
                 .sid = slice_of(session->id),
                 .may_upgrade = session->polls != NULL,
                 .ping_interval_ms = ping_interval_ms(session),
                 .ping_timeout_ms = ping_timeout_ms(session),
                 .max_payload = session->hub->server->options.max_payload,
             });
}

struct eio_session *eio_find(struct eio_hub *hub, struct slice id)
{
    struct table_link *link = table_find(&hub->sessions, id);
    if (link == NULL)
        return NULL;
    struct eio_session *session = CONTAINER(link, struct eio_session, link);
    return session->why == NULL || session->is_leaving ? session : NULL;
}

struct eio_hub *eio_session_hub(const struct eio_session *session)
{
    return session->hub;
}

const char *eio_session_id(const struct eio_session *session)
{
    return session->id;
}

void eio_session_set_user(struct eio_session *session, void *user)
{
    session->user = user;
}

void *eio_session_user(const struct eio_session *session)
{
    return session->user;
}

/* A POST may still arrive after the upgrade. */
struct conn *eio_session_conn(const struct eio_session *session)
{
    if (session->polls != NULL && session->polls->posting != NULL)
        return session->polls->posting;
    return session->ws_conn != NULL ? session->ws_conn->conn : NULL;
}

void eio_hold(struct eio_session *session, int delay_ms)
{
    if (session->ws_conn != NULL)
        conn_hold(session->ws_conn->conn, delay_ms);
}

/* ------------------------------------------------------------- the hub */

struct eio_hub *eio_hub_new(struct server *server, const struct eio_app *app,
                            void *user)
{
    struct eio_hub *hub = allocate(sizeof *hub);
    hub->server = server;
    hub->app = app;
    hub->user = user;
    hub->sessions.name_of = name_of;
    return hub;
}

void *eio_hub_user(const struct eio_hub *hub)
{
    return hub->user;
}

size_t eio_hub_count(const struct eio_hub *hub)
{
    return hub->open;
}

void eio_hub_shutdown(struct eio_hub *hub)
{
    struct table_link *link = NULL;
    while ((link = table_next(&hub->sessions, link)) != NULL)
        eio_end(CONTAINER(link, struct eio_session, link), EIO_CLOSE,
                "server shutting down");
}

void eio_hub_free(struct eio_hub *hub)
{
    struct table_link *link;
    while ((link = table_next(&hub->sessions, NULL)) != NULL)
        eio_session_free(CONTAINER(link, struct eio_session, link));
    table_free(&hub->sessions);
    free(hub);
}
