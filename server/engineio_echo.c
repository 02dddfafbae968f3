/* engineio_echo.c -- an application on Engine.IO that returns every message. */
#include "server/engineio.h"

static void on_open(struct eio_session *session,
                    const struct http_request *request)
{
    (void)session;
    (void)request;
}

static void on_closed(struct eio_session *session, const char *reason)
{
    (void)session;
    (void)reason;
}

static const struct eio_app app = {
    .name = "engine.io",
    .on_open = on_open,
    .on_message = eio_send,
    .on_closed = on_closed,
};

static void open(struct server *server)
{
    server->engineio = eio_hub_new(server, &app, NULL);
}

static void shutdown(struct server *server)
{
    eio_hub_shutdown(server->engineio);
}

static void close(struct server *server)
{
    eio_hub_free(server->engineio);
}

static void serve(struct exchange *exchange, const struct http_request *request)
{
    eio_serve(server_of_conn(exchange->conn)->engineio, exchange, request);
}

const struct transport engineio = {
    .path = "/engine.io/",
    .allowed = ALLOW_ANY,
    .serve = serve,
    .open = open,
    .shutdown = shutdown,
    .close = close,
};
