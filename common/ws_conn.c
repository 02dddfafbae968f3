#include "common/ws_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/trace.h"

enum { ABNORMAL_CLOSURE = 1006 }; /* 7.1.5: no close frame came */

static struct loop *loop_of(const struct ws_conn *ws_conn)
{
    return ws_conn->conn->set->loop;
}

/* ------------------------------------------------------------- patience */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Wake up when the next thing may be overdue. Bytes that arrive do not move the
 * timer, which is what makes them cheap: on_due() looks when they came. */
static void set_timer(struct ws_conn *ws_conn)
{
    const struct ws_patience *patience = ws_conn->patience;
    int64_t due = INT64_MAX;
    if (patience->ping_interval_ms > 0)
        due = ws_conn->heard_ms + patience->ping_interval_ms;
    if (ws_conn->is_pinged)
        due += patience->ping_timeout_ms;
    if (ws_conn->message_ms != 0)
        due = earlier(due, ws_conn->message_ms + MESSAGE_MS);
    if (due != INT64_MAX)
        loop_timer_set(loop_of(ws_conn), &ws_conn->timer,
                       due - loop_now(loop_of(ws_conn)));
}

static void ping_or_give_up(struct ws_conn *ws_conn, int64_t silence_ms)
{
    const struct ws_patience *patience = ws_conn->patience;
    if (patience->ping_interval_ms == 0 ||
        silence_ms < patience->ping_interval_ms)
        return;
    if (!ws_conn->is_pinged) {
        ws_conn_send(ws_conn, WS_PING, slice_of("")); /* 5.5.2 */
        ws_conn->is_pinged = true;
    } else if (silence_ms >=
               patience->ping_interval_ms + patience->ping_timeout_ms) {
        conn_close(ws_conn->conn, "no answer to our ping");
    }
}

static void on_due(struct timer *timer)
{
    struct ws_conn *ws_conn = CONTAINER(timer, struct ws_conn, timer);
    int64_t now = loop_now(loop_of(ws_conn));
    if (ws_conn->conn->state != CONN_OPEN)
        return; /* it closes, and has a time limit of its own */
    if (ws_conn->ws.state != WS_OPEN) {
        conn_close(ws_conn->conn, "no answer to our close frame");
        return;
    }
    if (ws_conn->message_ms != 0 && now - ws_conn->message_ms >= MESSAGE_MS) {
        ws_conn_close(ws_conn, WS_POLICY, "the message took too long");
        return;
    }
    ping_or_give_up(ws_conn, now - ws_conn->heard_ms);
    if (ws_conn->conn->state == CONN_OPEN)
        set_timer(ws_conn);
}

/* Something arrived. A message that does not end has a time limit of its
 * own. */
static void note_arrival(struct ws_conn *ws_conn)
{
    bool must_look = ws_conn->is_pinged;
    ws_conn->heard_ms = loop_now(loop_of(ws_conn));
    ws_conn->is_pinged = false;
    bool is_mid_message =
        ws_is_mid_message(&ws_conn->ws) || buf_size(&ws_conn->conn->in) > 0;
    if (!is_mid_message) {
        ws_conn->message_ms = 0;
    } else if (ws_conn->message_ms == 0) {
        ws_conn->message_ms = ws_conn->heard_ms;
        must_look = true;
    }
    if (must_look && ws_conn->ws.state == WS_OPEN)
        set_timer(ws_conn);
}

/* ------------------------------------------------------------- sending */

/* The last frames of ws->out are those that were appended behind `before`. */
static void trace_sent(const struct ws_conn *ws_conn, struct slice frames)
{
    struct ws_frame frame;
    size_t header;
    while ((header = ws_read_header(frames, &frame)) > 0 &&
           frames.size - header >= frame.size) {
        struct slice payload = {frames.data + header, (size_t)frame.size};
        uint8_t plain[LOG_ESCAPED_MAX]; /* as much as a line shows */
        if (frame.masked) {
            if (payload.size > sizeof plain)
                payload.size = sizeof plain;
            memcpy(plain, payload.data, payload.size);
            ws_mask(plain, payload.size, frame.key, 0);
            payload.data = (const char *)plain;
        }
        trace_frame(&ws_conn->conn->peer, '>', &frame, payload);
        slice_skip(&frames, header + (size_t)frame.size);
    }
}

