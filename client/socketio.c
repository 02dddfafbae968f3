/* socketio.c -- the connection that namespaces share, and the way back to it.
 *
 * The documents of Socket.IO call it the Manager.
 */
#include "client/socketio.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/socketio_parts.h"
#include "common/alloc.h"
#include "common/limits.h"

const struct sio_options sio_default_options = {
    .path = "/socket.io/",
    .transports = {EIO_POLLING, EIO_WEBSOCKET, false},
    .delay_ms = RECONNECT_MS,
    .factor = 0.5,
    .delay_max_ms = SIO_RECONNECT_MAX_MS,
};

/* ------------------------------------------------------ coming back */

static void try_later(struct sio *io)
{
    uint32_t random;
    if (io->is_reconnecting || io->is_left || io->state != SIO_CLOSED ||
        io->has_no_reconnection)
        return;
    if (io->attempts > 0 && io->backoff.failures >= io->attempts) {
        backoff_reset(&io->backoff);
        if (io->handler->on_reconnect_failed != NULL)
            io->handler->on_reconnect_failed(io);
        return;
    }
    net_random(&random, sizeof random);
    io->is_reconnecting = true;
    loop_timer_set(io->conns.loop, &io->timer,
                   backoff_next(&io->backoff, random));
}

static void on_due(struct timer *timer)
{
    struct sio *io = CONTAINER(timer, struct sio, timer);
    if (io->handler->on_reconnect_attempt != NULL)
        io->handler->on_reconnect_attempt(io, io->backoff.failures);
    if (!io->is_left)
        sio_open(io);
}

static void note_return(struct sio *io)
{
    int attempt = io->backoff.failures;
    if (!io->is_reconnecting)
        return;
    io->is_reconnecting = false; /* the waits begin anew in lose() */
    if (io->handler->on_reconnect != NULL)
        io->handler->on_reconnect(io, attempt);
}

/* ------------------------------------------------------ ending */

void sio_note_end(struct sio *io, enum outcome outcome, const char *why)
{
    io->outcome = outcome;
    snprintf(io->why, sizeof io->why, "%s", why);
}

/* What the decoder has lent is still looked at while a packet is taken. */
static void let_go(struct sio *io)
{
    io->session = NULL;
    io->state = SIO_CLOSED;
    if (!io->is_taking)
        sio_decoder_free(&io->decoder);
}

/* It was open, and is no more. Nobody is told before that is true of all. */
static void lose(struct sio *io, const char *reason)
{
    struct sio_socket *socket;
    if (io->session != NULL)
        eio_close(io->session, io->closing_ms);
    let_go(io);
    backoff_reset(&io->backoff);
    for (socket = io->sockets; socket != NULL; socket = socket->next)
        socket->is_connected = false;
    for (socket = io->sockets; socket != NULL; socket = socket->next)
        if (socket->is_active)
            sio_socket_cut(socket, reason);
    try_later(io);
}

static void tell_unconnected(struct sio *io, const char *why)
{
    struct sio_socket *socket = io->sockets;
    for (; socket != NULL; socket = socket->next)
        if (socket->is_active && !socket->is_connected)
            sio_socket_fail(socket, why, (struct slice){0});
}

/* It did not come to be. */
static void give_up(struct sio *io)
{
    let_go(io);
    io->is_reconnecting = false;
    tell_unconnected(io, io->why);
    try_later(io);
}

void sio_fail(struct sio *io, const char *why)
{
    sio_note_end(io, OUTCOME_WEIRD_REPLY, why);
    lose(io, "parse error");
}

bool sio_is_busy(const struct sio *io)
{
    const struct sio_socket *socket = io->sockets;
    if (io->state != SIO_OPEN)
        return io->state == SIO_OPENING && !io->is_reconnecting;
    for (; socket != NULL; socket = socket->next)
        if (socket->is_active &&
            (!socket->is_connected || sio_unsent(socket) > 0 ||
             sio_unanswered(socket) > 0))
            return true;
    return false;
}

void sio_leave(struct sio *io)
{
    const struct sio_socket *socket = io->sockets;
    for (; socket != NULL; socket = socket->next)
        if (socket->is_active)
            return;
    io->is_left = true;
    io->is_reconnecting = false;
    loop_timer_cancel(io->conns.loop, &io->timer);
    lose(io, "forced close");
}

/* ------------------------------------------------------ packets */

void sio_send(struct sio *io, const struct sio_packet *packet)
{
    struct buf text = {0};
    sio_append_packet(&text, packet);
    eio_send(io->session, false, buf_slice(&text));
    for (size_t i = 0; i < packet->args.buffer_count; i++)
        eio_send(io->session, true, packet->args.buffers[i]);
    buf_free(&text);
}

static bool is_for(const struct sio_socket *socket,
                   const struct sio_packet *packet)
{
    return socket->is_active && slice_is(packet->namespace, socket->namespace);
}

