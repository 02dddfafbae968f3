#include "client/engineio.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"

enum { BINARY = 'b' }; /* a message in the outbox that has no type */

static struct loop *loop_of(const struct eio_session *session)
{
    return session->set->loop;
}

/* ------------------------------------------------------ endings */

static void on_ending(struct deferred *deferred)
{
    struct eio_session *session =
        CONTAINER(deferred, struct eio_session, ending);
    session->handler->on_closed(session);
    client_free(&session->getter);
    client_free(&session->poster);
    client_free(&session->upgrader);
    outbox_free(&session->outbox);
    buf_free(&session->body);
    free(session);
}

/* It is freed at the end of the turn: callers up the stack may hold it. */
static void end(struct eio_session *session, const char *reason,
                enum outcome outcome, const char *why)
{
    if (session->state == EIO_CLOSED)
        return;
    session->state = EIO_CLOSED;
    session->reason = reason;
    session->outcome = outcome;
    snprintf(session->why, sizeof session->why, "%s", why);
    eio_polling_stop(session);
    eio_websocket_stop(session);
    loop_timer_cancel(loop_of(session), &session->timer);
    loop_defer(loop_of(session), &session->ending);
}

void eio_drop(struct eio_session *session)
{
    end(session, "forced close", OUTCOME_DONE, "closed");
}

/* Who asks for WebSocket first may fall back, if there is a server at all. */
static bool may_fall_back(const struct eio_session *session,
                          enum outcome outcome)
{
    return session->state == EIO_OPENING &&
           session->transport == EIO_WEBSOCKET &&
           session->transports.second == EIO_POLLING &&
           outcome != OUTCOME_RESOLVE && outcome != OUTCOME_CONNECT;
}

void eio_fail(struct eio_session *session, const char *reason,
              enum outcome outcome, const char *why)
{
    if (session->state == EIO_CLOSING) {
        eio_drop(session);
    } else if (may_fall_back(session, outcome)) {
        log_trace("Engine.IO: %s; polling instead", why);
        eio_websocket_stop(session);
        session->transport = EIO_POLLING;
        loop_timer_set(loop_of(session), &session->timer, EIO_OPEN_MS);
        eio_poll(session);
    } else {
        end(session, reason, outcome, why);
    }
}

static void fail_as_other(struct eio_session *session, enum outcome outcome,
                          const char *what)
{
    enum { WHAT_MAX = 200 }; /* there is no place for more, with the path */
    char why[CLIENT_WHY_MAX];
    struct slice path = session->config->path;
    snprintf(why, sizeof why, "not Engine.IO at %.*s: %.*s", (int)path.size,
             path.data, WHAT_MAX, what);
    eio_fail(session, "transport error", outcome, why);
}

void eio_fail_weird(struct eio_session *session, const char *what)
{
    if (session->state == EIO_OPENING)
        fail_as_other(session, OUTCOME_WEIRD_REPLY, what);
    else
        eio_fail(session, "transport error", OUTCOME_WEIRD_REPLY, what);
}

/* Engine.IO says in JSON what it does not like; who is too busy says so to
 * everybody. */
static bool is_of_another(const struct refusal *refusal)
{
    return refusal->status < 500 && refusal->status != 429 &&
           !json_is_valid(buf_slice(&refusal->body));
}

void eio_fail_refused(struct eio_session *session,
                      const struct refusal *refusal)
{
    char why[CLIENT_WHY_MAX];
    refusal_write(refusal, why);
    if (session->state == EIO_OPENING && is_of_another(refusal))
        fail_as_other(session, OUTCOME_HTTP_ERROR, why);
    else
        eio_fail(session, "transport error", OUTCOME_HTTP_ERROR, why);
}

