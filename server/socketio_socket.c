/* socketio_socket.c -- one socket: its handlers, what it sends, its end. */
#include <assert.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "server/socketio.h"
#include "server/socketio_parts.h"

/* ------------------------------------------------------------- what it is */

struct sio_namespace *sio_namespace_of(const struct sio_socket *socket)
{
    return socket->nsp;
}

const char *sio_id(const struct sio_socket *socket)
{
    return socket->id;
}

struct slice sio_auth(const struct sio_socket *socket)
{
    return socket->nsp->io->auth;
}

struct conn *sio_conn(const struct sio_socket *socket)
{
    return eio_session_conn(socket->client->session);
}

bool sio_is_recovered(const struct sio_socket *socket)
{
    return socket->is_recovered;
}

void sio_set_data(struct sio_socket *socket, void *data,
                  void (*free_data)(void *data))
{
    if (socket->free_data != NULL)
        socket->free_data(socket->data);
    socket->data = data;
    socket->free_data = free_data;
}

void *sio_data(const struct sio_socket *socket)
{
    return socket->data;
}

/* ------------------------------------------------------------- handlers */

static struct sio_handlers *grow(struct sio_socket *socket, uint32_t count)
{
    struct sio_handlers *handlers = socket->handlers;
    bool is_new = handlers == NULL;
    handlers = reallocate(handlers,
                          sizeof *handlers + count * sizeof handlers->list[0]);
    if (is_new)
        *handlers = (struct sio_handlers){0};
    socket->handlers = handlers;
    return handlers;
}

static uint32_t handler_count(const struct sio_socket *socket)
{
    return socket->handlers != NULL ? socket->handlers->count : 0;
}

void sio_on(struct sio_socket *socket, const char *event,
            void (*handler)(struct sio_socket *socket,
                            const struct sio_event *event, void *user),
            void *user)
{
    struct sio_handlers *handlers = grow(socket, handler_count(socket) + 1);
    handlers->list[handlers->count++] =
        (struct sio_handler){event, handler, user};
}

void sio_on_any(struct sio_socket *socket,
                void (*handler)(struct sio_socket *socket,
                                const struct sio_event *event, void *user),
                void *user)
{
    sio_on(socket, NULL, handler, user);
}

static bool is_for(const struct sio_handler *handler, const char *event)
{
    if (handler->call == NULL)
        return false;
    if (handler->event == NULL || event == NULL)
        return handler->event == event;
    return strcmp(handler->event, event) == 0;
}

/* Close the places of those that were taken off. */
static void close_places(struct sio_handlers *handlers)
{
    uint32_t count = 0;
    if (handlers->is_called || !handlers->has_places)
        return;
    for (uint32_t i = 0; i < handlers->count; i++)
        if (handlers->list[i].call != NULL)
            handlers->list[count++] = handlers->list[i];
    handlers->count = count;
    handlers->has_places = false;
}

void sio_off(struct sio_socket *socket, const char *event,
             void (*handler)(struct sio_socket *socket,
                             const struct sio_event *event, void *user))
{
    struct sio_handlers *handlers = socket->handlers;
    uint32_t i = 0;
    while (i < handler_count(socket) && !(is_for(&handlers->list[i], event) &&
                                          handlers->list[i].call == handler))
        i++;
    if (i == handler_count(socket))
        return;
    handlers->list[i].call = NULL;
    handlers->has_places = true;
    close_places(handlers);
}

void sio_off_any(struct sio_socket *socket,
                 void (*handler)(struct sio_socket *socket,
                                 const struct sio_event *event, void *user))
{
    sio_off(socket, NULL, handler);
}

void sio_on_disconnect(struct sio_socket *socket,
                       void (*on_disconnect)(struct sio_socket *socket,
                                             const char *reason, void *user),
                       void *user)
{
    struct sio_handlers *handlers = grow(socket, handler_count(socket));
    handlers->on_disconnect = on_disconnect;
    handlers->user = user;
}