static void trace_from(const struct ws_conn *ws_conn, size_t before)
{
    struct slice out = buf_slice(&ws_conn->conn->out);
    trace_sent(ws_conn, slice_from(out, before));
}

/* A long payload that need not be masked goes to the kernel from where it
 * is. */
static bool may_send_in_place(const struct ws_conn *ws_conn, size_t size)
{
    return size >= SEND_IN_PLACE && ws_conn->ws.role == WS_SERVER &&
           !log_wants(LOG_TRACE);
}

void ws_conn_send(struct ws_conn *ws_conn, enum ws_opcode opcode,
                  struct slice payload)
{
    size_t before = buf_size(&ws_conn->conn->out);
    if (ws_conn->conn->state != CONN_OPEN)
        return;
    if (may_send_in_place(ws_conn, payload.size)) {
        if (ws_send_header(&ws_conn->ws, opcode, payload.size))
            conn_write(ws_conn->conn, payload);
        return;
    }
    ws_send(&ws_conn->ws, opcode, payload);
    if (log_wants(LOG_TRACE))
        trace_from(ws_conn, before);
    conn_flush(ws_conn->conn);
}

void ws_conn_send_frames(struct ws_conn *ws_conn, struct slice frames)
{
    if (ws_conn->ws.state != WS_OPEN || ws_conn->conn->state != CONN_OPEN)
        return;
    if (log_wants(LOG_TRACE))
        trace_sent(ws_conn, frames);
    conn_write(ws_conn->conn, frames);
}

void ws_conn_close(struct ws_conn *ws_conn, uint16_t code, const char *reason)
{
    size_t before = buf_size(&ws_conn->conn->out);
    if (ws_conn->ws.state != WS_OPEN || ws_conn->conn->state != CONN_OPEN)
        return;
    ws_conn->conn->why = reason;
    ws_send_close(&ws_conn->ws, code, slice_of(reason));
    loop_timer_set(loop_of(ws_conn), &ws_conn->timer, CLOSING_MS);
    if (log_wants(LOG_TRACE))
        trace_from(ws_conn, before);
    conn_flush(ws_conn->conn);
}

/* ------------------------------------------------------------- receiving */

/* The closing handshake is complete. It is the server that closes the TCP
 * connection; a client waits for it a while (7.1.1). */
static void end(struct ws_conn *ws_conn, const char *why)
{
    struct conn *conn = ws_conn->conn;
    if (conn->why == NULL)
        conn->why = why;
    if (ws_conn->ws.role == WS_SERVER)
        conn_drain(conn, conn->why);
    else
        loop_timer_set(loop_of(ws_conn), &ws_conn->timer, CLOSING_MS);
}

static const char *why_closed(uint16_t code)
{
    switch (code) {
    case WS_NORMAL: return "peer sent 1000";
    case WS_GOING_AWAY: return "peer sent 1001: going away";
    case WS_NO_STATUS: return "peer sent a close frame without a code";
    }
    return "peer sent a close frame";
}

static void handle(struct ws_conn *ws_conn, const struct ws_event *event)
{
    switch (event->type) {
    case WS_MESSAGE:
        ws_conn->handler->on_message(ws_conn, event->opcode, event->payload);
        break;
    case WS_CLOSED_BY_PEER:
        ws_conn->close_code = event->close_code;
        if (ws_conn->handler->on_close_frame != NULL)
            ws_conn->handler->on_close_frame(ws_conn, event->payload);
        end(ws_conn, why_closed(event->close_code));
        break;
    case WS_FAILED: end(ws_conn, event->payload.data); break;
    case WS_FRAGMENT:
    case WS_CONTROL:
    case WS_NEED_MORE: break;
    }
}

/* The event of a close frame has its code apart from the payload; on the wire
 * they are together (5.5.1). */
static void trace_close(const struct ws_conn *ws_conn,
                        const struct ws_event *event)
{
    const struct ws_frame *frame = &ws_conn->ws.frame;
    char payload[WS_CONTROL_MAX] = {(char)(event->close_code >> 8),
                                    (char)event->close_code};
    if (event->payload.size > 0)
        memcpy(payload + 2, event->payload.data, event->payload.size);
    trace_frame(&ws_conn->conn->peer, '<', frame,
                (struct slice){payload, (size_t)frame->size});
}