static void on_due(struct timer *timer)
{
    struct eio_session *session = CONTAINER(timer, struct eio_session, timer);
    switch (session->state) {
    case EIO_OPENING:
        if (session->ws != NULL)
            eio_fail(session, "transport error", OUTCOME_WEIRD_REPLY,
                     "no handshake of Engine.IO in time, though a WebSocket "
                     "opened: the mode websocket is for a plain one");
        else
            eio_fail(session, "transport error", OUTCOME_TIMEOUT,
                     "no handshake of Engine.IO in time");
        break;
    case EIO_OPENED:
        end(session, "ping timeout", OUTCOME_TIMEOUT,
            "the server sent no ping in time");
        break;
    case EIO_CLOSING: eio_drop(session); break;
    case EIO_CLOSED: break;
    }
}

/* ------------------------------------------------------ sending */

void eio_flush(struct eio_session *session)
{
    if (session->state != EIO_OPENED && session->state != EIO_CLOSING)
        return;
    if (session->transport == EIO_WEBSOCKET)
        eio_websocket_flush(session);
    else
        eio_post(session);
}

static void put(struct eio_session *session, char letter, struct slice data)
{
    struct buf packet = {0};
    if (session->state >= EIO_CLOSING)
        return;
    buf_append(&packet, &letter, 1);
    buf_append_slice(&packet, data);
    outbox_put(&session->outbox, buf_slice(&packet));
    buf_free(&packet);
    if (session->transport == EIO_WEBSOCKET)
        eio_flush(session);
    else
        loop_defer(loop_of(session), &session->flush);
}

struct eio_packet eio_first(const struct eio_session *session)
{
    struct slice packet = outbox_first(&session->outbox);
    bool is_binary = packet.data[0] == BINARY;
    return (struct eio_packet){
        .type = is_binary ? EIO_MESSAGE : (enum eio_type)packet.data[0],
        .is_binary = is_binary,
        .data = slice_from(packet, 1),
    };
}

void eio_send(struct eio_session *session, bool is_binary, struct slice data)
{
    put(session, is_binary ? BINARY : EIO_MESSAGE, data);
}

/* Several packets of one turn make one POST. */
static void on_turn_end(struct deferred *deferred)
{
    eio_flush(CONTAINER(deferred, struct eio_session, flush));
}

void eio_sent(struct eio_session *session)
{
    bool is_opened = session->state == EIO_OPENED;
    if (is_opened && session->outbox.count == 0 &&
        session->handler->on_drained != NULL)
        session->handler->on_drained(session);
}

size_t eio_unsent(const struct eio_session *session)
{
    return session->outbox.bytes;
}

bool eio_is_writable(const struct eio_session *session)
{
    if (session->state != EIO_OPENED)
        return false;
    if (session->transport == EIO_WEBSOCKET)
        return session->outbox.count == 0 && !conn_is_full(session->ws->conn);
    return session->upgrade != EIO_PAUSING && !client_is_busy(&session->poster);
}

bool eio_is_overdue(const struct eio_session *session)
{
    return session->state == EIO_OPENED && session->timer.slot != 0 &&
           session->timer.due_ms <= loop_now(loop_of(session));
}

/* ------------------------------------------------------ receiving */

static void wait_for_ping(struct eio_session *session)
{
    loop_timer_set(loop_of(session), &session->timer, session->heartbeat_ms);
}

static bool note_handshake(struct eio_session *session, struct slice json)
{
    struct eio_handshake handshake;
    if (!eio_read_handshake(json, &handshake) || handshake.sid.size == 0 ||
        handshake.sid.size > EIO_SID_MAX)
        return false;
    memcpy(session->sid, handshake.sid.data, handshake.sid.size);
    int64_t heartbeat_ms =
        (int64_t)handshake.ping_interval_ms + handshake.ping_timeout_ms;
    session->heartbeat_ms =
        heartbeat_ms < INT_MAX ? (int)heartbeat_ms : INT_MAX;
    session->max_payload = handshake.max_payload;
    if (handshake.may_upgrade && session->transports.second == EIO_WEBSOCKET &&
        !session->transports.has_no_upgrade)
        session->upgrade = EIO_PROBING;
    return true;
}

static void take_handshake(struct eio_session *session, struct slice json)
{
    if (!note_handshake(session, json)) {
        eio_fail_weird(session, "the handshake cannot be read");
        return;
    }
    session->state = EIO_OPENED;
    wait_for_ping(session);
    session->handler->on_open(session);
    if (session->state != EIO_OPENED)
        return;
    eio_flush(session);
    if (session->upgrade == EIO_PROBING)
        eio_websocket_open(session);
}

