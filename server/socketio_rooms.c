/* socketio_rooms.c -- rooms, and broadcasts to those who are in them. */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "server/socketio.h"
#include "server/socketio_parts.h"

/* ------------------------------------------------------------- memberships */

struct slice sio_room_name_of(const struct table_link *link)
{
    const struct sio_room *room = CONTAINER(link, struct sio_room, link);
    return (struct slice){room->name, room->name_size};
}

/* Who and where, as they stand at the front of it. */
struct slice sio_membership_name_of(const struct table_link *link)
{
    const struct sio_membership *membership =
        CONTAINER(link, struct sio_membership, link);
    return (struct slice){(const char *)membership,
                          offsetof(struct sio_membership, link)};
}

static struct sio_room *find_room(const struct sio_namespace *nsp,
                                  struct slice name)
{
    struct table_link *link = table_find(&nsp->rooms, name);
    return link != NULL ? CONTAINER(link, struct sio_room, link) : NULL;
}

static struct sio_room *add_room(struct sio_namespace *nsp, struct slice name)
{
    struct sio_room *room = allocate(sizeof *room + name.size);
    room->name_size = (uint32_t)name.size;
    if (name.size > 0)
        memcpy(room->name, name.data, name.size);
    table_add(&nsp->rooms, &room->link);
    return room;
}

static struct sio_membership *find_membership(const struct sio_room *room,
                                              const struct sio_socket *socket)
{
    struct sio_membership wanted = {
        .room = (struct sio_room *)room,
        .socket = (struct sio_socket *)socket,
    };
    struct table_link *link = table_find(&socket->nsp->memberships,
                                         sio_membership_name_of(&wanted.link));
    return link != NULL ? CONTAINER(link, struct sio_membership, link) : NULL;
}

static void add_membership(struct sio_room *room, struct sio_socket *socket)
{
    struct sio_membership *membership = allocate(sizeof *membership);
    *membership = (struct sio_membership){
        .room = room,
        .socket = socket,
        .next_room = socket->rooms,
        .room_link = &socket->rooms,
        .next_member = room->members,
        .member_link = &room->members,
    };
    if (socket->rooms != NULL)
        socket->rooms->room_link = &membership->next_room;
    if (room->members != NULL)
        room->members->member_link = &membership->next_member;
    socket->rooms = room->members = membership;
    table_add(&socket->nsp->memberships, &membership->link);
}

/* A room that is empty goes. */
static void remove_membership(struct sio_membership *membership)
{
    struct sio_namespace *nsp = membership->socket->nsp;
    struct sio_room *room = membership->room;
    *membership->room_link = membership->next_room;
    if (membership->next_room != NULL)
        membership->next_room->room_link = membership->room_link;
    *membership->member_link = membership->next_member;
    if (membership->next_member != NULL)
        membership->next_member->member_link = membership->member_link;
    table_remove(&nsp->memberships, &membership->link);
    free(membership);
    if (room->members == NULL) {
        table_remove(&nsp->rooms, &room->link);
        free(room);
    }
}

static bool is_own_room(const struct sio_socket *socket, struct slice room)
{
    return slice_is(room, socket->id);
}

void sio_join(struct sio_socket *socket, struct slice room)
{
    if (socket->state == SIO_GONE || is_own_room(socket, room))
        return;
    struct sio_room *joined = find_room(socket->nsp, room);
    if (joined == NULL)
        joined = add_room(socket->nsp, room);
    if (find_membership(joined, socket) == NULL)
        add_membership(joined, socket);
}

void sio_leave(struct sio_socket *socket, struct slice room)
{
    struct sio_room *left = find_room(socket->nsp, room);
    struct sio_membership *membership =
        left != NULL ? find_membership(left, socket) : NULL;
    if (membership != NULL)
        remove_membership(membership);
}

void sio_leave_rooms(struct sio_socket *socket)
{
    while (socket->rooms != NULL)
        remove_membership(socket->rooms);
}

size_t sio_room_count(const struct sio_socket *socket)
{
    size_t count = 0;
    for (const struct sio_membership *at = socket->rooms; at != NULL;
         at = at->next_room)
        count++;
    return count;
}

bool sio_is_in(const struct sio_socket *socket, struct slice room)
{
    struct sio_room *found = find_room(socket->nsp, room);
    return is_own_room(socket, room) ||
           (found != NULL && find_membership(found, socket) != NULL);
}

struct sio_socket *sio_find(struct sio_namespace *nsp, struct slice id)
{
    struct table_link *link = table_find(&nsp->by_id, id);
    return link != NULL ? CONTAINER(link, struct sio_socket, link) : NULL;
}

