/* wire.h -- the bytes that the bench sends and expects, and how to a server.
 *
 * The bench has its own few lines of HTTP and WebSocket, so that a mistake in
 * the codecs under test cannot hide itself.
 */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum alphabet { ASCII, MIXED }; /* MIXED: characters of one to four bytes */

/* The same "random" numbers in every run (xorshift64); the state is not 0. */
uint64_t next_random(uint64_t *state);

/* Append `size` bytes of valid UTF-8. */
void append_text(struct buf *buf, enum alphabet alphabet, size_t size);

/* Append a text frame (RFC 6455, 5.2) as a client sends it, masked with a key
 * out of `random`, and as a server sends it. */
void append_masked_frame(struct buf *buf, struct slice text, uint64_t *random);
void append_frame(struct buf *buf, struct slice text);

/* A connection to 127.0.0.1, blocking, that gives up a receive after some
 * seconds. Fails the bench when there is none. */
int dial(int port);

/* Send some bytes, few enough that the kernel takes them at once. */
void send_all(int fd, struct slice bytes);

/* Receive the head of a response, and its body if it has a Content-Length.
 * Returns their size; fails the bench unless the status is `status`. */
size_t receive_response(int fd, int status, struct buf *response);

/* Send a request and receive its response. */
size_t ask(int fd, struct slice request, int status, struct buf *response);

/* dial(), and an opening handshake for `target` (RFC 6455, 4.1), or /echo. */
int dial_websocket(int port, const char *target);
int dial_echo(int port);

/* dial_websocket(), and join the namespace `/` of Socket.IO (protocol 5): what
 * comes next is the first event that somebody sends. */
int dial_socketio(int port);

/* The same in two steps, for who dials many: the greeting takes its time. */
int ask_socketio(int port);
void await_socketio(int fd);

/* Append a GET request for `target`, which keeps the connection. */
void append_get(struct buf *buf, const char *target);

#endif