/* Those of any event, or those of this one, that were there at the beginning;
 * until one of them ends the socket. */
static void call(struct sio_socket *socket, const struct sio_event *event,
                 bool is_any, uint32_t count)
{
    for (uint32_t i = 0; i < count && socket->state == SIO_JOINED; i++) {
        struct sio_handler handler = socket->handlers->list[i];
        if (handler.call == NULL || (handler.event == NULL) != is_any)
            continue;
        if (is_any || slice_is(event->name, handler.event))
            handler.call(socket, event, handler.user);
    }
}

void sio_dispatch(struct sio_socket *socket, const struct sio_packet *packet)
{
    struct buf *unescaped = &socket->nsp->io->name;
    uint32_t count = handler_count(socket);
    struct sio_event event = {
        .name = packet->event,
        .args = packet->args,
        .ack = {packet->id, packet->has_id},
    };
    if (count == 0)
        return;
    if (json_type(packet->event) == JSON_STRING)
        event.name = json_string(packet->event, unescaped);
    socket->handlers->is_called = true;
    call(socket, &event, true, count);
    call(socket, &event, false, count);
    socket->handlers->is_called = false;
    close_places(socket->handlers);
    buf_consume(unescaped, buf_size(unescaped));
}

/* ------------------------------------------------------------- sending */

/* Send the text in io->text, and the buffers behind it. */
static void send_text(struct sio_client *client, const struct sio_args *args)
{
    struct buf *text = &client->io->text;
    if (client->session != NULL && !client->is_closing) {
        eio_send(client->session, false, buf_slice(text));
        for (size_t i = 0; i < args->buffer_count; i++)
            eio_send(client->session, true, args->buffers[i]);
    }
    sio_reuse(text);
}

void sio_send(struct sio_client *client, const struct sio_packet *packet)
{
    sio_append_packet(&client->io->text, packet);
    send_text(client, &packet->args);
}

void sio_send_event(struct sio_socket *socket, const uint64_t *id,
                    const char *event, struct sio_args args)
{
    struct sio_client *client = socket->client;
    sio_append_event(&client->io->text, slice_of(socket->nsp->name), id, event,
                     args);
    send_text(client, &args);
}

/* What may have to be sent again goes the way of broadcasts. */
void sio_emit(struct sio_socket *socket, const char *event,
              struct sio_args args)
{
    struct slice room = sio_id_slice(socket);
    if (socket->state != SIO_JOINED)
        return;
    if (socket->ticket == NULL)
        sio_send_event(socket, NULL, event, args);
    else
        sio_broadcast(&(struct sio_to){.nsp = socket->nsp,
                                       .rooms = &room,
                                       .room_count = 1},
                      event, args);
}

void sio_emit_volatile(struct sio_socket *socket, const char *event,
                       struct sio_args args)
{
    if (socket->state == SIO_JOINED && !socket->client->is_closing &&
        eio_is_writable(socket->client->session))
        sio_send_event(socket, NULL, event, args);
}

void sio_ack(struct sio_socket *socket, struct sio_ack_to ack,
             struct sio_args args)
{
    if (ack.is_asked && socket->state == SIO_JOINED)
        sio_send(socket->client,
                 &(struct sio_packet){.type = SIO_ACK,
                                      .namespace = slice_of(socket->nsp->name),
                                      .has_id = true,
                                      .id = ack.id,
                                      .args = args});
}

/* ------------------------------------------------------------- its life */

struct sio_socket *sio_socket_new(struct sio_client *client,
                                  struct sio_namespace *nsp)
{
    struct sio_socket *socket = &client->first;
    if (client->is_first_used)
        socket = allocate(sizeof *socket);
    client->is_first_used = true;
    *socket = (struct sio_socket){.client = client, .nsp = nsp};
    id_make(socket->id);
    sio_hold(nsp);
    return socket;
}

