#include "server/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/alloc.h"
#include "common/http_write.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/trace.h"

static struct loop *loop_of(const struct exchange *exchange)
{
    return exchange->conn->set->loop;
}

static struct exchange_host *host_of(const struct exchange *exchange)
{
    return CONTAINER(exchange->conn->set, struct exchange_host, conns);
}

/* ------------------------------------------------------------- patience */

/* The timer is left alone where it comes earlier than the new deadline: it
 * looks again then. So a request on a busy connection sets no timer. */
static void expect_within(struct exchange *exchange, int delay_ms)
{
    int64_t now = loop_now(loop_of(exchange));
    exchange->deadline_ms = now + delay_ms;
    if (exchange->timer.slot == 0 ||
        exchange->timer.due_ms > exchange->deadline_ms)
        loop_timer_set(loop_of(exchange), &exchange->timer, delay_ms);
}

/* From the first bytes of a request that is not complete, and not from each of
 * them: a peer that sends a byte a second must come to an end. */
static void expect_rest(struct exchange *exchange)
{
    if (!exchange->is_timed)
        expect_within(exchange, REQUEST_MS);
    exchange->is_timed = true;
}

static void on_due(struct timer *timer)
{
    struct exchange *exchange = CONTAINER(timer, struct exchange, timer);
    int64_t left = exchange->deadline_ms - loop_now(loop_of(exchange));
    bool has_begun =
        exchange->state == EXCHANGE_BODY || buf_size(&exchange->conn->in) > 0;
    if (exchange->conn->state != CONN_OPEN)
        return; /* nothing may be said behind the last answer */
    if (left > 0)
        loop_timer_set(loop_of(exchange), timer, left);
    else if (exchange->state == EXCHANGE_LATER)
        exchange->holder->on_due(exchange);
    else if (has_begun)
        exchange_refuse(exchange, 408, "the request took too long");
    else
        conn_drain(exchange->conn, "idle for too long");
}

/* ------------------------------------------------------------- the response */

/* 9110, 6.6.1: the time of the response, which is the same for a second. */
static void append_date(struct buf *out, struct exchange_host *host)
{
    int64_t now_ms = loop_now(host->conns.loop);
    if (now_ms >= host->date_until_ms) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        host->date_until_ms = now_ms + 1000 - now.tv_nsec / 1000000;
        char date[HTTP_DATE_SIZE];
        http_format_date(now.tv_sec, date);
        snprintf(host->date, sizeof host->date, "Date: %s\r\n", date);
    }
    buf_append(out, host->date, sizeof host->date - 1);
}

/* 9110, 8.6: these have no body, and so no length. The answer to HEAD has that
 * of the body it leaves out, or none. */
static bool has_length(const struct exchange *exchange,
                       const struct response *response)
{
    int status = response->status;
    bool is_unknown = exchange->is_head && response->body.size == 0;
    return status >= 200 && status != 204 && status != 304 && !is_unknown;
}

static void append_fields(struct exchange *exchange,
                          const struct response *response)
{
    struct buf *out = &exchange->conn->out;
    http_append_status(out, response->status);
    append_date(out, host_of(exchange));
    if (response->type != NULL)
        http_append_field(out, "Content-Type", slice_of(response->type));
    if (response->fields != NULL)
        buf_append_text(out, response->fields);
    if (exchange->origin != 0) {
        const char *const *origins = host_of(exchange)->origins;
        http_append_field(out, "Access-Control-Allow-Origin",
                          slice_of(origins[exchange->origin - 1]));
        buf_append_text(out, "Vary: Origin\r\nAccess-Control-Expose-Headers: "
                             "Server-Instance, ETag, Retry-After\r\n");
    }
    if (!exchange->keep_alive)
        buf_append_text(out, "Connection: close\r\n");
    else if (exchange->is_http_1_0)
        buf_append_text(out, "Connection: keep-alive\r\n");
}

/* Nothing may be said behind an answer to a request whose body we did not read:
 * we would take the body for the next request. */
static void begin_answer(struct exchange *exchange)
{
    const struct http_body *body = &exchange->body;
    bool is_read = body->framing == HTTP_NO_BODY ||
                   (body->framing == HTTP_LENGTH && body->left == 0);
    if (!is_read)
        exchange->keep_alive = false;
    if (exchange->state == EXCHANGE_BODY && exchange->holder != NULL)
        exchange->holder->on_gone(
            exchange); /* refused before it was complete */
    exchange->holder = NULL;
    buf_free(&exchange->received);
}

/* The response is complete: on to the next request, or to the end. */
static void finish(struct exchange *exchange)
{
    bool was_late = exchange->state == EXCHANGE_LATER;
    struct conn *conn = exchange->conn;
    exchange->state = EXCHANGE_IDLE;
    exchange->is_timed = false;
    exchange->deadline_ms = loop_now(loop_of(exchange)) + KEEP_ALIVE_MS;
    if (!exchange->keep_alive) {
        conn_drain(conn, "response sent");
        return;
    }
    if (was_late) {
        expect_within(exchange, KEEP_ALIVE_MS);
        conn_resume(conn); /* there may be another request behind it */
    }
    conn_flush(conn);
}

