/* solution.c -- rooms. The real thing is server/socketio_rooms.c, where rooms
 * are found by their names, and a membership by its socket and room at once:
 * that makes joining cost the same in however many rooms the socket is. */
#include "lessons/13-broadcasting/exercise.h"

#include <stdlib.h>

#include "common/alloc.h"

static struct membership *find(const struct room *room, struct socket *socket)
{
    struct link *list = &socket->memberships;
    for (struct link *at = list_next(list); at != list; at = list_next(at)) {
        struct membership *membership =
            CONTAINER(at, struct membership, in_socket);
        if (membership->room == room)
            return membership;
    }
    return NULL;
}

static void end(struct membership *membership)
{
    list_remove(&membership->in_room);
    list_remove(&membership->in_socket);
    free(membership);
}

bool room_join(struct room *room, struct socket *socket)
{
    if (find(room, socket) != NULL)
        return false;
    struct membership *membership = allocate(sizeof *membership);
    membership->room = room;
    membership->socket = socket;
    list_add(&room->memberships, &membership->in_room);
    list_add(&socket->memberships, &membership->in_socket);
    return true;
}

bool room_leave(struct room *room, struct socket *socket)
{
    struct membership *membership = find(room, socket);
    if (membership == NULL)
        return false;
    end(membership);
    return true;
}

void leave_all(struct socket *socket)
{
    struct link *list = &socket->memberships;
    for (struct link *at = list_next(list); at != list; at = list_next(list))
        end(CONTAINER(at, struct membership, in_socket));
}

/* ------------------------------------------------------ to whom */

struct delivery {
    void (*deliver)(struct socket *socket, void *user); /* NULL: to nobody */
    void *user;
    const struct socket *sender;
    unsigned mark; /* who bears it had its turn, or is left out */
};

static void visit(struct socket *socket, const struct delivery *delivery)
{
    if (socket == delivery->sender || socket->mark == delivery->mark)
        return;
    socket->mark = delivery->mark;
    if (delivery->deliver != NULL)
        delivery->deliver(socket, delivery->user);
}

/* Take the next one before this one may go. */
static void visit_room(struct room *room, const struct delivery *delivery)
{
    struct link *list = &room->memberships, *at = list_next(list);
    while (at != list) {
        struct link *next = list_next(at);
        visit(CONTAINER(at, struct membership, in_room)->socket, delivery);
        at = next;
    }
}

static void visit_all(struct hall *hall, const struct delivery *delivery)
{
    struct link *list = &hall->sockets;
    for (struct link *at = list_next(list); at != list; at = list_next(at))
        visit(CONTAINER(at, struct socket, in_hall), delivery);
}

void broadcast(struct hall *hall, const struct to *to,
               void (*deliver)(struct socket *socket, void *user), void *user)
{
    struct delivery delivery = {deliver, user, to->sender, ++hall->mark};
    struct delivery nobody = {.mark = delivery.mark};
    for (size_t i = 0; i < to->except_count; i++)
        visit_room(to->except[i], &nobody);
    for (size_t i = 0; i < to->room_count; i++)
        visit_room(to->rooms[i], &delivery);
    if (to->room_count == 0)
        visit_all(hall, &delivery);
}
