/* socketio_namespace.c -- namespaces, and who may enter them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "server/socketio.h"
#include "server/socketio_parts.h"

static struct slice id_of(const struct table_link *link)
{
    return sio_id_slice(CONTAINER(link, struct sio_socket, link));
}

struct slice sio_namespace_slice(const struct table_link *link)
{
    return slice_of(CONTAINER(link, struct sio_namespace, link)->name);
}

static struct sio_namespace *new_namespace(struct sio *io, struct slice name)
{
    struct sio_namespace *nsp = allocate(sizeof *nsp + name.size + 1);
    memcpy(nsp->name, name.data, name.size);
    nsp->io = io;
    nsp->by_id.name_of = id_of;
    nsp->rooms.name_of = sio_room_name_of;
    nsp->memberships.name_of = sio_membership_name_of;
    return nsp;
}

static struct sio_namespace *find(const struct sio *io, struct slice name)
{
    struct table_link *link = table_find(&io->namespaces, name);
    return link != NULL ? CONTAINER(link, struct sio_namespace, link) : NULL;
}

static struct sio_namespace *add(struct sio *io, struct slice name)
{
    struct sio_namespace *nsp = new_namespace(io, name);
    table_add(&io->namespaces, &nsp->link);
    return nsp;
}

struct sio_namespace *sio_of(struct sio *io, const char *name)
{
    struct sio_namespace *nsp = find(io, slice_of(name));
    assert(*name == '/');
    return nsp != NULL ? nsp : add(io, slice_of(name));
}

struct sio_namespace *sio_of_matching(struct sio *io,
                                      bool (*may_be)(struct slice name))
{
    struct sio_namespace *nsp = new_namespace(io, slice_of(""));
    struct sio_namespace **last = &io->parents;
    nsp->may_be = may_be;
    while (*last != NULL) /* who was first is asked first */
        last = &(*last)->next;
    *last = nsp;
    return nsp;
}

const char *sio_namespace_name(const struct sio_namespace *nsp)
{
    return nsp->name;
}

struct sio_namespace *sio_enter(struct sio *io, struct slice name)
{
    struct sio_namespace *nsp = find(io, name);
    if (nsp != NULL || name.size > SIO_NAME_MAX)
        return nsp;
    struct sio_namespace *parent = io->parents;
    while (parent != NULL && !parent->may_be(name))
        parent = parent->next;
    if (parent == NULL)
        return NULL;
    nsp = add(io, name);
    nsp->parent = parent;
    return nsp;
}

/* ------------------------------------------------------------- functions */

static void add_hook(struct sio_namespace *nsp, const struct sio_hook *hook)
{
    struct sio_hook **last = &nsp->hooks;
    while (*last != NULL)
        last = &(*last)->next;
    *last = allocate(sizeof **last);
    **last = *hook;
}

void sio_use(struct sio_namespace *nsp,
             const char *(*may_connect)(struct sio_socket *socket,
                                        struct buf *data, void *user),
             void *user)
{
    add_hook(nsp, &(struct sio_hook){.may_connect = may_connect, .user = user});
}

void sio_on_connection(struct sio_namespace *nsp,
                       void (*on_connection)(struct sio_socket *socket,
                                             void *user),
                       void *user)
{
    add_hook(nsp,
             &(struct sio_hook){.on_connection = on_connection, .user = user});
}

static const char *judge_by(const struct sio_hook *hook,
                            struct sio_socket *socket, struct buf *data)
{
    const char *why = NULL;
    for (; hook != NULL && why == NULL; hook = hook->next)
        if (hook->may_connect != NULL)
            why = hook->may_connect(socket, data, hook->user);
    return why;
}

const char *sio_judge(struct sio_socket *socket, struct buf *data)
{
    const struct sio_namespace *nsp = socket->nsp;
    const char *why = NULL;
    if (nsp->parent != NULL)
        why = judge_by(nsp->parent->hooks, socket, data);
    return why != NULL ? why : judge_by(nsp->hooks, socket, data);
}

/* Until one of them sends it away. */
static void announce_to(const struct sio_hook *hook, struct sio_socket *socket)
{
    for (; hook != NULL && socket->state == SIO_JOINED; hook = hook->next)
        if (hook->on_connection != NULL)
            hook->on_connection(socket, hook->user);
}

void sio_announce(struct sio_socket *socket)
{
    const struct sio_namespace *nsp = socket->nsp;
    if (nsp->parent != NULL)
        announce_to(nsp->parent->hooks, socket);
    announce_to(nsp->hooks, socket);
}

/* ------------------------------------------------------------- its end */

static void free_namespace(struct sio_namespace *nsp)
{
    while (nsp->hooks != NULL) {
        struct sio_hook *hook = nsp->hooks;
        nsp->hooks = hook->next;
        free(hook);
    }
    assert(nsp->rooms.count == 0 && nsp->memberships.count == 0);
    table_free(&nsp->by_id);
    table_free(&nsp->rooms);
    table_free(&nsp->memberships);
    free(nsp->sockets);
    free(nsp);
}

void sio_hold(struct sio_namespace *nsp)
{
    nsp->held++;
}

void sio_let_go(struct sio_namespace *nsp)
{
    nsp->held--;
    if (nsp->held > 0 || nsp->parent == NULL || nsp->hooks != NULL)
        return;
    table_remove(&nsp->io->namespaces, &nsp->link);
    free_namespace(nsp);
}

void sio_namespaces_free(struct sio *io)
{
    struct table_link *link;
    while ((link = table_next(&io->namespaces, NULL)) != NULL) {
        table_remove(&io->namespaces, link);
        free_namespace(CONTAINER(link, struct sio_namespace, link));
    }
    table_free(&io->namespaces);
    while (io->parents != NULL) {
        struct sio_namespace *parent = io->parents;
        io->parents = parent->next;
        free_namespace(parent);
    }
}
