/* exercise.h -- from HTTP to WebSocket: the two ends of a handshake (RFC 6455,
 * 4).
 *
 *      GET /websocket HTTP/1.1                HTTP/1.1 101 Switching Protocols
 *      Host: localhost:8080                   Upgrade: websocket
 *      Upgrade: websocket                     Connection: Upgrade
 *      Connection: keep-alive, Upgrade        Sec-WebSocket-Accept: s3pPLMB...
 *      Sec-WebSocket-Key: dGhlIHNhbXBsZS...
 *      Sec-WebSocket-Version: 13
 *      Origin: http://localhost:8080
 *
 * Heads are taken apart already (lesson 03). common/sha1.h and common/base64.h
 * are there to be used.
 */
#ifndef LESSONS_07_WEBSOCKET_HANDSHAKE_EXERCISE_H
#define LESSONS_07_WEBSOCKET_HANDSHAKE_EXERCISE_H

#include <stdbool.h>

enum { ACCEPT_SIZE = 29 }; /* with the NUL */

/* The values of fields; NULL: there is none. */
struct handshake {
    const char *method;  /* "GET" */
    int minor;           /* 1 of HTTP/1.1 */
    const char *upgrade; /* a list, as that of Connection */
    const char *connection;
    const char *key; /* Sec-WebSocket-Key */
    const char *version;
    const char *host;
    const char *origin;
};

struct agreement {
    int status;
    const char *upgrade;
    const char *connection;
    const char *accept; /* Sec-WebSocket-Accept */
};

/* The Sec-WebSocket-Accept for a key, with its NUL: the SHA-1 of the key, as it
 * is written, with 258EAFA5-E914-47DA-95CA-C5AB0DC85B11 behind it; in base64
 * (4.2.2). */
void accept_of(const char *key, char accept[ACCEPT_SIZE]);

/* The status that the server answers with (4.2.1, 4.2.2). Of several faults the
 * first counts:
 *
 *      405  the method is not GET
 *      400  it is HTTP/1.0
 *      426  Upgrade does not list websocket, or Connection does not list
 *           Upgrade, both in any case; or the version is not 13
 *      400  the key is not the base64 of 16 bytes
 *      403  there is an Origin, and it is not http:// or https:// and the host,
 *           in any case: a page of another site asks with the user's cookies
 *      101  otherwise */
int judge_handshake(const struct handshake *handshake);

/* The client: is it the answer to our key (4.1)? The status is 101, Upgrade is
 * websocket in any case, Connection lists Upgrade, and Accept is right. */
bool is_agreed(const struct agreement *agreement, const char *key);

#endif