bool eio_take(struct eio_session *session, const struct eio_packet *packet)
{
    bool is_open = packet->type == EIO_OPEN;
    if (session->state == EIO_OPENING && is_open) {
        take_handshake(session, packet->data);
    } else if (session->state == EIO_OPENING) {
        eio_fail_weird(session, "the first packet is no handshake");
    } else if (packet->type == EIO_CLOSE) {
        eio_fail(session, "transport close", OUTCOME_BROKEN,
                 "the server closed the session");
    } else if (session->state == EIO_OPENED && packet->type == EIO_PING) {
        if (!eio_is_overdue(session)) /* the owner may know that it was */
            wait_for_ping(session);
        put(session, EIO_PONG, packet->data);
    } else if (session->state == EIO_OPENED && packet->type == EIO_MESSAGE) {
        session->handler->on_message(session, packet->is_binary, packet->data);
    }
    return session->state == EIO_OPENED || session->state == EIO_CLOSING;
}

/* ------------------------------------------------------ its life */

void eio_append_target(const struct eio_session *session,
                       enum eio_transport transport, struct buf *out)
{
    buf_append_slice(out, session->config->path);
    buf_append_text(out, "?");
    if (session->config->query.size > 0) {
        buf_append_slice(out, session->config->query);
        buf_append_text(out, "&");
    }
    buf_append_text(out, transport == EIO_POLLING
                             ? "EIO=4&transport=polling"
                             : "EIO=4&transport=websocket");
    if (session->sid[0] != '\0') {
        buf_append_text(out, "&sid=");
        url_encode(slice_of(session->sid), out);
    }
}

/* Those that were asked for; else polling first, as the genuine client does. */
static struct eio_transports transports_of(const struct eio_config *config)
{
    struct eio_transports transports = config->transports;
    if (transports.first == EIO_NO_TRANSPORT) {
        transports.first = EIO_POLLING;
        transports.second = EIO_WEBSOCKET;
    }
    return transports;
}

struct eio_session *eio_open(struct conn_set *set,
                             const struct eio_config *config,
                             const struct eio_handler *handler, void *user)
{
    struct eio_session *session = allocate(sizeof *session);
    session->set = set;
    session->config = config;
    session->handler = handler;
    session->user = user;
    session->transports = transports_of(config);
    session->transport = session->transports.first;
    session->timer.on_due = on_due;
    session->flush.run = on_turn_end;
    session->ending.run = on_ending;
    eio_polling_init(session);
    eio_websocket_init(session);
    loop_timer_set(set->loop, &session->timer, EIO_OPEN_MS);
    if (session->transport == EIO_WEBSOCKET)
        eio_websocket_open(session);
    else
        eio_poll(session);
    return session;
}

void eio_close(struct eio_session *session, int limit_ms)
{
    if (session->state == EIO_OPENING) {
        eio_drop(session);
    } else if (session->state == EIO_OPENED) {
        if (session->transport == EIO_POLLING) {
            eio_upgrade_stop(session);
            put(session, EIO_CLOSE, slice_of(""));
        }
        session->state = EIO_CLOSING;
        loop_timer_set(loop_of(session), &session->timer, limit_ms);
        eio_flush(session);
    }
}

static enum eio_transport transport_named(struct slice name)
{
    if (slice_is(name, "polling"))
        return EIO_POLLING;
    return slice_is(name, "websocket") ? EIO_WEBSOCKET : EIO_NO_TRANSPORT;
}

bool eio_read_transports(struct slice text, struct eio_transports *transports)
{
    struct slice first, second = {0};
    if (!http_list_next(&text, &first))
        return false;
    bool has_second = http_list_next(&text, &second);
    transports->first = transport_named(first);
    transports->second = transport_named(second);
    return transports->first != EIO_NO_TRANSPORT &&
           has_second == (transports->second != EIO_NO_TRANSPORT) &&
           transports->first != transports->second &&
           !http_list_next(&text, &second);
}
