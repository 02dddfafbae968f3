/* engineio_polling.c -- a session over requests (Engine.IO protocol 4).
 *
 *      GET  waits --> packets      GET  waits --> packets      GET ...
 *           POST packets --> ok         POST packets --> ok
 *
 * There is one GET at a time, and at most one POST: two could overtake each
 * other. A GET that was lost may have been answered, with packets that no
 * second one would bring: it is the end of the session.
 */
#include <limits.h>

#include "client/engineio.h"
#include "common/limits.h"
#include "common/trace.h"
#include "common/utf8.h"

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    eio_fail(client->user, "transport error", outcome, why);
}

/* ------------------------------------------------------ receiving */

static void on_head(struct client *client, const struct http_response *response)
{
    struct eio_session *session = client->user;
    session->status = response->status;
    session->peer = client->conn->peer;
    buf_consume(&session->body, buf_size(&session->body));
}

static void on_piece(struct client *client, struct slice piece)
{
    struct eio_session *session = client->user;
    size_t limit = session->status == 200 ? ANSWER_MAX : REFUSAL_MAX;
    if (buf_size(&session->body) + piece.size <= limit)
        buf_append_slice(&session->body, piece);
    else if (session->status == 200)
        eio_fail_weird(session, "the answer to a poll is too long");
    else
        eio_fail_refused(session, &(struct refusal){.status = session->status});
}

static void take_payload(struct eio_session *session)
{
    struct eio_payload payload = {.rest = buf_slice(&session->body)};
    struct eio_packet packet;
    enum eio_result result = EIO_BAD;
    if (utf8_is_valid(payload.rest.data, payload.rest.size))
        do
            result = eio_next(&payload, &packet);
        while (result == EIO_PACKET && eio_take(session, &packet));
    if (result == EIO_BAD)
        eio_fail_weird(session, "the answer to a poll is no payload");
    buf_free(&payload.decoded);
}

static void on_polled(struct client *client)
{
    struct eio_session *session = client->user;
    if (session->status != 200) {
        eio_fail_refused(session,
                         &(struct refusal){session->status, session->body});
        return;
    }
    trace_eio_payload(&session->peer, '<', buf_slice(&session->body));
    take_payload(session);
    eio_upgrade_if_idle(session);
    eio_poll(session);
}

void eio_poll(struct eio_session *session)
{
    int64_t patience_ms = (int64_t)session->heartbeat_ms + EIO_SPARE_MS;
    struct buf target = {0};
    if (session->state > EIO_OPENED || session->transport != EIO_POLLING ||
        session->upgrade == EIO_PAUSING || client_is_busy(&session->getter))
        return;
    if (session->state == EIO_OPENING)
        patience_ms = EIO_OPEN_MS + EIO_SPARE_MS;
    eio_append_target(session, EIO_POLLING, &target);
    client_begin(&session->getter, "GET", buf_slice(&target));
    session->getter.is_once = true;
    client_send(&session->getter, (struct slice){0},
                patience_ms < INT_MAX ? (int)patience_ms : INT_MAX);
    buf_free(&target);
}

/* ------------------------------------------------------ sending */

static void on_post_head(struct client *client,
                         const struct http_response *response)
{
    if (response->status != 200)
        eio_fail_refused(client->user,
                         &(struct refusal){.status = response->status});
}

static void on_post_piece(struct client *client, struct slice piece)
{
    (void)client; /* "ok" */
    (void)piece;
}

static void on_posted(struct client *client)
{
    struct eio_session *session = client->user;
    bool is_last = session->state == EIO_CLOSING && session->outbox.count == 0;
    if (is_last) {
        eio_drop(session);
        return;
    }
    eio_upgrade_if_idle(session);
    eio_flush(session);
    eio_sent(session);
}

/* One that is too long by itself goes alone: the server says what it thinks of
 * it. A close goes alone too, or it would overtake what is before it there. */
static bool fits(const struct eio_session *session, size_t payload_size,
                 const struct eio_packet *packet)
{
    size_t size = payload_size + 1 + eio_packet_size(packet);
    if (payload_size == 0)
        return true;
    return packet->type != EIO_CLOSE &&
           (session->max_payload == 0 || size <= session->max_payload);
}

/* As many packets as the server takes at once. */
static void pack(struct eio_session *session, struct buf *payload)
{
    while (session->outbox.count > 0) {
        struct eio_packet packet = eio_first(session);
        if (!fits(session, buf_size(payload), &packet))
            return;
        eio_append_packet(payload, &packet);
        outbox_drop(&session->outbox);
    }
}

void eio_post(struct eio_session *session)
{
    struct buf target = {0}, payload = {0};
    if (session->outbox.count == 0 || session->upgrade == EIO_PAUSING ||
        client_is_busy(&session->poster))
        return;
    pack(session, &payload);
    trace_eio_payload(&session->peer, '>', buf_slice(&payload));
    eio_append_target(session, EIO_POLLING, &target);
    client_begin(&session->poster, "POST", buf_slice(&target));
    client_add_field(&session->poster, "Content-Type",
                     slice_of("text/plain;charset=UTF-8"));
    client_send(&session->poster, buf_slice(&payload), ANSWER_MS);
    buf_free(&target);
    buf_free(&payload);
}

/* ------------------------------------------------------ its life */

void eio_polling_init(struct eio_session *session)
{
    static const struct client_handler getter = {
        .on_head = on_head,
        .on_piece = on_piece,
        .on_done = on_polled,
        .on_failed = on_failed,
    };
    static const struct client_handler poster = {
        .on_head = on_post_head,
        .on_piece = on_post_piece,
        .on_done = on_posted,
        .on_failed = on_failed,
    };
    client_init(&session->getter, session->set, &session->config->http, &getter,
                session);
    client_init(&session->poster, session->set, &session->config->http, &poster,
                session);
}

void eio_polling_stop(struct eio_session *session)
{
    client_close(&session->getter);
    client_close(&session->poster);
}
