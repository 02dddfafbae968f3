#include "server/engineio_echo.h"

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

struct eio_hub *engineio_echo_new(struct server *server)
{
    return eio_hub_new(server, &app, NULL);
}

static void serve(struct exchange *exchange, const struct http_request *request)
{
    eio_serve(server_of_conn(exchange->conn)->engineio, exchange, request);
}

const struct transport engineio = {"/engine.io/", ALLOW_ANY, serve};
