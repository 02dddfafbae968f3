/* websocket_handshake.h -- from HTTP to WebSocket (RFC 6455, 4).
 *
 * A client asks for another protocol, a server agrees with 101, and both prove
 * that they mean WebSocket: the accept value is derived from the key in a way
 * that nothing else on the web would compute by accident.
 *
 *      GET /websocket HTTP/1.1              HTTP/1.1 101 Switching Protocols
 *      Host: localhost:8080                 Upgrade: websocket
 *      Upgrade: websocket                   Connection: Upgrade
 *      Connection: Upgrade                  Sec-WebSocket-Accept: s3pPLMBi...
 *      Sec-WebSocket-Key: dGhlIHNhbXBsZS...
 *      Sec-WebSocket-Version: 13
 *
 * Start lines and other fields belong to HTTP, Origin to the server. The values
 * judged here are what the fields of one name add up to, joined with commas as
 * in RFC 9110, 5.3. No data: there is no such field.
 */
#ifndef COMMON_WEBSOCKET_HANDSHAKE_H
#define COMMON_WEBSOCKET_HANDSHAKE_H

#include <stdint.h>

#include "common/base64.h"
#include "common/buf.h"
#include "common/sha1.h"
#include "common/slice.h"

enum {
    WS_NONCE_SIZE = 16,                       /* bytes behind a key (4.1) */
    WS_KEY_SIZE = BASE64_SIZE(WS_NONCE_SIZE), /* with the final NUL */
    WS_ACCEPT_SIZE = BASE64_SIZE(SHA1_SIZE),  /* with the final NUL */
};

/* What a client asks for; all borrowed. */
struct ws_request {
    struct slice method;
    int minor_version; /* 1 of HTTP/1.1 */
    struct slice upgrade;
    struct slice connection;
    struct slice key; /* Sec-WebSocket-Key, and so on */
    struct slice version;
    struct slice protocols;
    struct slice extensions;
};

/* What a server answered; all borrowed. */
struct ws_response {
    int status;
    struct slice upgrade;
    struct slice connection;
    struct slice accept; /* Sec-WebSocket-Accept, and so on */
    struct slice protocol;
    struct slice extensions;
};

struct ws_verdict {
    int status;           /* to answer with: 101, 400, 405 or 426 */
    const char *reason;   /* why not 101; static */
    const char *protocol; /* one of `supported`, or NULL: none in common */
};

/* The Sec-WebSocket-Key for 16 random bytes, which a client takes anew for each
 * connection (4.1). */
void ws_make_key(const uint8_t nonce[WS_NONCE_SIZE], char key[WS_KEY_SIZE]);

/* The Sec-WebSocket-Accept for a key (4.2.2). */
void ws_accept_key(struct slice key, char accept[WS_ACCEPT_SIZE]);

/* Server: may the connection be upgraded (4.2.1)? `supported` are the
 * subprotocols we speak, ended by NULL, or NULL itself; of those, the one that
 * the client names first is chosen. */
struct ws_verdict ws_judge_request(const struct ws_request *request,
                                   const char *const *supported);

/* Client: was it upgraded (4.1)? `key` is what we sent, `offered` the
 * subprotocols, ended by NULL, or NULL itself. Returns NULL, or why not. */
const char *ws_judge_response(const struct ws_response *response,
                              const char *key, const char *const *offered);

/* Append the fields of a request. `offered` as above, best first. */
void ws_append_request_fields(struct buf *out, const char *key,
                              const char *const *offered);

/* Append the fields of the answer 101. `protocol` as in the verdict. */
void ws_append_accept_fields(struct buf *out, struct slice key,
                             const char *protocol);

/* Append the fields that the answer 405 or 426 needs (4.4; RFC 9110, 15.5). */
void ws_append_refusal_fields(struct buf *out, int status);

#endif
