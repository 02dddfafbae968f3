/* socketio.h -- events for applications on the client (Socket.IO protocol 5).
 *
 * What the documents of Socket.IO say in JavaScript has its line here in C:
 *
 *      new Manager(url, options)              sio_new(loop, url, options, ...)
 *      manager.socket("/chat", {auth})        sio_join(io, "/chat", auth)
 *      socket.on("hello", fn)                 sio_on(socket, "hello", fn, user)
 *      socket.once("hello", fn)               sio_once(socket, "hello", fn,
 *                                                      user)
 *      socket.onAny(fn)                       sio_on_any(socket, fn, user)
 *      socket.on("connect", fn)               sio_on_connect(socket, fn, user)
 *      socket.emit("hello", 1)                sio_emit(socket, "hello", args)
 *      socket.volatile.emit("hello", 1)       sio_emit_volatile(socket,
 *                                                        "hello", args)
 *      socket.timeout(500).emit("q", cb)      sio_ask(socket, "q", args, 500,
 *                                                     cb, user)
 *      callback(1)                            sio_ack(socket, event->ack, args)
 *      socket.disconnect()                    sio_disconnect(socket)
 *      socket.connect()                       sio_connect(socket)
 *
 * All namespaces of one io share a connection. When it is cut, io comes back,
 * later each time, and every namespace that was active joins again; what is
 * emitted in the meantime is sent then. Functions are called back from the
 * loop; none of them may keep what it is lent.
 */
#ifndef CLIENT_SOCKETIO_H
#define CLIENT_SOCKETIO_H

#include "client/engineio.h"
#include "common/socketio.h"

struct sio;        /* a connection, and the way back to it */
struct sio_socket; /* one namespace on it */

/* Begin with sio_default_options. All that is pointed to is borrowed. */
struct sio_options {
    const char *path;   /* of the server's Engine.IO: "/socket.io/" */
    struct slice query; /* percent-encoded; may be empty */
    struct eio_transports transports;
    const char *const *fields; /* as in struct client_config */
    const char *proxy_command; /* likewise */

    bool has_no_reconnection;
    int attempts;       /* to reconnect, in a row; 0: without end */
    int delay_ms;       /* before the first of them, doubled each time, */
    double factor;      /* more or less by up to this part, at random, */
    int delay_max_ms;   /* and never longer */
    int ack_timeout_ms; /* of sio_ask() with 0; 0: no end */
    int retries;        /* of each packet, until it is acknowledged; 0: none.
                           One packet is under way at a time then */
};

extern const struct sio_options sio_default_options;

/* What becomes of the connection. Every field may be NULL but on_gone. */
struct sio_handler {
    void (*on_reconnect_attempt)(struct sio *io, int attempt); /* from 1 */
    void (*on_reconnect)(struct sio *io, int attempt);
    void (*on_reconnect_failed)(struct sio *io); /* that was the last one */
    /* Nothing waits to be sent any more, after something had to. */
    void (*on_drained)(struct sio *io);
    /* After sio_close(): nothing is left of the connection. */
    void (*on_gone)(struct sio *io);
};

/* What an event's handler may answer, now or later, while the connection lasts;
 * zeroed: nobody asked. */
struct sio_ack_to {
    uint64_t id;
    unsigned connection; /* the first one, the second ... */
    bool is_asked;
};

struct sio_event {
    struct slice name;     /* its characters */
    struct sio_args args;  /* borrowed */
    struct sio_ack_to ack; /* to be copied when the answer comes later */
};

/* ------------------------------------------------------ the connection */

/* Get ready, without a connection: the first sio_join() makes it. */
struct sio *sio_new(struct loop *loop, const struct url *url,
                    const struct sio_options *options,
                    const struct sio_handler *handler, void *user);

/* What sio_new() was given. */
void *sio_user(const struct sio *io);

/* How the last connection ended, or why there was none: as a status of a
 * program, and for people. */
enum outcome sio_outcome(const struct sio *io);
const char *sio_why(const struct sio *io);

/* Is something under way that ends by itself: the first connection, a namespace
 * that is asked for, bytes that are sent, an event that waits to be
 * acknowledged? Not while the connection is lost: nobody knows for how long. */
bool sio_is_busy(const struct sio *io);

/* Leave every namespace and close the connection behind what was sent, within
 * `limit_ms`. Nobody will be answered any more; on_gone follows. */
void sio_close(struct sio *io, int limit_ms);

/* After on_gone only. Frees the sockets too. */
void sio_free(struct sio *io);