static void trace_answer(struct exchange *exchange, size_t before)
{
    struct slice out = buf_slice(&exchange->conn->out);
    trace_text(&exchange->conn->peer, '>', slice_from(out, before));
}

void exchange_respond(struct exchange *exchange,
                      const struct response *response)
{
    struct buf *out = &exchange->conn->out;
    size_t before = buf_size(out);
    begin_answer(exchange);
    append_fields(exchange, response);
    if (has_length(exchange, response))
        http_append_length(out, response->body.size);
    http_append_end(out);
    if (log_wants(LOG_TRACE))
        trace_answer(exchange, before);
    if (!exchange->is_head)
        buf_append_slice(out, response->body);
    finish(exchange);
}

void exchange_refuse_with(struct exchange *exchange, int status,
                          const char *fields, const char *why)
{
    struct buf text = {0};
    buf_printf(&text, "%d %s: %s\n", status, http_reason(status), why);
    host_of(exchange)->refused++;
    exchange_respond(exchange,
                     &(struct response){.status = status,
                                        .type = "text/plain; charset=utf-8",
                                        .fields = fields,
                                        .body = buf_slice(&text)});
    buf_free(&text);
}

void exchange_refuse(struct exchange *exchange, int status, const char *why)
{
    if (status == 400 || status >= 408)
        exchange->keep_alive = false;
    exchange_refuse_with(exchange, status, NULL, why);
}

/* ------------------------------------------------------------- later */

void exchange_hold(struct exchange *exchange, const struct holder *holder,
                   int delay_ms)
{
    exchange->state = EXCHANGE_LATER;
    exchange->holder = holder;
    exchange_hold_on(exchange, delay_ms);
}

void exchange_hold_on(struct exchange *exchange, int delay_ms)
{
    expect_within(exchange, delay_ms);
}

void exchange_begin(struct exchange *exchange, const struct response *response)
{
    struct buf *out = &exchange->conn->out;
    size_t before = buf_size(out);
    exchange->is_chunked = !exchange->is_http_1_0;
    exchange->keep_alive = exchange->keep_alive && exchange->is_chunked;
    append_fields(exchange, response);
    if (exchange->is_chunked) /* RFC 9112, 6.1: not to 1.0 */
        buf_append_text(out, "Transfer-Encoding: chunked\r\n");
    http_append_end(out);
    if (log_wants(LOG_TRACE))
        trace_answer(exchange, before);
    conn_flush(exchange->conn);
}

void exchange_end(struct exchange *exchange, const char *why)
{
    if (exchange->is_chunked)
        chunked_end(&exchange->conn->out);
    exchange->keep_alive = false;
    exchange->holder = NULL;
    exchange->state = EXCHANGE_IDLE;
    conn_drain(exchange->conn, why);
}

struct conn *exchange_upgrade(struct exchange *exchange)
{
    struct conn *conn = exchange->conn;
    loop_timer_cancel(loop_of(exchange), &exchange->timer);
    buf_free(&exchange->received);
    free(exchange);
    conn->session = NULL;
    return conn;
}

/* ------------------------------------------------------------- the request */

static const struct protocol http_protocol;

void exchange_read_body(struct exchange *exchange, uint32_t max,
                        const struct holder *holder)
{
    exchange->state = EXCHANGE_BODY;
    exchange->holder = holder;
    exchange->body.max = max;
}

/* 9110, 10.1.1: whoever waits for it has sent nothing of the body yet. */
static void say_continue(struct exchange *exchange)
{
    struct conn *conn = exchange->conn;
    struct http_body *body = &exchange->body;
    bool is_too_large = body->framing == HTTP_LENGTH && body->left > body->max;
    if (buf_size(&conn->in) == 0 && !is_too_large) {
        http_append_status(&conn->out, 100);
        http_append_end(&conn->out);
    }
}

static void take_request(struct exchange *exchange,
                         struct http_request *request)
{
    struct exchange_host *host = host_of(exchange);
    host->requests++;
    exchange->body = request->body;
    exchange->is_head = request->method == METHOD_HEAD;
    exchange->is_http_1_0 = request->minor == 0;
    exchange->keep_alive = request->keep_alive && !host->is_ending;
    exchange->is_chunked = false;
    exchange->origin = 0;
    host->route(exchange, request);
}

/* There is no telling where the next request begins. */
static void refuse_head(struct exchange *exchange, enum http_method method)
{
    exchange->is_head = method == METHOD_HEAD;
    exchange->is_http_1_0 = false;
    exchange->origin = 0;
    exchange->body.framing = HTTP_NO_BODY;
    exchange->keep_alive = false;
    exchange_refuse_with(exchange, exchange->parser.status, NULL,
                         exchange->parser.why);
}

