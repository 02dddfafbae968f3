/* exercise.h -- rooms: to one, to all, to all but one, to a subset.
 *
 *      hall.sockets     a     b     c     d     e
 *      room "blue"      a --- b                      memberships:
 *      room "red"             b --- c                one is in two lists
 *
 * A message to a room costs what its members cost, however many others there
 * are: the test counts every step along a list. All lists are of this kind,
 * with functions that you need not write:
 *
 *      for (struct link *at = list_next(list); at != list; at = list_next(at))
 *
 * CONTAINER(at, struct socket, in_hall) is the struct that the link is in.
 */
#ifndef LESSONS_13_BROADCASTING_EXERCISE_H
#define LESSONS_13_BROADCASTING_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/loop.h" /* CONTAINER() */

/* ------------------------------------------------------ lists */

/* A ring: the list itself is a link, and an empty one is alone. */
struct link {
    struct link *next, *previous;
};

/* The next one, or the list itself behind the last. This is what is counted. */
struct link *list_next(const struct link *at);

void list_init(struct link *list);
void list_add(struct link *list, struct link *link);
void list_remove(struct link *link);

/* ------------------------------------------------------ who is where */

struct hall {
    struct link sockets; /* all of them, by in_hall */
    unsigned mark;       /* yours; 0 at first */
};

struct socket {
    struct link in_hall;
    struct link memberships; /* its own, by in_socket */
    char name;
    unsigned mark; /* yours; 0 at first */
};

struct room {
    struct link memberships; /* of its members, by in_room */
};

struct membership {
    struct link in_room, in_socket;
    struct room *room;
    struct socket *socket;
};

/* ------------------------------------------------------ yours to write */

/* The socket is a member from now on; false: it was one already. Costs a step
 * for each room that the socket is in, and not one for each member of the room.
 * Allocate the membership with allocate() of common/alloc.h. */
bool room_join(struct room *room, struct socket *socket);

/* It is none any more; false: it was none. The same cost. Free the
 * membership. */
bool room_leave(struct room *room, struct socket *socket);

/* The socket leaves all of its rooms, because its connection is gone. */
void leave_all(struct socket *socket);

/* To whom? */
struct to {
    struct room *const *rooms;  /* their members, */
    size_t room_count;          /* or everybody if there are none; */
    struct room *const *except; /* but not the members of these, */
    size_t except_count;
    const struct socket *sender; /* and not this one; or NULL */
};

/* Call `deliver` once for each socket that it goes to, however many of the
 * rooms it is in. Costs a step for each member of the rooms that are named. The
 * socket that is delivered to may leave all of its rooms meanwhile; others do
 * not. */
void broadcast(struct hall *hall, const struct to *to,
               void (*deliver)(struct socket *socket, void *user), void *user);

#endif
