/* socketio_parts.h -- what the files of Socket.IO share.
 *
 * Everybody else wants socketio.h.
 *
 *      socketio.c             clients: packets come in and find their socket
 *      socketio_namespace.c   namespaces, and who may enter them
 *      socketio_socket.c      one socket: its handlers, what it sends, its end
 *      socketio_rooms.c       rooms and broadcasts
 *      socketio_acks.c        questions that wait for an acknowledgement
 *      socketio_recovery.c    what is kept for who comes back
 *
 *      client (an Engine.IO session)
 *        |-- socket in /     --- memberships --- room "blue" of /
 *        `-- socket in /chat
 *
 * A socket that is gone, and its client, are freed at the end of the turn, when
 * no handler can still hold them.
 */
#ifndef SERVER_SOCKETIO_PARTS_H
#define SERVER_SOCKETIO_PARTS_H

#include "common/limits.h"
#include "common/socketio.h"
#include "server/engineio.h"
#include "server/id.h"
#include "server/table.h"

struct sio_event;
struct sio_socket;
struct sio_to;

struct sio_handler {
    const char *event; /* borrowed; NULL: any */
    void (*call)(struct sio_socket *socket, const struct sio_event *event,
                 void *user); /* NULL: it was taken off */
    void *user;
};

struct sio_handlers {
    void (*on_disconnect)(struct sio_socket *socket, const char *reason,
                          void *user);
    void *user; /* on_disconnect's */
    uint32_t count;
    bool is_called;  /* none may move meanwhile */
    bool has_places; /* of handlers that were taken off */
    struct sio_handler list[];
};

/* What a socket may come back with. */
struct sio_ticket {
    struct table_link link; /* by pid, while the socket is in */
    struct sio_socket *socket;
    char pid[ID_SIZE];
};

/*  JOINING --let in--> JOINED --left, or its connection ended--> GONE
 *     `---------------------refused------------------------------^      */
enum sio_state { SIO_JOINING, SIO_JOINED, SIO_GONE };

/* Small: there may be many that only wait. */
struct sio_socket {
    struct table_link link; /* in nsp->by_id */
    struct sio_client *client;
    struct sio_namespace *nsp;
    struct sio_socket *next; /* of the same client; or gone as well */
    struct sio_handlers *handlers;
    struct sio_membership *rooms;
    struct sio_question *questions; /* that have no answer yet */
    void *data;
    void (*free_data)(void *data);
    struct sio_ticket *ticket; /* NULL: no recovery */
    uint32_t place;            /* in nsp->sockets */
    uint32_t mark;             /* of the last broadcast that looked at it */
    uint16_t question_count;
    char id[ID_SIZE];
    uint8_t state; /* enum sio_state */
    bool is_recovered;
};

struct sio_client {
    struct eio_session *session; /* NULL: closed */
    struct sio *io;
    struct sio_decoder *decoder;  /* attachments are due; or NULL */
    struct sio_waiting *waiting;  /* for CONNECT or them; or NULL */
    struct sio_socket *sockets;   /* that have joined */
    struct sio_client *next_gone; /* in io->gone_clients */
    uint16_t socket_count;
    uint16_t refusals; /* CONNECTs since the last that was let in */
    uint8_t unasked;   /* answers to what nobody was ever asked */
    bool is_closing;
    bool is_first_used;
    struct sio_socket first; /* most have one */
};

/* A function that a namespace calls. */
struct sio_hook {
    struct sio_hook *next;
    const char *(*may_connect)(struct sio_socket *socket, struct buf *data,
                               void *user); /* or NULL */
    void (*on_connection)(struct sio_socket *socket, void *user);
    void *user;
};

struct sio_namespace {
    struct table_link link; /* in io->namespaces; not of one with may_be */
    struct sio *io;
    bool (*may_be)(struct slice name); /* it has children of these names */
    struct sio_namespace *parent;      /* whose functions count too; or NULL */
    struct sio_namespace *next;        /* in io->parents */
    struct sio_hook *hooks;
    struct sio_socket **sockets;
    uint32_t count, capacity; /* of sockets */
    uint32_t held; /* sockets that are not freed, and what is kept of others */
    uint32_t mark; /* of the newest broadcast */
    uint64_t next_id;   /* of an acknowledgement */
    struct table by_id; /* sockets */
    struct table rooms;
    struct table memberships;
    char name[];
};

struct sio {
    struct server *server;
    struct eio_hub *hub;
    struct table namespaces;
    struct sio_namespace *parents;   /* that have children */
    struct sio_recovery *recovery;   /* NULL: off */
    struct sio_decoder decoder;      /* of packets without attachments */
    struct slice auth;               /* of who is joining */
    struct buf text, args, name;     /* of what is being sent, or called */
    struct eio_messages messages;    /* to many */
    struct sio_socket *gone;         /* to be freed */
    struct sio_client *gone_clients; /* likewise */
    struct deferred reaper;
};

/* Its id, borrowed from it. */
static inline struct slice sio_id_slice(const struct sio_socket *socket)
{
    return (struct slice){socket->id, ID_SIZE - 1};
}

/* Empty a buffer of io; one that grew large is given back. */
static inline void sio_reuse(struct buf *buf)
{
    buf_consume(buf, buf_size(buf));
    if (buf->capacity > LENT_WRITE_KEPT)
        buf_free(buf);
}

