/* websocket.h -- the server's side of the opening handshake (RFC 6455, 4.2).
 *
 *      GET, Upgrade: websocket  ->  101 and a ws_conn, or a refusal and NULL
 */
#ifndef SERVER_WEBSOCKET_H
#define SERVER_WEBSOCKET_H

#include "server/server.h"

/* What we agree to, if we do. */
struct websocket_terms {
    const struct ws_handler *handler;
    const struct ws_patience *patience; /* borrowed, as long as it lives */
    uint32_t message_limit;             /* bytes */
    const char *fields;                 /* more of the answer, each with CRLF */
};

/* Agree to the upgrade, which ends the exchange; `request` stays good until the
 * caller returns to the loop. Or refuse it and return NULL: 400 or 426 when it
 * is none that we understand, 403 when the page may not. */
struct ws_conn *websocket_accept(struct exchange *exchange,
                                 const struct http_request *request,
                                 const struct websocket_terms *terms);

#endif