/* ------------------------------------------------------ one socket */

/* The socket of this namespace, made if there is none and connected if it is
 * not. `auth` is a JSON object, or empty; see sio_set_auth(). */
struct sio_socket *sio_join(struct sio *io, const char *namespace,
                            struct slice auth);

/* The socket of this namespace; NULL: there is none. */
struct sio_socket *sio_find(const struct sio *io, const char *namespace);

/* The next CONNECT says this: a JSON object, or empty. Copied. */
void sio_set_auth(struct sio_socket *socket, struct slice auth);

/* Connect again after sio_disconnect(), a refusal, or the server's own wish. */
void sio_connect(struct sio_socket *socket);

/* Leave the namespace, for good; the last one closes the connection. */
void sio_disconnect(struct sio_socket *socket);

/* What there is to know of it. An active one is connected, or will be without
 * our doing. The id is "" while it is not connected. */
struct sio *sio_of(const struct sio_socket *socket);
const char *sio_namespace(const struct sio_socket *socket);
const char *sio_id(const struct sio_socket *socket);
bool sio_is_connected(const struct sio_socket *socket);
bool sio_is_active(const struct sio_socket *socket);
bool sio_is_recovered(const struct sio_socket *socket); /* missed nothing */

/* Bytes of what was emitted and is not sent yet, and how many events wait to be
 * acknowledged. */
size_t sio_unsent(const struct sio_socket *socket);
size_t sio_unanswered(const struct sio_socket *socket);

/* ------------------------------------------------------ what it is told */

/* It is connected; called again after each cut. */
void sio_on_connect(struct sio_socket *socket,
                    void (*on_connect)(struct sio_socket *socket, void *user),
                    void *user);

/* It could not be connected. If the server refused it, it is not active any
 * more, and `data` is the JSON value that came along, if one did. */
void sio_on_connect_error(struct sio_socket *socket,
                          void (*on_connect_error)(struct sio_socket *socket,
                                                   const char *message,
                                                   struct slice data,
                                                   void *user),
                          void *user);

/* It was cut off: "io server disconnect", "io client disconnect", "ping
 * timeout", "transport close", "transport error" or "parse error". */
void sio_on_disconnect(struct sio_socket *socket,
                       void (*on_disconnect)(struct sio_socket *socket,
                                             const char *reason, void *user),
                       void *user);

/* Call `handler` for every event of this name, which is borrowed as long as the
 * socket lives; for the next one; or for every event there is. The same handler
 * may be set twice, and is then called twice. Off: one of those that are the
 * same goes. */
void sio_on(struct sio_socket *socket, const char *event,
            void (*handler)(struct sio_socket *socket,
                            const struct sio_event *event, void *user),
            void *user);
void sio_once(struct sio_socket *socket, const char *event,
              void (*handler)(struct sio_socket *socket,
                              const struct sio_event *event, void *user),
              void *user);
void sio_off(struct sio_socket *socket, const char *event,
             void (*handler)(struct sio_socket *socket,
                             const struct sio_event *event, void *user));
void sio_on_any(struct sio_socket *socket,
                void (*handler)(struct sio_socket *socket,
                                const struct sio_event *event, void *user),
                void *user);
void sio_off_any(struct sio_socket *socket,
                 void (*handler)(struct sio_socket *socket,
                                 const struct sio_event *event, void *user));

/* ------------------------------------------------------ what it says */

/* Is it a name that events may have? Those of the API itself are none. */
bool sio_may_emit(const char *event);

/* Emit an event: at once, or when the socket is connected. False: more than
 * EMITTED_MAX bytes wait already, and this is not among them. Volatile: unless
 * it would have to wait; false then. */
bool sio_emit(struct sio_socket *socket, const char *event,
              struct sio_args args);
bool sio_emit_volatile(struct sio_socket *socket, const char *event,
                       struct sio_args args);

/* Emit an event that wants an answer. `on_answer` is called once: with the
 * arguments of the acknowledgement, or with NULL and why there are none, when
 * `timeout_ms` (0: as in the options) are over or the connection is. False as
 * above, and nothing is called. */
bool sio_ask(struct sio_socket *socket, const char *event, struct sio_args args,
             int timeout_ms,
             void (*on_answer)(struct sio_socket *socket,
                               const struct sio_args *answer, const char *why,
                               void *user),
             void *user);

/* Answer an event; nothing happens when nobody asked, or the connection is
 * another one. */
void sio_ack(struct sio_socket *socket, struct sio_ack_to ack,
             struct sio_args args);

#endif
