/* socketio.h -- events for applications on the server (Socket.IO protocol 5).
 *
 * What the documents of Socket.IO say in JavaScript has its line here in C:
 *
 *      io.of("/chat")                         sio_of(io, "/chat")
 *      nsp.use(fn)                            sio_use(nsp, fn, user)
 *      nsp.on("connection", fn)               sio_on_connection(nsp, fn, user)
 *      socket.on("hello", fn)                 sio_on(socket, "hello", fn, user)
 *      socket.onAny(fn)                       sio_on_any(socket, fn, user)
 *      socket.emit("hello", 1)                sio_emit(socket, "hello", args)
 *      socket.timeout(500).emit("q", cb)      sio_ask(socket, "q", args, 500,
 *                                                     cb, user)
 *      callback(1)                            sio_ack(socket, event->ack, args)
 *      socket.join("blue")                    sio_join(socket, room)
 *      io.to("blue").emit("hello")            sio_broadcast(&(struct sio_to)
 *                                                 {...}, "hello", args)
 *      socket.disconnect()                    sio_disconnect(socket, false)
 *
 * Arguments are JSON values with commas between them: see struct sio_args.
 * Functions are called back from the loop; none of them may keep what it is
 * lent.
 */
#ifndef SERVER_SOCKETIO_H
#define SERVER_SOCKETIO_H

#include "common/socketio.h"
#include "server/engineio.h"
#include "server/id.h"

struct sio;           /* io: one for each server, server->socketio */
struct sio_namespace; /* io.of("/chat") */
struct sio_socket;    /* one client in one namespace */

/* What an event's handler may answer, now or later; zeroed: nobody asked. */
struct sio_ack_to {
    uint64_t id;
    bool is_asked;
};

struct sio_event {
    struct slice name;     /* its characters */
    struct sio_args args;  /* borrowed */
    struct sio_ack_to ack; /* to be copied when the answer comes later */
};

/* How many clients are connected, in whatever namespaces. */
size_t sio_client_count(const struct sio *io);

/* ------------------------------------------------------ namespaces */

/* The namespace of this name, made if there is none. */
struct sio_namespace *sio_of(struct sio *io, const char *name);

/* Every namespace for whose name `may_be` says so exists: made when a client
 * asks for it, with the functions that were set on what is returned, and freed
 * when nobody is left in it. The first that says so counts. */
struct sio_namespace *sio_of_matching(struct sio *io,
                                      bool (*may_be)(struct slice name));

/* What it is called, "" if it is many; good as long as it exists. */
const char *sio_namespace_name(const struct sio_namespace *nsp);

/* Judge who wants in, one function after the other: NULL lets it in; a
 * message refuses it (CONNECT_ERROR), with the JSON value appended to
 * `data`, if any. */
void sio_use(struct sio_namespace *nsp,
             const char *(*may_connect)(struct sio_socket *socket,
                                        struct buf *data, void *user),
             void *user);

/* Somebody is in: set up the socket here. */
void sio_on_connection(struct sio_namespace *nsp,
                       void (*on_connection)(struct sio_socket *socket,
                                             void *user),
                       void *user);

/* ------------------------------------------------------ one socket */

/* What there is to know of it. `auth` is the JSON object of its CONNECT, `{}`
 * if there was none, and is good in sio_use() and sio_on_connection() only. */
struct sio_namespace *sio_namespace_of(const struct sio_socket *socket);
const char *sio_id(const struct sio_socket *socket);
struct slice sio_auth(const struct sio_socket *socket);
bool sio_is_recovered(const struct sio_socket *socket);

/* The connection that brought an event, while its handler is called: what is
 * published for it brakes it (server_publish()). NULL once the client is gone,
 * as it may be behind sio_emit() or an acknowledgement. */
struct conn *sio_conn(const struct sio_socket *socket);

/* Keep the application's own data with it, also over a recovery; `free_data`,
 * if not NULL, is called when it is gone for good. */
void sio_set_data(struct sio_socket *socket, void *data,
                  void (*free_data)(void *data));
void *sio_data(const struct sio_socket *socket);

/* Call `handler` for every event of this name, which is borrowed as long as the
 * socket lives; or for every event there is. The same handler may be set twice,
 * and is then called twice. Off: one of those that are the same goes. */
void sio_on(struct sio_socket *socket, const char *event,
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

/* It leaves, for this reason; it is still in its rooms. The last call. */
void sio_on_disconnect(struct sio_socket *socket,
                       void (*on_disconnect)(struct sio_socket *socket,
                                             const char *reason, void *user),
                       void *user);

/* Emit an event, of a name that is not reserved (common/socketio.h); volatile:
 * unless it would have to wait. Nothing happens before the socket is in, or
 * when it is gone. */
void sio_emit(struct sio_socket *socket, const char *event,
              struct sio_args args);
void sio_emit_volatile(struct sio_socket *socket, const char *event,
                       struct sio_args args);

/* Emit an event that wants an answer. `on_answer` is called once: with the
 * arguments of the acknowledgement, or with NULL when `timeout_ms` (0: no end)
 * are over, the socket is gone (at once if it is gone already), or more than
 * SIO_QUESTIONS_MAX wait for an answer (in the next turn, and it was not
 * asked). */
void sio_ask(struct sio_socket *socket, const char *event, struct sio_args args,
             int timeout_ms,
             void (*on_answer)(struct sio_socket *socket,
                               const struct sio_args *answer, void *user),
             void *user);

/* Answer an event, once; nothing happens when nobody asked. */
void sio_ack(struct sio_socket *socket, struct sio_ack_to ack,
             struct sio_args args);

/* Send it away ("server namespace disconnect"); or, to close the connection,
 * every socket that its client has: each is told, so that the client does not
 * come back by itself. */
void sio_disconnect(struct sio_socket *socket, bool close);

/* ------------------------------------------------------ rooms */

/* Every socket is in the room that is named by its id, and leaves all rooms
 * when it disconnects. */
void sio_join(struct sio_socket *socket, struct slice room);
void sio_leave(struct sio_socket *socket, struct slice room);

/* How many rooms it is in, besides its own. */
size_t sio_room_count(const struct sio_socket *socket);

/* The socket with this id; NULL: it is gone. For answers that come later. */
struct sio_socket *sio_find(struct sio_namespace *nsp, struct slice id);

/* Whom a broadcast is for: who is in any of the rooms, or everybody in the
 * namespace if there is none; each once. */
struct sio_to {
    struct sio_namespace *nsp;
    const struct slice *rooms; /* borrowed for the call */
    size_t room_count;
    const struct slice *except; /* but not who is in one of these rooms, */
    size_t except_count;
    const struct sio_socket *sender; /* nor this one; NULL: nobody */
    bool is_volatile;
};

/* Emit to all of them; the event is encoded once. */
void sio_broadcast(const struct sio_to *to, const char *event,
                   struct sio_args args);

/* The same with an answer from each. `on_answers` is called once, when all have
 * answered or are gone, or `timeout_ms` (0: no end) are over, and never before
 * this returns: `answers` is a JSON array of what each said first (null if it
 * was nothing, a placeholder if it was a buffer), those of who did not answer
 * left out. Over SIO_ANSWERS_MAX bytes an answer counts as none. */
void sio_broadcast_ask(const struct sio_to *to, const char *event,
                       struct sio_args args, int timeout_ms,
                       void (*on_answers)(bool is_complete,
                                          struct slice answers, void *user),
                       void *user);

/* Call for each of them; it may emit, join, leave and disconnect. */
void sio_each(const struct sio_to *to,
              void (*each)(struct sio_socket *socket, void *user), void *user);

#endif
