/* socketio_parts.h -- what the files of Socket.IO share.
 *
 * Everybody else wants socketio.h.
 *
 *      socketio.c            the connection, and the way back
 *      socketio_socket.c     one namespace on it
 *      socketio_emit.c       what it says: buffers, answers, retries
 *      socketio_listeners.c  who wants to hear of it
 *      socketio_kept.c       events that wait
 */
#ifndef CLIENT_SOCKETIO_PARTS_H
#define CLIENT_SOCKETIO_PARTS_H

#include "client/backoff.h"
#include "client/engineio.h"
#include "common/socketio.h"

struct sio;
struct sio_event;
struct sio_handler;
struct sio_socket;

/* ------------------------------------------------------ events that wait */

/* A copy of an event. Its name is JSON. */
struct sio_kept {
    struct sio_kept *next;
    struct sio_packet packet; /* points into this struct */
    struct slice buffers[SIO_ATTACHMENTS_MAX];
    size_t size; /* bytes of it */

    /* of one that is sent until it is acknowledged */
    void (*on_answer)(struct sio_socket *socket, const struct sio_args *answer,
                      const char *why, void *user);
    void *user;
    int timeout_ms;
    int tries;       /* so far */
    bool is_pending; /* sent, and not answered */
    char bytes[];
};

/* First in, first out. A zeroed one is empty. */
struct sio_keep {
    struct sio_kept *first, **end;
    size_t bytes;
};

/* Put a copy of the event at the end. */
struct sio_kept *sio_keep_put(struct sio_keep *keep,
                              const struct sio_packet *packet);

/* Take the first one out; free it with free(3). NULL: there is none. */
struct sio_kept *sio_keep_take(struct sio_keep *keep);

/* Is there one that asks for this acknowledgement? Or forget it. */
bool sio_keep_has(const struct sio_keep *keep, uint64_t id);
void sio_keep_forget(struct sio_keep *keep, uint64_t id);

/* How many bytes an event has. */
size_t sio_event_size(const struct sio_packet *packet);

/* ------------------------------------------------------ who listens */

struct sio_listener;

struct sio_listeners {
    struct sio_listener *first;
    unsigned depth; /* of calls from sio_tell(): nobody is freed meanwhile */
};

/* Call everybody who wants to hear of this event: those that want all first. */
void sio_tell(struct sio_socket *socket, const struct sio_event *event);
void sio_listeners_free(struct sio_listeners *listeners);

/* ------------------------------------------------------ one namespace */

/* Somebody waits for the acknowledgement of an event. */
struct sio_asked {
    struct sio_asked *next;
    struct sio_socket *socket;
    uint64_t id;
    struct timer timer;
    void (*on_answer)(struct sio_socket *socket, const struct sio_args *answer,
                      const char *why, void *user);
    void *user;
};

struct sio_socket {
    struct sio *io;
    struct sio_socket *next;
    char *namespace;
    struct buf auth; /* a JSON object, or empty */
    bool is_active, is_connected, is_recovered;
    char *id;             /* NULL: not connected */
    struct buf pid;       /* to recover with: JSON strings, */
    struct buf offset;    /* or empty */
    unsigned connections; /* so far */

    struct sio_keep unsent; /* emitted while away */
    struct sio_keep held;   /* came before CONNECT */
    struct sio_keep queue;  /* with retries: one is under way at a time */
    struct sio_asked *asked;
    uint64_t next_id;
    struct sio_listeners listeners;

    void (*on_connect)(struct sio_socket *socket, void *user);
    void *connect_user;
    void (*on_connect_error)(struct sio_socket *socket, const char *message,
                             struct slice data, void *user);
    void *connect_error_user;
    void (*on_disconnect)(struct sio_socket *socket, const char *reason,
                          void *user);
    void *disconnect_user;
};

/* Ask the server to be let in; the connection is open. */
void sio_socket_join(struct sio_socket *socket);

/* A packet has come for this namespace. */
void sio_socket_take(struct sio_socket *socket,
                     const struct sio_packet *packet);

/* It could not be connected, or was and is no more. */
void sio_socket_fail(struct sio_socket *socket, const char *message,
                     struct slice data);
void sio_socket_cut(struct sio_socket *socket, const char *reason);

/* Free it, and what waits in it; nobody is told. */
void sio_socket_free(struct sio_socket *socket);

/* socketio_emit.c: it is connected: send what waited. */
void sio_emit_kept(struct sio_socket *socket);

/* An acknowledgement came. */
void sio_answer(struct sio_socket *socket, const struct sio_packet *packet);

/* Nobody will answer any more: what was sent, or all of it. */
void sio_fail_asked(struct sio_socket *socket, bool unsent_too);

/* ------------------------------------------------------ the connection */

/*  CLOSED --sio_connect, or the timer--> OPENING --handshake--> OPEN
 *    ^-------------- failed, cut off, or nobody needs it --------/ */
enum sio_state { SIO_CLOSED, SIO_OPENING, SIO_OPEN };

struct sio {
    struct conn_set conns;
    struct eio_config config;
    const struct sio_handler *handler; /* borrowed */
    void *user;                        /* the owner's own */
    int ack_timeout_ms, retries;       /* as in struct sio_options */

    enum sio_state state;
    struct eio_session *session; /* NULL: CLOSED */
    size_t session_count;        /* those too that are still saying goodbye */
    struct sio_decoder decoder;
    bool is_taking; /* a packet that the decoder has lent */
    struct sio_socket *sockets;

    bool is_reconnecting;
    bool is_left; /* nobody wants to come back */
    bool has_no_reconnection;
    int attempts; /* to reconnect, in a row; 0: without end */
    struct backoff backoff;
    struct timer timer;

    bool is_closing;
    int closing_ms; /* for a goodbye */
    struct deferred gone;
    enum outcome outcome;
    char why[CLIENT_WHY_MAX];
    uint64_t requests, connections; /* counted for the sake of the config */
};

/* Make sure that there is a connection, or soon will be. */
void sio_open(struct sio *io);

/* Send a packet and its attachments; the connection is open. */
void sio_send(struct sio *io, const struct sio_packet *packet);

/* A socket is not active any more: does anybody need the connection? */
void sio_leave(struct sio *io);

/* Note how it went wrong, for sio_outcome() and sio_why(). */
void sio_note_end(struct sio *io, enum outcome outcome, const char *why);

/* What came is not of this protocol, or too much. */
void sio_fail(struct sio *io, const char *why);

#endif
