/* engineio_polling.c -- a session over HTTP, by one GET and one POST at a time.
 *
 * The GET waits for what is to be said, as a long poll does; the POST brings
 * what the client says.
 */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/trace.h"
#include "common/utf8.h"
#include "server/engineio.h"
#include "server/engineio_session.h"

static void respond(struct exchange *exchange, const char *type,
                    struct slice body)
{
    exchange_respond(exchange,
                     &(struct response){.status = 200,
                                        .type = type,
                                        .fields = "Cache-Control: no-store\r\n",
                                        .body = body});
}

static void respond_payload(struct exchange *exchange, struct slice payload)
{
    respond(exchange, "text/plain; charset=UTF-8", payload);
    trace_eio_payload(&exchange->conn->peer, '>', payload);
}

/* ------------------------------------------------------------- GET */

void eio_polling_answer(struct eio_session *session)
{
    struct eio_polls *polls = session->polls;
    struct exchange *poll = polls->poll;
    if (poll == NULL || buf_size(&polls->waiting) == 0)
        return;
    polls->poll = NULL;
    respond_payload(poll, buf_slice(&polls->waiting));
    buf_free(&polls->waiting);
    if (polls->owes_close)
        eio_append_packet(&polls->waiting,
                          &(struct eio_packet){.type = EIO_CLOSE});
    polls->owes_close = false;
}

void eio_polling_release(struct eio_polls *polls)
{
    if (polls->poll == NULL)
        return;
    if (buf_size(&polls->waiting) == 0)
        eio_append_packet(&polls->waiting,
                          &(struct eio_packet){.type = EIO_NOOP});
    eio_polling_answer(polls->session);
}

static void on_poll_due(struct exchange *exchange)
{
    struct eio_session *session = exchange->user;
    eio_polling_release(session->polls);
}

static void on_poll_gone(struct exchange *exchange)
{
    struct eio_session *session = exchange->user;
    session->polls->poll = NULL;
    eio_end(session, EIO_CLOSE, "transport error");
}

/* The session answers it: server_shutdown() ends all of them. */
static void on_shutdown(struct exchange *exchange)
{
    (void)exchange;
}

static const struct holder poll_holder = {
    .on_due = on_poll_due,
    .on_gone = on_poll_gone,
    .on_shutdown = on_shutdown,
};

/* There is a ping before this is over; if not, the session is at its end. */
static int patience_ms(const struct eio_session *session)
{
    const struct ws_patience *patience =
        &session->hub->server->options.patience;
    if (session->polls->is_probed)
        return PROBED_POLL_MS;
    return patience->ping_interval_ms + patience->ping_timeout_ms +
           PING_INTERVAL_MS;
}

static void serve_poll(struct eio_session *session, struct exchange *exchange)
{
    struct eio_polls *polls = session->polls;
    if (polls->poll != NULL) {
        eio_end(session, EIO_CLOSE, "transport error");
        eio_refuse(exchange, EIO_BAD_REQUEST, "another poll waits already");
        return;
    }
    polls->poll = exchange;
    exchange->user = session;
    eio_polling_answer(session);
    if (polls->poll != NULL)
        exchange_hold(exchange, &poll_holder, patience_ms(session));
    if (session->why != NULL)
        eio_settle_later(session); /* the last of it was fetched */
}

/* ------------------------------------------------------------- POST */

/* False: this is no payload, or none that a client may send. What comes before
 * the mistake counts. All of one POST is taken, whatever conn_wait() says: only
 * the next has to wait. */
static bool take_payload(struct eio_session *session, const struct conn *conn,
                         struct slice body)
{
    struct eio_payload payload = {.rest = body};
    struct eio_packet packet;
    enum eio_result result = EIO_END;
    bool is_good = utf8_is_valid(body.data, body.size);
    while (is_good && session->why == NULL &&
           (result = eio_next(&payload, &packet)) == EIO_PACKET) {
        trace_eio_packet(&conn->peer, '<', &packet);
        is_good = eio_take(session, &packet);
    }
    buf_free(&payload.decoded);
    return is_good && result != EIO_BAD;
}

static void on_body(struct exchange *exchange, struct slice body)
{
    struct eio_session *session = exchange->user;
    session->polls->post = NULL;
    session->polls->posting = exchange->conn;
    bool is_payload = take_payload(session, exchange->conn, body);
    session->polls->posting = NULL;
    if (is_payload) {
        respond(exchange, "text/html", slice_of("ok"));
    } else {
        eio_end(session, EIO_CLOSE, "parse error");
        eio_refuse(exchange, EIO_BAD_REQUEST, "that is no payload");
    }
    if (session->ws_conn != NULL)
        eio_polling_free(session); /* it came after the upgrade */
}

/* A body that is too large is refused, and that is all; one that breaks off
 * ends the session. */
static void on_post_gone(struct exchange *exchange)
{
    struct eio_session *session = exchange->user;
    session->polls->post = NULL;
    if (exchange->body.status != 413)
        eio_end(session, EIO_CLOSE, "transport error");
    else if (session->ws_conn != NULL)
        eio_polling_free(session);
}

static const struct holder post_holder = {
    .on_body = on_body,
    .on_gone = on_post_gone,
};

/* Without its parameters (RFC 9110, 8.3.1). */
static bool is_octet_stream(const struct http_request *request)
{
    struct slice field = http_field(&request->head, "Content-Type");
    return slice_is_any_case(http_trim(slice_until(field, ';')),
                             "application/octet-stream");
}

static void serve_post(struct eio_session *session, struct exchange *exchange,
                       const struct http_request *request)
{
    const char *wrong = session->polls->post != NULL
                            ? "another POST is under way"
                        : is_octet_stream(request)
                            ? "a payload is text; what is binary goes as base64"
                            : NULL;
    if (wrong != NULL) {
        eio_end(session, EIO_CLOSE, "transport error");
        eio_refuse(exchange, EIO_BAD_REQUEST, wrong);
        return;
    }
    session->polls->post = exchange;
    exchange->user = session;
    exchange_read_body(exchange, session->hub->server->options.max_payload,
                       &post_holder);
}

/* ------------------------------------------------------------- both */

void eio_polling_open(struct eio_session *session, struct exchange *exchange,
                      const struct http_request *request)
{
    struct buf payload = {0}, data = {0};
    session->polls = allocate(sizeof *session->polls);
    session->polls->session = session;
    eio_append_open(&data, session);
    eio_append_packet(&payload,
                      &(struct eio_packet){EIO_OPEN, false, buf_slice(&data)});
    respond_payload(exchange, buf_slice(&payload));
    buf_free(&data);
    buf_free(&payload);
    eio_open(session, request, "polling");
}

void eio_polling_serve(struct eio_session *session, struct exchange *exchange,
                       const struct http_request *request)
{
    if (request->method == METHOD_GET)
        serve_poll(session, exchange);
    else if (request->method == METHOD_POST)
        serve_post(session, exchange, request);
    else
        eio_refuse(exchange, EIO_BAD_REQUEST,
                   "a session is polled by GET and told by POST");
}

void eio_polling_free(struct eio_session *session)
{
    struct eio_polls *polls = session->polls;
    if (polls == NULL)
        return;
    if (polls->post != NULL)
        eio_refuse(polls->post, EIO_BAD_REQUEST, "the session is closed");
    eio_polling_release(polls);
    eio_probe_leave(polls, "session is gone");
    buf_free(&polls->waiting);
    free(polls);
    session->polls = NULL;
}