/* ------------------------------------------------------------- whom */

/* A number that no socket is marked with. */
static uint32_t new_mark(struct sio_namespace *nsp)
{
    if (++nsp->mark == 0) { /* they begin again */
        for (uint32_t i = 0; i < nsp->count; i++)
            nsp->sockets[i]->mark = 0;
        nsp->mark = 1;
    }
    return nsp->mark;
}

struct visit {
    void (*visit)(struct sio_socket *socket, void *user);
    void *user;
    const struct sio_socket *sender;
    uint32_t mark; /* who bears it is out, or had its turn */
};

static void visit_one(struct sio_socket *socket, const struct visit *visit)
{
    if (socket == NULL || socket->state != SIO_JOINED ||
        socket == visit->sender || socket->mark == visit->mark)
        return;
    socket->mark = visit->mark;
    if (visit->visit != NULL)
        visit->visit(socket, visit->user);
}

/* Who is in it, and whose own room it is. */
static void visit_room(struct sio_namespace *nsp, struct slice name,
                       const struct visit *visit)
{
    const struct sio_room *room = find_room(nsp, name);
    const struct sio_membership *member = room != NULL ? room->members : NULL;
    for (; member != NULL; member = member->next_member)
        visit_one(member->socket, visit);
    visit_one(sio_find(nsp, name), visit);
}

void sio_visit(const struct sio_to *to,
               void (*visit)(struct sio_socket *socket, void *user), void *user)
{
    struct sio_namespace *nsp = to->nsp;
    struct visit marking = {.mark = new_mark(nsp)};
    struct visit visiting = {visit, user, to->sender, marking.mark};
    for (size_t i = 0; i < to->except_count; i++)
        visit_room(nsp, to->except[i], &marking);
    for (size_t i = 0; i < to->room_count; i++)
        visit_room(nsp, to->rooms[i], &visiting);
    if (to->room_count == 0)
        for (uint32_t i = 0; i < nsp->count; i++)
            visit_one(nsp->sockets[i], &visiting);
}

/* ------------------------------------------------------------- broadcasts */

void sio_encode(struct sio_namespace *nsp, const uint64_t *id,
                const char *event, struct sio_args args,
                struct eio_messages *messages)
{
    struct buf *text = &nsp->io->text;
    sio_append_event(text, slice_of(nsp->name), id, event, args);
    eio_messages_add(messages, false, buf_slice(text));
    for (size_t i = 0; i < args.buffer_count; i++)
        eio_messages_add(messages, true, args.buffers[i]);
    sio_reuse(text);
}

const struct eio_messages *sio_encode_once(struct sio_namespace *nsp,
                                           const uint64_t *id,
                                           const char *event,
                                           struct sio_args args)
{
    sio_encode(nsp, id, event, args, &nsp->io->messages);
    return &nsp->io->messages;
}

void sio_reuse_messages(struct sio *io)
{
    sio_reuse(&io->messages.frames);
    sio_reuse(&io->messages.payload);
}

struct broadcast {
    const struct eio_messages *messages;
    bool is_volatile;
};

static void send_to(struct sio_socket *socket, void *user)
{
    const struct broadcast *broadcast = user;
    const struct sio_client *client = socket->client;
    if (client->is_closing ||
        (broadcast->is_volatile && !eio_is_writable(client->session)))
        return;
    eio_send_messages(client->session, broadcast->messages);
}

void sio_broadcast(const struct sio_to *to, const char *event,
                   struct sio_args args)
{
    struct sio *io = to->nsp->io;
    struct broadcast broadcast = {.is_volatile = to->is_volatile};
    bool is_logged = io->recovery != NULL && !to->is_volatile;
    broadcast.messages = is_logged
                             ? sio_log_event(to, event, args)
                             : sio_encode_once(to->nsp, NULL, event, args);
    sio_visit(to, send_to, &broadcast);
    sio_reuse_messages(io);
}

/* Whoever is visited when all are known: who is called back may change sets. */
struct visited {
    struct sio_socket **list;
    size_t count;
};

static void collect(struct sio_socket *socket, void *user)
{
    struct visited *visited = user;
    visited->list[visited->count++] = socket;
}

void sio_each(const struct sio_to *to,
              void (*each)(struct sio_socket *socket, void *user), void *user)
{
    struct visited visited = {
        .list = allocate((to->nsp->count + 1) * sizeof *visited.list),
    };
    sio_visit(to, collect, &visited);
    for (size_t i = 0; i < visited.count; i++)
        if (visited.list[i]->state == SIO_JOINED)
            each(visited.list[i], user);
    free(visited.list);
}