/* ------------------------------------------------------ socketio.c */

/* Log what a client does, with what, and why. */
void sio_log(const struct sio_client *client, const char *what,
             struct slice with, const char *why);

/* Have what is gone freed at the end of the turn. */
void sio_reap_later(struct sio *io);

/* Close the connection of a client; its sockets leave when it is closed. */
void sio_close_client(struct sio_client *client, const char *reason);

/* ----------------------------------------------------- socketio_namespace.c */

/* The name by which tables find a namespace. */
struct slice sio_namespace_slice(const struct table_link *link);

/* The namespace of this name, or one that was made because it may be; NULL:
 * there is none. */
struct sio_namespace *sio_enter(struct sio *io, struct slice name);

/* NULL: it may join. Or why not, with something in `data`. */
const char *sio_judge(struct sio_socket *socket, struct buf *data);

/* Tell the application that it has joined. */
void sio_announce(struct sio_socket *socket);

/* It is of use as long as it is held. One that was made for a client and is let
 * go by the last one is freed. */
void sio_hold(struct sio_namespace *nsp);
void sio_let_go(struct sio_namespace *nsp);

/* Free all of them; nobody is in any. */
void sio_namespaces_free(struct sio *io);

/* ------------------------------------------------------ socketio_socket.c */

/* A socket that is not let in yet: it is to join, or to be dropped. */
struct sio_socket *sio_socket_new(struct sio_client *client,
                                  struct sio_namespace *nsp);

/* It is let in: CONNECT is answered. */
void sio_socket_join(struct sio_socket *socket);

/* It leaves, for this reason; or it was never let in. */
void sio_socket_leave(struct sio_socket *socket, const char *reason);
void sio_socket_drop(struct sio_socket *socket);

/* Free it at last. */
void sio_socket_free(struct sio_socket *socket);

/* Call who handles the event. */
void sio_dispatch(struct sio_socket *socket, const struct sio_packet *packet);

/* Send a packet, or an event; not once the connection closes. */
void sio_send(struct sio_client *client, const struct sio_packet *packet);
void sio_send_event(struct sio_socket *socket, const uint64_t *id,
                    const char *event, struct sio_args args);

/* ------------------------------------------------------ socketio_rooms.c */

struct sio_room {
    struct table_link link;
    struct sio_membership *members;
    uint32_t name_size;
    char name[];
};

/* A socket in a room; found by who and where. */
struct sio_membership {
    struct sio_room *room;
    struct sio_socket *socket;
    struct table_link link;
    struct sio_membership *next_room, **room_link;     /* of the socket */
    struct sio_membership *next_member, **member_link; /* of the room */
};

/* The names by which tables find them. */
struct slice sio_room_name_of(const struct table_link *link);
struct slice sio_membership_name_of(const struct table_link *link);

/* Leave all rooms; those that are empty then are freed. */
void sio_leave_rooms(struct sio_socket *socket);

/* Is the socket in this room, or is it its own? */
bool sio_is_in(const struct sio_socket *socket, struct slice room);

/* Visit each of them, once; `visit` may change nothing. */
void sio_visit(const struct sio_to *to,
               void (*visit)(struct sio_socket *socket, void *user),
               void *user);

/* Encode an event for many, once. */
void sio_encode(struct sio_namespace *nsp, const uint64_t *id,
                const char *event, struct sio_args args,
                struct eio_messages *messages);

/* The same into io->messages; sio_reuse_messages() them. */
const struct eio_messages *sio_encode_once(struct sio_namespace *nsp,
                                           const uint64_t *id,
                                           const char *event,
                                           struct sio_args args);
void sio_reuse_messages(struct sio *io);

/* ------------------------------------------------------ socketio_acks.c */

/* An acknowledgement came; it may be of nothing. */
void sio_take_answer(struct sio_socket *socket,
                     const struct sio_packet *packet);

/* Nobody will answer any more. */
void sio_end_questions(struct sio_socket *socket);

/* ------------------------------------------------------ socketio_recovery.c */

/* NULL when `ms` is 0. */
struct sio_recovery *sio_recovery_new(struct sio *io, int ms);
void sio_recovery_free(struct sio_recovery *recovery);

/* It has joined: who says its pid may come back before we know it is gone. */
void sio_await(struct sio_socket *socket);

/* Keep the socket for who comes back, if it leaves for such a reason. */
void sio_keep(struct sio_socket *socket, const char *reason);

/* A socket that joins: give it a pid; if its CONNECT names what is kept, or a
 * socket whose client has lost its connection and knows it before we do, make
 * it the socket that it was, and say behind what it goes on. */
bool sio_restore(struct sio_socket *socket, uint64_t *after);

/* Send what it missed. */
void sio_send_missed(struct sio_socket *socket, uint64_t after);

enum { SIO_OFFSET_SIZE = 32 };

/* What says how far a client has come: the newest event. */
void sio_newest_offset(const struct sio_recovery *recovery,
                       char offset[SIO_OFFSET_SIZE]);

/* Number an event that goes to many, encode it and log it. Borrowed until the
 * next one. */
const struct eio_messages *
sio_log_event(const struct sio_to *to, const char *event, struct sio_args args);

#endif