static void enter_namespace(struct sio_socket *socket)
{
    struct sio_namespace *nsp = socket->nsp;
    if (nsp->count == nsp->capacity) {
        nsp->capacity =
            nsp->capacity > 0 ? nsp->capacity + nsp->capacity / 2 : 4;
        nsp->sockets =
            reallocate(nsp->sockets, nsp->capacity * sizeof *nsp->sockets);
    }
    socket->place = nsp->count;
    nsp->sockets[nsp->count++] = socket;
    table_add(&nsp->by_id, &socket->link);
}

static void leave_namespace(struct sio_socket *socket)
{
    struct sio_namespace *nsp = socket->nsp;
    struct sio_socket *last = nsp->sockets[--nsp->count];
    nsp->sockets[socket->place] = last;
    last->place = socket->place;
    table_remove(&nsp->by_id, &socket->link);
}

/* {"sid":...,"pid":...} */
static void answer_connect(struct sio_socket *socket)
{
    struct buf *data = &socket->nsp->io->args;
    buf_printf(data, "{\"sid\":\"%s\"", socket->id);
    if (socket->ticket != NULL)
        buf_printf(data, ",\"pid\":\"%s\"", socket->ticket->pid);
    buf_append_text(data, "}");
    sio_send(socket->client,
             &(struct sio_packet){.type = SIO_CONNECT,
                                  .namespace = slice_of(socket->nsp->name),
                                  .data = buf_slice(data)});
    sio_reuse(data);
}

void sio_socket_join(struct sio_socket *socket)
{
    struct sio_client *client = socket->client;
    socket->state = SIO_JOINED;
    socket->next = client->sockets;
    client->sockets = socket;
    client->socket_count++;
    enter_namespace(socket);
    sio_await(socket);
    sio_log(client, "joined", slice_of(socket->nsp->name),
            socket->is_recovered ? "again" : "new");
    answer_connect(socket);
}

static void leave_client(struct sio_socket *socket)
{
    struct sio_socket **at = &socket->client->sockets;
    while (*at != socket)
        at = &(*at)->next;
    *at = socket->next;
    socket->client->socket_count--;
}

void sio_socket_drop(struct sio_socket *socket)
{
    struct sio *io = socket->nsp->io;
    socket->state = SIO_GONE;
    sio_leave_rooms(socket);
    socket->next = io->gone;
    io->gone = socket;
    sio_reap_later(io);
}

void sio_socket_leave(struct sio_socket *socket, const char *reason)
{
    if (socket->state != SIO_JOINED)
        return;
    sio_log(socket->client, "left", slice_of(socket->nsp->name), reason);
    socket->state = SIO_GONE; /* from now on it hears nothing */
    sio_end_questions(socket);
    const struct sio_handlers *handlers = socket->handlers;
    if (handlers != NULL && handlers->on_disconnect != NULL)
        handlers->on_disconnect(socket, reason, handlers->user);
    sio_keep(socket, reason);
    leave_client(socket);
    leave_namespace(socket);
    sio_socket_drop(socket);
}

void sio_socket_free(struct sio_socket *socket)
{
    struct sio_client *client = socket->client;
    struct sio_namespace *nsp = socket->nsp;
    sio_set_data(socket, NULL, NULL);
    free(socket->handlers);
    free(socket->ticket);
    if (socket == &client->first)
        client->is_first_used = false;
    else
        free(socket);
    sio_let_go(nsp);
}

static void send_away(struct sio_socket *socket)
{
    sio_send(socket->client,
             &(struct sio_packet){.type = SIO_DISCONNECT,
                                  .namespace = slice_of(socket->nsp->name)});
    sio_socket_leave(socket, "server namespace disconnect");
}

/* Every socket is told before the connection closes: a client that was sent
 * away does not come back by itself. */
void sio_disconnect(struct sio_socket *socket, bool close)
{
    struct sio_client *client = socket->client;
    if (socket->state != SIO_JOINED)
        return;
    if (!close) {
        send_away(socket);
        return;
    }
    while (client->sockets != NULL)
        send_away(client->sockets);
    sio_close_client(client, "forced server close");
}
