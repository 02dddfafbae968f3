/* fake.h -- a server that says what the test wants, and a listener that writes
 * down what it hears, in one process and one loop.
 *
 *      fake_listen --> the client connects --> fake_expect, fake_say, fake_cut
 *                                          --> fake_heard("message 8 hi")
 *
 * Nobody sleeps, and nothing hangs: what has not come after PATIENCE_MS fails
 * the test and shows what came instead. Time flies with loop_advance().
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/role.h"
#include "common/buf.h"
#include "common/loop.h"
#include "common/websocket.h"

enum { FAKE_CONNECTIONS_MAX = 32 };

/* A connection that the fake server has accepted. */
struct fake_conn {
    int fd; /* -1: closed */
    struct buf got;
};

struct fake {
    struct loop *loop;
    int port;
    int fd; /* that listens */
    struct watch watch;
    struct fake_conn conns[FAKE_CONNECTIONS_MAX];
    size_t count;   /* of connections so far */
    size_t current; /* the one that is spoken to */

    char url_text[64];
    struct url url;
    struct listener_options options;
    struct listener *listener;
    bool is_stopped;
    struct buf heard; /* a line for each callback */

    void *user; /* another kind of client, */
    void (*strike)(
        struct fake *fake); /* and how it ends; NULL: there is none */
};

/* Run a group of tests once with each backend of the loop. The `state` of each
 * is a struct fake of its own. */
int fake_run(const char *name, struct CMUnitTest *tests, size_t count);

/* Start a client of the fake server, with fake->options. */
void fake_listen(struct fake *fake, const struct technique *technique);

/* The client makes this connection, the first one is 0; speak to it from now
 * on. */
void fake_accept(struct fake *fake, size_t number);

/* `text` is among what the client said; forget it and what came before it. Or
 * there are so many bytes, which are not forgotten. Or it is not among them so
 * far. */
void fake_expect(struct fake *fake, const char *text);
uint8_t *fake_expect_size(struct fake *fake, size_t size);
void fake_expect_no(struct fake *fake, const char *text);

/* The Sec-WebSocket-Accept that answers what the client has said. */
const char *fake_accept_key(struct fake *fake);

/* Answer the handshake of a WebSocket with these fields beside a right
 * Sec-WebSocket-Accept. */
void fake_upgrade(struct fake *fake, const char *fields);

/* Say an unmasked frame with this text; or the client's next frame is this
 * short one, and masked. */
void fake_say_frame(struct fake *fake, enum ws_opcode opcode,
                    const char *payload);
void fake_expect_frame(struct fake *fake, enum ws_opcode opcode,
                       const char *payload);

/* Say a response with status 200 and this body. */
void fake_say_body(struct fake *fake, const char *body);

/* Say this to the client. */
void fake_say(struct fake *fake, const char *text);
void fake_say_bytes(struct fake *fake, const void *bytes, size_t size);

/* Close the connection, in good order or with a reset. */
void fake_close(struct fake *fake);
void fake_reset(struct fake *fake);

/* The next callback was this one: "open", "message 8 hi", "lost 56 gone", "raw
 * hi", "binary hi", "published", "refused 22 413 Content Too Large", "cut why",
 * "stopped 56 why". Only the beginning is compared. */
void fake_heard(struct fake *fake, const char *line);

/* No callback came, nor comes now. */
void fake_heard_nothing(struct fake *fake);

/* Turn a few times: whatever can happen now, happens. */
void fake_settle(struct fake *fake);

#endif
