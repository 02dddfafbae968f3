#include "server/socketio.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "server/socketio_parts.h"

/* Who has not joined a namespace yet has until then to do so, and who owes
 * attachments, to send them. */
struct sio_waiting {
    struct timer timer;
    struct sio_client *client;
};

void sio_log(const struct sio_client *client, const char *what,
             struct slice with, const char *why)
{
    char escaped[LOG_ESCAPED_MAX];
    if (!log_wants(LOG_INFO) || client->session == NULL)
        return;
    log_info("socket.io %.6s: %s %s (%s)", eio_session_id(client->session),
             what, log_escaped(with, escaped), why);
}

/* ------------------------------------------------------------- waiting */

void sio_close_client(struct sio_client *client, const char *reason)
{
    client->is_closing = true;
    if (client->session != NULL)
        eio_close(client->session, reason);
}

static void stop_waiting(struct sio_client *client)
{
    if (client->waiting == NULL)
        return;
    loop_timer_cancel(client->io->server->loop, &client->waiting->timer);
    free(client->waiting);
    client->waiting = NULL;
}

static void on_waited_long(struct timer *timer)
{
    struct sio_waiting *waiting = CONTAINER(timer, struct sio_waiting, timer);
    struct sio_client *client = waiting->client;
    stop_waiting(client);
    sio_close_client(client, "forced server close");
}

static void start_waiting(struct sio_client *client, int limit_ms)
{
    client->waiting = allocate(sizeof *client->waiting);
    client->waiting->client = client;
    client->waiting->timer.on_due = on_waited_long;
    loop_timer_set(client->io->server->loop, &client->waiting->timer, limit_ms);
}

/* A packet whose attachments are still to come is rare: only then a client has
 * a decoder of its own. */
static void keep_decoder(struct sio_client *client)
{
    if (client->decoder != NULL)
        return;
    client->decoder = allocate(sizeof *client->decoder);
    *client->decoder = client->io->decoder;
    client->io->decoder = (struct sio_decoder){0};
    if (client->waiting == NULL)
        start_waiting(client, MESSAGE_MS);
}

static void drop_decoder(struct sio_client *client)
{
    if (client->decoder == NULL)
        return;
    sio_decoder_free(client->decoder);
    free(client->decoder);
    client->decoder = NULL;
    stop_waiting(client);
}

/* ------------------------------------------------------------- the end */

static void free_client(struct sio_client *client)
{
    drop_decoder(client);
    free(client);
}

static void reap(struct deferred *deferred)
{
    struct sio *io = CONTAINER(deferred, struct sio, reaper);
    while (io->gone != NULL) {
        struct sio_socket *socket = io->gone;
        io->gone = socket->next;
        sio_socket_free(socket);
    }
    while (io->gone_clients != NULL) {
        struct sio_client *client = io->gone_clients;
        io->gone_clients = client->next_gone;
        free_client(client);
    }
}

void sio_reap_later(struct sio *io)
{
    loop_defer(io->server->loop, &io->reaper);
}

/* ------------------------------------------------------------- CONNECT */

/* {"message":...,"data":...} */
static void refuse(struct sio_client *client, struct slice name,
                   const char *message, struct slice data)
{
    struct buf *error = &client->io->args;
    sio_log(client, "may not join", name, message);
    buf_append_text(error, "{\"message\":");
    json_append_string(error, slice_of(message));
    if (data.size > 0) {
        buf_append_text(error, ",\"data\":");
        buf_append_slice(error, data);
    }
    buf_append_text(error, "}");
    sio_send(client, &(struct sio_packet){.type = SIO_CONNECT_ERROR,
                                          .namespace = name,
                                          .data = buf_slice(error)});
    sio_reuse(error);
    if (++client->refusals > SIO_REFUSALS_MAX)
        sio_close_client(client, "forced server close");
}

/* Who listens for one message at a time, as the suite of the protocol's authors
 * does, would miss what came in one read with the answer to its CONNECT. */
static void let_in(struct sio_socket *socket, uint64_t after)
{
    struct sio_client *client = socket->client;
    stop_waiting(client);
    client->refusals = 0;
    sio_socket_join(socket);
    eio_hold(client->session, client->io->server->options.apart_ms);
    if (socket->is_recovered)
        sio_send_missed(socket, after);
    sio_announce(socket);
}

/* A socket that is restored has been judged before. */
static void judge(struct sio_socket *socket)
{
    struct sio_client *client = socket->client;
    struct buf data = {0};
    uint64_t after = 0;
    const char *why = NULL;
    if (!sio_restore(socket, &after))
        why = sio_judge(socket, &data);
    if (why == NULL && !client->is_closing) {
        let_in(socket, after);
        return;
    }
    if (why != NULL)
        refuse(client, slice_of(socket->nsp->name), why, buf_slice(&data));
    sio_socket_drop(socket);
    buf_free(&data);
}

