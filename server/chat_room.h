/* chat_room.h -- a room of the chat: a channel, and who listens to it.
 *
 * To Socket.IO, the room `lobby` is the room "#lobby", and who is called Ann is
 * alone in the room "@Ann". What is new in the channel goes to everybody in its
 * room at once.
 */
#ifndef SERVER_CHAT_ROOM_H
#define SERVER_CHAT_ROOM_H

#include "common/limits.h"
#include "server/socketio.h"

struct chat {
    struct server *server;
    struct sio_namespace *nsp;
    struct room *first;
    size_t holds; /* the server's, and each room's */
};

struct room {
    struct chat *chat;
    struct room *next, **link;
    struct subscriber subscriber;
    size_t count; /* of who is here */
    size_t holds; /* and of who may come back, too */
};

/* Free it with the last who holds it. */
void chat_release(struct chat *chat);

/* ------------------------------------------------------ whom it is for */

/* The name of a room of Socket.IO. */
struct label {
    char text[CHANNEL_NAME_MAX + 2];
    struct slice name;
};

/* Write a label of this kind, '#' or '@'. Returns it, good as long as
 * `label`. */
struct slice chat_label(struct label *label, char kind, struct slice name);

/* Everybody with a label, which is written, but for `sender` (NULL: all). */
struct sio_to chat_to(struct chat *chat, struct label *label, char kind,
                      struct slice name, const struct sio_socket *sender);

/* ------------------------------------------------------ rooms */

/* Why no room may be called this, static text; NULL: one may be. */
const char *room_name_wrong(struct slice name);

/* The room that is so called, made if there is none; it is to be held before
 * the next turn. NULL: there can be none, because of `why`. */
struct room *room_named(struct chat *chat, struct slice name, const char **why);

/* Keep it, and its place in the channel; free it with the last who held it. */
void room_hold(struct room *room);
void room_release(struct room *room);

/* What it is called; the channel that it is. */
struct slice room_name(const struct room *room);
struct channel *room_channel(const struct room *room);

/* The place of who does not say which messages it has: CHAT_HISTORY back. */
struct place room_recent(const struct room *room);

/* Emit what is kept behind `place`, and what was lost if that is not all. */
void room_send_history(const struct room *room, struct sio_socket *socket,
                       struct place place);

#endif
