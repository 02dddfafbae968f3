#include "server/application.h"

static void emit_auth(struct sio_socket *socket, void *user)
{
    (void)user;
    sio_emit(socket, "auth", (struct sio_args){.json = sio_auth(socket)});
}

static void return_message(struct sio_socket *socket,
                           const struct sio_event *event, void *user)
{
    (void)user;
    sio_emit(socket, "message-back", event->args);
}

static void acknowledge(struct sio_socket *socket,
                        const struct sio_event *event, void *user)
{
    (void)user;
    sio_ack(socket, event->ack, event->args);
}

static void on_connection(struct sio_socket *socket, void *user)
{
    emit_auth(socket, user);
    sio_on(socket, "message", return_message, NULL);
    sio_on(socket, "message-with-ack", acknowledge, NULL);
}

void application_start(struct sio *io)
{
    sio_on_connection(sio_of(io, "/"), on_connection, NULL);
    sio_on_connection(sio_of(io, "/custom"), emit_auth, NULL);
}
