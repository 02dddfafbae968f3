/* sio_stage.h -- what the tests of the server of Socket.IO share.
 *
 *      with_application() --> open_client, join_client: a peer
 *                         --> join_socket: the server's end of it, too
 *
 * What the handlers below are called with is noted, each with a semicolon
 * behind it, until assert_noted() looks.
 */
#ifndef TESTS_SIO_STAGE_H
#define TESTS_SIO_STAGE_H

#include "server/socketio.h"
#include "server/socketio_parts.h"
#include "tests/peer.h"

#define SIO_WEBSOCKET "/socket.io/?EIO=4&transport=websocket"
#define SIO_POLLING   "/socket.io/?EIO=4&transport=polling"

enum { CHAT = 1 }; /* namespace that a server has by itself */

/* The stage of a test, with the default application, and nothing noted. */
struct stage *with_application(void **state);

/* The server itself. */
static inline struct sio *io_of(struct stage *stage)
{
    return stage->server->socketio;
}

/* ------------------------------------------------------------- clients */

/* A client that has joined nothing. */
struct peer *open_client(struct stage *stage);

/* One that has joined this namespace: "/" or "/name,". */
struct peer *join_client(struct stage *stage, const char *name);

/* Say a packet, expect one, and expect the end of the connection. */
static inline void say(struct peer *peer, const char *packet)
{
    peer_say_frame(peer, WS_TEXT, packet);
}

static inline void expect(struct peer *peer, const char *packet)
{
    peer_expect_message(peer, packet);
}

static inline void expect_closed(struct peer *peer)
{
    peer_expect_close_at_last(peer, WS_NORMAL);
}

/* ------------------------------------------------------------- sockets */

/* A socket of /test, whose handlers the test sets, and its peer. */
struct sio_socket *join_socket(struct stage *stage, struct peer **peer);

/* The one that note_socket() was called with last; NULL: there is none. */
struct sio_socket *newest_socket(void);

/* Arguments as they stand between the brackets, without buffers. */
static inline struct sio_args args_of(const char *json)
{
    return (struct sio_args){.json = slice_of(json)};
}

/* ------------------------------------------------------------- notes */

/* Note that something happened. */
void note(const char *text);
void note_slice(struct slice text);

/* Let happen what can, and see that just this was noted since the last time. */
void assert_noted(struct stage *stage, const char *expected);

/* Free what is noted. */
void forget_notes(void);

/* Handlers of events, which note `user` or "event", the name and the
 * arguments; of disconnects, which note the reason; of connections. */
void note_event(struct sio_socket *socket, const struct sio_event *event,
                void *user);
void note_disconnect(struct sio_socket *socket, const char *reason, void *user);
void note_socket(struct sio_socket *socket, void *user);

/* For sio_ask(): note `user`, and the answer or "none". */
void note_answer(struct sio_socket *socket, const struct sio_args *answer,
                 void *user);

/* For sio_use(): note `user`, and refuse who says that it is {"bad":1}. */
const char *refuse_or_note(struct sio_socket *socket, struct buf *data,
                           void *user);

/* For sio_set_data(): note "freed". */
void note_freed(void *data);

#endif