static void connect(struct sio_client *client, const struct sio_packet *packet)
{
    struct sio *io = client->io;
    if (client->socket_count >= SIO_JOINED_MAX) {
        sio_close_client(client, "forced server close");
        return;
    }
    struct sio_namespace *nsp = sio_enter(io, packet->namespace);
    if (nsp == NULL) {
        refuse(client, packet->namespace, "Invalid namespace",
               (struct slice){0});
        return;
    }
    io->auth = packet->data.size > 0 ? packet->data : slice_of("{}");
    judge(sio_socket_new(client, nsp));
    io->auth = slice_of("{}");
}

/* ------------------------------------------------------------- packets */

static struct sio_socket *socket_in(const struct sio_client *client,
                                    struct slice name)
{
    struct sio_socket *socket = client->sockets;
    while (socket != NULL && !slice_is(name, socket->nsp->name))
        socket = socket->next;
    return socket;
}

/* Only CONNECT is for who has not joined, and only for who has not. */
static void take(struct sio_client *client, const struct sio_packet *packet)
{
    struct sio_socket *socket = socket_in(client, packet->namespace);
    if (socket == NULL && packet->type == SIO_CONNECT)
        connect(client, packet);
    else if (socket != NULL && packet->type == SIO_EVENT)
        sio_dispatch(socket, packet);
    else if (socket != NULL && packet->type == SIO_ACK)
        sio_take_answer(socket, packet);
    else if (socket != NULL && packet->type == SIO_DISCONNECT)
        sio_socket_leave(socket, "client namespace disconnect");
    else
        sio_close_client(client, "forced server close");
}

static void on_message(struct eio_session *session, bool is_binary,
                       struct slice data)
{
    struct sio_client *client = eio_session_user(session);
    struct sio_decoder *decoder =
        client->decoder != NULL ? client->decoder : &client->io->decoder;
    struct sio_packet packet;
    const char *why;
    switch (sio_decode(decoder, data, is_binary, &packet, &why)) {
    case SIO_NEED_MORE: keep_decoder(client); break;
    case SIO_PACKET:
        take(client, &packet);
        drop_decoder(client);
        break;
    case SIO_BAD:
        sio_log(client, "broke", slice_of("the protocol"), why);
        sio_close_client(client, "forced close");
    }
}

/* ------------------------------------------------------------- clients */

static void on_open(struct eio_session *session,
                    const struct http_request *request)
{
    struct sio *io = eio_hub_user(eio_session_hub(session));
    struct sio_client *client = allocate(sizeof *client);
    (void)request;
    client->session = session;
    client->io = io;
    start_waiting(client, io->server->options.join_ms);
    eio_session_set_user(session, client);
}

static void on_closed(struct eio_session *session, const char *reason)
{
    struct sio_client *client = eio_session_user(session);
    client->is_closing = true;
    stop_waiting(client);
    while (client->sockets != NULL)
        sio_socket_leave(client->sockets, reason);
    client->session = NULL;
    client->next_gone = client->io->gone_clients;
    client->io->gone_clients = client;
    sio_reap_later(client->io);
}

static const struct eio_app app = {
    .name = "socket.io",
    .on_open = on_open,
    .on_message = on_message,
    .on_closed = on_closed,
};

size_t sio_client_count(const struct sio *io)
{
    return eio_hub_count(io->hub);
}

/* ------------------------------------------------------------- its life */

static void open(struct server *server)
{
    struct sio *io = allocate(sizeof *io);
    server->socketio = io;
    io->server = server;
    io->hub = eio_hub_new(server, &app, io);
    io->namespaces.name_of = sio_namespace_slice;
    io->auth = slice_of("{}");
    io->reaper.run = reap;
    io->recovery = sio_recovery_new(io, server->options.recovery_ms);
}

static void shutdown(struct server *server)
{
    eio_hub_shutdown(server->socketio->hub);
}

static void close(struct server *server)
{
    struct sio *io = server->socketio;
    shutdown(server);
    loop_turn(server->loop, 0); /* everybody leaves, and is reaped */
    eio_hub_free(io->hub);
    sio_recovery_free(io->recovery);
    sio_namespaces_free(io);
    sio_decoder_free(&io->decoder);
    eio_messages_free(&io->messages);
    buf_free(&io->text);
    buf_free(&io->args);
    buf_free(&io->name);
    free(io);
}

static void serve(struct exchange *exchange, const struct http_request *request)
{
    eio_serve(server_of_conn(exchange->conn)->socketio->hub, exchange, request);
}

const struct transport socketio = {
    .path = "/socket.io/",
    .allowed = ALLOW_ANY,
    .serve = serve,
    .open = open,
    .shutdown = shutdown,
    .close = close,
};
