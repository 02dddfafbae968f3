/* peer.h -- a server and the peers that talk to it, in one process and one
 * loop.
 *
 *      stage: loop, server, port -- peer_new() --> peer: a raw socket
 *
 * A peer says bytes and expects bytes. While it waits, the loop turns, and the
 * server with it; nobody sleeps, and nothing hangs: what has not come after
 * PATIENCE_MS fails the test and shows what came instead. The addresses are of
 * any free port. Time flies with loop_advance().
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/loop.h"
#include "common/websocket.h"
#include "server/server.h"

enum { PATIENCE_MS = 30000 };

struct peer {
    struct stage *stage;
    struct peer *next;
    int fd;
    struct buf got;    /* and not expected yet */
    struct buf to_say; /* frames, before they are sent */
    struct ws ws;      /* after peer_upgrade() */
    bool has_ended;    /* the server said that it sends no more */
    int error;         /* ECONNRESET, if it was less polite */
};

struct stage {
    struct loop *loop;
    struct server *server;
    int port;
    struct peer *peers; /* freed with the stage */
};

/* Run a group of tests once with each backend of the loop. The `state` of each
 * test is a struct stage of its own. */
int peer_run(const char *name, struct CMUnitTest *tests, size_t count);

/* Turn until `is_done` says so, or fail with `what`. */
void peer_turn_until(struct loop *loop, bool (*is_done)(void *user), void *user,
                     const char *what);

/* Turn a few times: whatever can happen now, happens. */
void peer_settle(struct stage *stage);

/* Turn until the server has this many connections. */
void peer_expect_connections(struct stage *stage, size_t count);

/* A peer that has connected. `small`: the kernel holds little of what the
 * server has sent and the peer has not read. */
struct peer *peer_new(struct stage *stage);
struct peer *peer_new_small(struct stage *stage);

/* A peer on a socket that somebody else has connected. */
struct peer *peer_on(struct stage *stage, int fd);

/* Close its socket, in good order or with a reset. */
void peer_close(struct peer *peer);
void peer_reset(struct peer *peer);

/* Say that nothing more will be sent. */
void peer_end(struct peer *peer);

/* Send all of it, while the loop turns if the server does not read. */
void peer_say(struct peer *peer, const char *text);
void peer_say_bytes(struct peer *peer, const void *bytes, size_t size);

/* Send it byte by byte, with a turn after each; or in two, cut behind `first`
 * bytes. */
void peer_say_slowly(struct peer *peer, const char *text);
void peer_say_in_two(struct peer *peer, const char *text, size_t first);

/* Send a GET of this target, as a browser would. */
void peer_get(struct peer *peer, const char *target);

/* POST a text to this target, and expect that it was published. */
void peer_post(struct peer *peer, const char *target, const char *text);

/* Turn until `text` is among what came; forget it and what came before it. */
void peer_expect(struct peer *peer, const char *text);

/* The same, but nothing may come before it. */
void peer_expect_next(struct peer *peer, const char *text);

/* Fail if `text` is in what came so far and was not expected. */
void peer_expect_no(struct peer *peer, const char *text);

/* Nothing came that was not expected, nor comes now. */
void peer_expect_silence(struct peer *peer);

/* A status line; then forget the rest of the head, or keep it. */
void peer_expect_status(struct peer *peer, int status);
void peer_expect_head(struct peer *peer, int status);

/* The server has said all that was expected, and ends the connection. */
void peer_expect_end(struct peer *peer);

/* The connection is gone, in whatever way and after whatever bytes. */
void peer_expect_gone(struct peer *peer);

/* ------------------------------------------------------------- WebSocket */

/* The key of RFC 6455, 1.3, and what it must be answered with. */
#define PEER_KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define PEER_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* The head that asks for an upgrade; borrowed until the next call. */
const char *peer_handshake(const char *target);

/* Shake hands for this target. From then on the peer sends and expects
 * frames. */
void peer_upgrade(struct peer *peer, const char *target);

/* Send one frame, masked; or append it to peer->to_say, to be sent with
 * others. */
void peer_say_frame(struct peer *peer, enum ws_opcode opcode, const char *text);
void peer_add_frame(struct peer *peer, enum ws_opcode opcode, const char *text);

/* Send a close frame. */
void peer_say_close(struct peer *peer, uint16_t code);

/* The next message, or ping or pong, has `text` in it. */
void peer_expect_message(struct peer *peer, const char *text);
void peer_expect_control(struct peer *peer, enum ws_opcode opcode,
                         const char *text);

/* A close frame with this code comes next, or behind whatever else. */
void peer_expect_close(struct peer *peer, uint16_t code);
void peer_expect_close_at_last(struct peer *peer, uint16_t code);

#endif