/* False: wait for more bytes, or for whoever answers later. */
static bool read_head(struct exchange *exchange)
{
    struct conn *conn = exchange->conn;
    struct http_request request;
    request.method = METHOD_OTHER; /* until it is known */
    switch (http_next_request(&exchange->parser, &conn->in, &request)) {
    case HTTP_NEED_MORE:
        if (buf_size(&conn->in) > 0)
            expect_rest(exchange);
        return false;
    case HTTP_BAD: refuse_head(exchange, request.method); return false;
    case HTTP_HEAD: break;
    }
    if (log_wants(LOG_TRACE))
        trace_text(&conn->peer, '<',
                   (struct slice){request.method_name.data, HTTP_HEAD_MAX});
    take_request(exchange, &request);
    if (conn->protocol != &http_protocol)
        return true; /* the exchange is gone */
    if (exchange->state == EXCHANGE_BODY && request.expects_continue)
        say_continue(exchange);
    return true;
}

static void hand_over(struct exchange *exchange, struct slice body)
{
    const struct holder *holder = exchange->holder;
    exchange->holder = NULL;
    holder->on_body(exchange, body);
}

/* A body of known size that came in one piece is not copied. */
static bool take_piece(struct exchange *exchange, struct slice piece)
{
    const struct http_body *body = &exchange->body;
    bool is_all = body->framing == HTTP_LENGTH && body->left == 0;
    if (is_all && buf_size(&exchange->received) == 0)
        hand_over(exchange, piece);
    else
        buf_append_slice(&exchange->received, piece);
    return true;
}

static bool read_body(struct exchange *exchange)
{
    struct conn *conn = exchange->conn;
    struct slice piece;
    switch (http_body_next(&exchange->body, &conn->in, &piece)) {
    case HTTP_BODY_NEED_MORE: expect_rest(exchange); return false;
    case HTTP_BODY_PIECE: return take_piece(exchange, piece);
    case HTTP_BODY_END:
        exchange->body.framing = HTTP_NO_BODY;
        hand_over(exchange, buf_slice(&exchange->received));
        return true;
    case HTTP_BODY_BAD:
        exchange_refuse(exchange, exchange->body.status, exchange->body.why);
        return false;
    }
    return false;
}

/* RFC 9112, 9.3.2: requests that came together are answered in their order. */
static void on_bytes(struct conn *conn)
{
    bool goes_on = true;
    while (goes_on && conn->protocol == &http_protocol &&
           conn_may_serve(conn)) {
        struct exchange *exchange = conn->session;
        switch (exchange->state) {
        case EXCHANGE_IDLE: goes_on = read_head(exchange); break;
        case EXCHANGE_BODY: goes_on = read_body(exchange); break;
        case EXCHANGE_LATER: return;
        }
    }
    if (conn->protocol != &http_protocol && buf_size(&conn->in) > 0)
        conn->protocol->on_bytes(conn); /* they came behind the upgrade */
}

static void on_drained(struct conn *conn)
{
    struct exchange *exchange = conn->session;
    if (exchange->state == EXCHANGE_LATER && exchange->holder->on_drained)
        exchange->holder->on_drained(exchange);
}

/* A client that goes away does the same as one that is done asking: both end.
 * The second one gets its answer if that is on the way. */
static void on_end(struct conn *conn)
{
    struct exchange *exchange = conn->session;
    bool is_partial =
        exchange->state == EXCHANGE_BODY || buf_size(&conn->in) > 0;
    if (exchange->state == EXCHANGE_LATER)
        conn_close(conn, "client is gone");
    else if (is_partial)
        exchange_refuse(exchange, 400, "the request was broken off");
    else
        conn_drain(conn, "client is done");
}

static void on_shutdown(struct conn *conn)
{
    struct exchange *exchange = conn->session;
    bool is_idle = exchange->state == EXCHANGE_IDLE &&
                   buf_size(&conn->in) == 0 && buf_size(&conn->out) == 0;
    exchange->keep_alive = false;
    if (exchange->state == EXCHANGE_LATER)
        exchange->holder->on_shutdown(exchange);
    else if (is_idle)
        conn_close(conn, "shutting down"); /* it may never react to an end */
    else
        conn_drain(conn, "shutting down");
}

static void on_closed(struct conn *conn)
{
    struct exchange *exchange = conn->session;
    if (exchange->holder != NULL)
        exchange->holder->on_gone(exchange);
    loop_timer_cancel(loop_of(exchange), &exchange->timer);
    buf_free(&exchange->received);
    free(exchange);
}

static const struct protocol http_protocol = {
    .name = "http",
    .on_bytes = on_bytes,
    .on_drained = on_drained,
    .on_end = on_end,
    .on_shutdown = on_shutdown,
    .on_closed = on_closed,
};

void exchange_start(struct exchange_host *host, int fd,
                    const struct net_peer *peer)
{
    struct exchange *exchange = allocate(sizeof *exchange);
    exchange->timer.on_due = on_due;
    exchange->conn = conn_new(&host->conns, fd, peer, &http_protocol, exchange);
    if (exchange->conn == NULL) {
        free(exchange);
        return;
    }
    expect_within(exchange, REQUEST_MS);
}
