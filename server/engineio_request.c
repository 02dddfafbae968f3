/* engineio_request.c -- which session a request is for, or what is wrong. */
#include "common/limits.h"
#include "common/url.h"
#include "server/engineio.h"
#include "server/engineio_session.h"

static const char *const messages[] = {
    [EIO_UNKNOWN_TRANSPORT] = "Transport unknown",
    [EIO_UNKNOWN_SID] = "Session ID unknown",
    [EIO_BAD_METHOD] = "Bad handshake method",
    [EIO_BAD_REQUEST] = "Bad request",
    [EIO_FORBIDDEN] = "Forbidden",
    [EIO_BAD_VERSION] = "Unsupported protocol version",
};

void eio_refuse(struct exchange *exchange, enum eio_error error,
                const char *help)
{
    struct buf body = {0};
    buf_printf(&body, "{\"code\":%d,\"message\":\"%s\",\"help\":\"%s\"}", error,
               messages[error], help);
    server_of_conn(exchange->conn)->http.refused++;
    exchange_respond(exchange, &(struct response){
                                   .status = error == EIO_FORBIDDEN ? 403 : 400,
                                   .type = "application/json",
                                   .body = buf_slice(&body),
                               });
    buf_free(&body);
}

static struct slice query(const struct http_request *request, const char *name)
{
    struct slice value = {0};
    url_query(request->query, name, &value);
    return value;
}

static bool asks_upgrade(const struct http_request *request)
{
    return http_field_list_has(&request->head, "Upgrade", "websocket");
}

/* ------------------------------------------------------------- a handshake */

static void open_session(struct eio_hub *hub, struct exchange *exchange,
                         const struct http_request *request)
{
    bool is_websocket = slice_is(query(request, "transport"), "websocket");
    if (request->method != METHOD_GET)
        eio_refuse(exchange, EIO_BAD_METHOD, "a handshake is a GET");
    else if (is_websocket != asks_upgrade(request))
        eio_refuse(exchange, EIO_BAD_REQUEST,
                   "transport=websocket goes with Upgrade: websocket");
    else if (!slice_is(query(request, "EIO"), "4"))
        eio_refuse(exchange, EIO_BAD_VERSION, "this is EIO=4");
    else if (hub->sessions.count >= hub->server->options.max_sessions)
        exchange_refuse_with(exchange, 503, "Retry-After: 10\r\n",
                             "there are too many sessions");
    else if (is_websocket)
        eio_websocket_open(hub, exchange, request);
    else
        eio_polling_open(eio_session_new(hub, request), exchange, request);
}

/* ------------------------------------------------------------- a session's */

static void serve_session(struct eio_session *session,
                          struct exchange *exchange,
                          const struct http_request *request)
{
    bool is_polled = slice_is(query(request, "transport"), "polling");
    if (!slice_is(query(request, "EIO"), "4"))
        eio_refuse(exchange, EIO_BAD_REQUEST, "the session is one of EIO=4");
    else if (is_polled == asks_upgrade(request))
        eio_refuse(exchange, EIO_BAD_REQUEST,
                   "transport=websocket goes with Upgrade: websocket");
    else if (!is_polled)
        eio_websocket_probe(session, exchange, request);
    else if (session->ws_conn != NULL)
        eio_refuse(exchange, EIO_BAD_REQUEST,
                   "the session goes over WebSocket now");
    else
        eio_polling_serve(session, exchange, request);
}

/* ------------------------------------------------------------- both */

void eio_serve(struct eio_hub *hub, struct exchange *exchange,
               const struct http_request *request)
{
    struct slice transport = query(request, "transport");
    struct slice sid = query(request, "sid");
    struct eio_session *session = eio_find(hub, sid);
    if (!slice_is(transport, "polling") && !slice_is(transport, "websocket"))
        eio_refuse(exchange, EIO_UNKNOWN_TRANSPORT,
                   "this page speaks Engine.IO or Socket.IO: add EIO=4 and "
                   "transport=polling or transport=websocket; a plain "
                   "WebSocket is served at /websocket and /echo");
    else if (!server_allows_origin(hub->server, request, NULL))
        eio_refuse(exchange, EIO_FORBIDDEN,
                   "not from this origin; see --allow-origin");
    else if (sid.size == 0)
        open_session(hub, exchange, request);
    else if (session == NULL)
        eio_refuse(exchange, EIO_UNKNOWN_SID,
                   "it was closed, or never was; make a handshake");
    else
        serve_session(session, exchange, request);
}