static void take(struct sio *io, const struct sio_packet *packet)
{
    struct sio_socket *socket = io->sockets;
    while (socket != NULL && !is_for(socket, packet))
        socket = socket->next;
    if (socket != NULL)
        sio_socket_take(socket, packet);
}

static void on_message(struct eio_session *session, bool is_binary,
                       struct slice data)
{
    struct sio *io = session->user;
    struct sio_packet packet;
    const char *why;
    if (session != io->session)
        return;
    switch (sio_decode(&io->decoder, data, is_binary, &packet, &why)) {
    case SIO_NEED_MORE: return;
    case SIO_BAD: sio_fail(io, why); return;
    case SIO_PACKET: break;
    }
    io->is_taking = true;
    take(io, &packet);
    io->is_taking = false; /* the decoder lets go of it the next time */
}

/* ------------------------------------------------------ the connection */

static void on_open(struct eio_session *session)
{
    struct sio *io = session->user;
    struct sio_socket *socket = io->sockets;
    if (session != io->session)
        return;
    io->state = SIO_OPEN;
    for (; socket != NULL; socket = socket->next)
        if (socket->is_active)
            sio_socket_join(socket);
    note_return(io);
}

static void on_drained(struct eio_session *session)
{
    struct sio *io = session->user;
    if (session == io->session && io->handler->on_drained != NULL)
        io->handler->on_drained(io);
}

static void on_gone(struct deferred *deferred)
{
    struct sio *io = CONTAINER(deferred, struct sio, gone);
    assert(io->conns.count == 0);
    io->handler->on_gone(io);
}

static void on_closed(struct eio_session *session)
{
    struct sio *io = session->user;
    io->session_count--;
    if (session == io->session) {
        bool was_open = io->state == SIO_OPEN;
        bool is_error = strcmp(session->reason, "transport error") == 0;
        sio_note_end(io, session->outcome, session->why);
        io->session = NULL;
        if (was_open && is_error)
            tell_unconnected(io, io->why);
        if (was_open)
            lose(io, session->reason);
        else
            give_up(io);
    }
    if (io->is_closing && io->session_count == 0)
        loop_defer(io->conns.loop, &io->gone);
}

void sio_open(struct sio *io)
{
    static const struct eio_handler handler = {
        .on_open = on_open,
        .on_message = on_message,
        .on_drained = on_drained,
        .on_closed = on_closed,
    };
    if (io->state != SIO_CLOSED || io->is_closing)
        return;
    io->state = SIO_OPENING;
    io->is_left = false;
    io->session_count++;
    io->session = eio_open(&io->conns, &io->config, &handler, io);
}

/* ------------------------------------------------------ its life */

static void configure(struct sio *io, const struct url *url,
                      const struct sio_options *options)
{
    io->config = (struct eio_config){
        .http = {url, options->fields, options->proxy_command, &io->requests,
                 &io->connections},
        .path = slice_of(options->path),
        .query = options->query,
        .transports = options->transports,
    };
    io->backoff = (struct backoff){
        .first_ms = options->delay_ms,
        .max_ms = options->delay_max_ms,
        .is_around = true,
        .factor = options->factor,
    };
    io->has_no_reconnection = options->has_no_reconnection;
    io->attempts = options->attempts;
    io->ack_timeout_ms = options->ack_timeout_ms;
    io->retries = options->retries;
}

struct sio *sio_new(struct loop *loop, const struct url *url,
                    const struct sio_options *options,
                    const struct sio_handler *handler, void *user)
{
    struct sio *io = allocate(sizeof *io);
    io->conns.loop = loop;
    io->handler = handler;
    io->user = user;
    configure(io, url, options);
    io->closing_ms = CLOSING_MS;
    io->timer.on_due = on_due;
    io->gone.run = on_gone;
    return io;
}

void *sio_user(const struct sio *io)
{
    return io->user;
}

enum outcome sio_outcome(const struct sio *io)
{
    return io->outcome;
}

const char *sio_why(const struct sio *io)
{
    return io->why;
}

void sio_close(struct sio *io, int limit_ms)
{
    struct sio_socket *socket = io->sockets;
    if (io->is_closing)
        return;
    io->is_closing = true;
    io->closing_ms = limit_ms;
    for (; socket != NULL; socket = socket->next) {
        if (socket->is_active)
            sio_disconnect(socket);
        sio_fail_asked(socket, true);
    }
    if (io->session_count == 0)
        loop_defer(io->conns.loop, &io->gone);
}

void sio_free(struct sio *io)
{
    assert(io->session_count == 0 && io->conns.count == 0);
    while (io->sockets != NULL) {
        struct sio_socket *socket = io->sockets;
        io->sockets = socket->next;
        sio_socket_free(socket);
    }
    sio_decoder_free(&io->decoder);
    free(io);
}
