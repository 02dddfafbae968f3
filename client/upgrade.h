/* upgrade.h -- asking for WebSocket, and judging the answer (RFC 6455, 4.1). */
#ifndef CLIENT_UPGRADE_H
#define CLIENT_UPGRADE_H

#include "client/client.h"
#include "common/websocket_handshake.h"

/* Ask for WebSocket at `target`; `key` is made anew. `subprotocols` to offer,
 * best first, ended by NULL; NULL: none. */
void upgrade_ask(struct client *client, struct slice target,
                 const char *const *subprotocols, char key[WS_KEY_SIZE]);

/* NULL: the server speaks WebSocket from now on; or why not, static text. The
 * rest as it was asked. */
const char *upgrade_judge(const struct http_response *response,
                          const char *const *subprotocols, const char *key);

#endif