static void trace_event(const struct ws_conn *ws_conn,
                        const struct ws_event *event, size_t before)
{
    if (event->type == WS_CLOSED_BY_PEER)
        trace_close(ws_conn, event);
    else if (event->type != WS_FAILED)
        trace_frame(&ws_conn->conn->peer, '<', &ws_conn->ws.frame,
                    event->payload);
    if (event->type != WS_MESSAGE)
        trace_from(ws_conn, before); /* the codec's own pong or close frame */
}

/* A message that the end of a read has cut is stored in a buffer of the loop's,
 * so that not each of them needs new memory. Who waits for the rest of one
 * keeps it meanwhile. */
static void borrow_buffer(struct ws_conn *ws_conn)
{
    struct lent *lent = loop_lent(loop_of(ws_conn));
    if (ws_conn->ws.message.data != NULL)
        return;
    ws_conn->ws.message = lent->message;
    lent->message = (struct buf){0};
}

static void give_buffer_back(struct ws_conn *ws_conn)
{
    struct lent *lent = loop_lent(loop_of(ws_conn));
    struct buf *own = &ws_conn->ws.message;
    if (!ws_is_mid_message(&ws_conn->ws))
        buf_consume(own, buf_size(own)); /* it was delivered */
    if (buf_size(own) > 0)
        return;
    if (lent->message.data == NULL && own->capacity <= LENT_WRITE_KEPT) {
        lent->message = *own;
        *own = (struct buf){0};
    }
    buf_free(own);
}

static void on_bytes(struct conn *conn)
{
    struct ws_conn *ws_conn = conn->session;
    struct ws_event event;
    size_t before = buf_size(&conn->out);
    borrow_buffer(ws_conn);
    while (conn_may_serve(conn) && ws_next(&ws_conn->ws, &event)) {
        if (log_wants(LOG_TRACE))
            trace_event(ws_conn, &event, before);
        handle(ws_conn, &event);
        before = buf_size(&conn->out);
    }
    give_buffer_back(ws_conn);
    note_arrival(ws_conn);
}

static void on_drained(struct conn *conn)
{
    struct ws_conn *ws_conn = conn->session;
    if (ws_conn->handler->on_drained != NULL && ws_conn->ws.state == WS_OPEN)
        ws_conn->handler->on_drained(ws_conn);
}

static void on_shutdown(struct conn *conn)
{
    ws_conn_close(conn->session, WS_GOING_AWAY, "going away");
}

static void on_closed(struct conn *conn)
{
    struct ws_conn *ws_conn = conn->session;
    ws_conn->handler->on_closed(ws_conn);
    loop_timer_cancel(loop_of(ws_conn), &ws_conn->timer);
    ws_free(&ws_conn->ws);
    free(ws_conn);
}

static const struct protocol websocket_protocol = {
    .name = "websocket",
    .on_bytes = on_bytes,
    .on_drained = on_drained,
    .on_shutdown = on_shutdown,
    .on_closed = on_closed,
};

static uint32_t random_key(void)
{
    uint32_t key;
    net_random(&key, sizeof key);
    return key;
}

struct ws_conn *ws_conn_new(struct conn *conn, enum ws_role role,
                            const struct ws_handler *handler,
                            const struct ws_patience *patience,
                            uint32_t message_limit)
{
    struct ws_conn *ws_conn = allocate(sizeof *ws_conn);
    ws_conn->conn = conn;
    ws_conn->handler = handler;
    ws_conn->patience = patience;
    ws_conn->timer.on_due = on_due;
    ws_conn->close_code = ABNORMAL_CLOSURE;
    ws_init(&ws_conn->ws, role, &conn->in, &conn->out);
    ws_conn->ws.message_limit = message_limit;
    ws_conn->ws.new_key = role == WS_CLIENT ? random_key : NULL;
    conn->protocol = &websocket_protocol;
    conn->session = ws_conn;
    ws_conn->heard_ms = loop_now(conn->set->loop);
    set_timer(ws_conn);
    return ws_conn;
}
