/* socketio_recovery.c -- what is kept for who comes back.
 *
 *      by its pid      a socket that is gone: its id, its rooms, its data
 *      by its offset   an event, and whom it was for; the newest of them
 *
 * The offset is one more argument of the event. A client that says its pid and
 * the last offset in CONNECT is the same socket again, and gets the events that
 * came behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/url.h"
#include "server/socketio.h"
#include "server/socketio_parts.h"

enum { INSTANCE_SIZE = 8 }; /* characters at the front of every offset */

/* A copy of some names, in one piece. */
struct names {
    size_t count;
    struct slice list[];
};

/* A socket that is gone and may come back. */
struct kept {
    struct table_link link; /* by its pid */
    struct kept *next;      /* that went later */
    struct sio_namespace *nsp;
    struct names *rooms;
    void *data;
    void (*free_data)(void *data);
    int64_t until_ms;
    char id[ID_SIZE], pid[ID_SIZE];
};

/* An event that went to whoever is in `rooms` and not in `except`. */
struct logged {
    struct logged *next; /* that is newer */
    struct sio_namespace *nsp;
    struct names *rooms, *except;
    struct eio_messages messages;
    uint64_t number;
    size_t size; /* bytes of all that */
    int64_t until_ms;
};

struct sio_recovery {
    struct sio *io;
    int ms; /* for which everything is kept */
    struct timer timer;
    struct table by_pid;  /* of what is kept */
    struct table tickets; /* of who is in */
    struct kept *kept, *last_kept;
    struct logged *log, *last_logged;
    size_t log_count, log_size;
    uint64_t newest;        /* number of an event */
    char instance[ID_SIZE]; /* offsets of another server are not ours */
};

/* ------------------------------------------------------------- names */

/* `more` is one more of them, if it is not empty. */
static struct names *copy_names(const struct slice *names, size_t count,
                                struct slice more)
{
    size_t size = more.size;
    for (size_t i = 0; i < count; i++)
        size += names[i].size;
    size_t all = count + (more.size > 0 ? 1 : 0);
    struct names *copy =
        allocate(sizeof *copy + all * sizeof copy->list[0] + size);
    char *bytes = (char *)&copy->list[all];
    for (copy->count = 0; copy->count < all; copy->count++) {
        struct slice name = copy->count < count ? names[copy->count] : more;
        if (name.size > 0)
            memcpy(bytes, name.data, name.size);
        copy->list[copy->count] = (struct slice){bytes, name.size};
        bytes += name.size;
    }
    return copy;
}

static size_t names_size(const struct names *names)
{
    size_t size = sizeof *names;
    for (size_t i = 0; i < names->count; i++)
        size += sizeof names->list[i] + names->list[i].size;
    return size;
}

static struct names *rooms_of(const struct sio_socket *socket)
{
    size_t count = 0;
    struct slice *rooms =
        allocate((sio_room_count(socket) + 1) * sizeof *rooms);
    for (const struct sio_membership *at = socket->rooms; at != NULL;
         at = at->next_room)
        rooms[count++] = sio_room_name_of(&at->room->link);
    struct names *copy = copy_names(rooms, count, (struct slice){0});
    free(rooms);
    return copy;
}

static bool is_in_any(const struct sio_socket *socket,
                      const struct names *rooms)
{
    for (size_t i = 0; i < rooms->count; i++)
        if (sio_is_in(socket, rooms->list[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------- forgetting */

static struct slice pid_of(const struct table_link *link)
{
    return slice_of(CONTAINER(link, struct kept, link)->pid);
}

static struct slice ticket_name(const struct table_link *link)
{
    return slice_of(CONTAINER(link, struct sio_ticket, link)->pid);
}

/* Take the socket that went first, or whose turn it is, out of the list. */
static void take_out(struct sio_recovery *recovery, struct kept *kept)
{
    struct kept **at = &recovery->kept, *before = NULL;
    for (; *at != kept; at = &(*at)->next)
        before = *at;
    *at = kept->next;
    if (recovery->last_kept == kept)
        recovery->last_kept = before;
    table_remove(&recovery->by_pid, &kept->link);
}

static void free_kept(struct kept *kept)
{
    if (kept->free_data != NULL)
        kept->free_data(kept->data);
    free(kept->rooms);
    sio_let_go(kept->nsp);
    free(kept);
}

static void forget_kept(struct sio_recovery *recovery)
{
    struct kept *kept = recovery->kept;
    take_out(recovery, kept);
    free_kept(kept);
}

static void forget_logged(struct sio_recovery *recovery)
{
    struct logged *logged = recovery->log;
    recovery->log = logged->next;
    recovery->log_count--;
    recovery->log_size -= logged->size;
    eio_messages_free(&logged->messages);
    free(logged->rooms);
    free(logged->except);
    sio_let_go(logged->nsp);
    free(logged);
}

/* What is over its time goes; look again when the next one will be. */
static void forget_old(struct timer *timer)
{
    struct sio_recovery *recovery =
        CONTAINER(timer, struct sio_recovery, timer);
    struct loop *loop = recovery->io->server->loop;
    int64_t now_ms = loop_now(loop), next_ms = INT64_MAX;
    while (recovery->kept != NULL && recovery->kept->until_ms <= now_ms)
        forget_kept(recovery);
    while (recovery->log != NULL && recovery->log->until_ms <= now_ms)
        forget_logged(recovery);
    if (recovery->kept != NULL)
        next_ms = recovery->kept->until_ms;
    if (recovery->log != NULL && recovery->log->until_ms < next_ms)
        next_ms = recovery->log->until_ms;
    if (next_ms != INT64_MAX)
        loop_timer_set(loop, timer, next_ms - now_ms);
}

/* Something was added, that is good until then. */
static int64_t watch(struct sio_recovery *recovery)
{
    struct loop *loop = recovery->io->server->loop;
    if (recovery->timer.slot == 0)
        loop_timer_set(loop, &recovery->timer, recovery->ms);
    return loop_now(loop) + recovery->ms;
}

/* ------------------------------------------------------------- keeping */

static bool may_come_back(const char *reason)
{
    static const char *const reasons[] = {
        "transport error", "transport close",      "forced close",
        "ping timeout",    "server shutting down", "forced server close",
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reason, reasons[i]) == 0)
            return true;
    return false;
}

void sio_await(struct sio_socket *socket)
{
    if (socket->ticket != NULL)
        table_add(&socket->nsp->io->recovery->tickets, &socket->ticket->link);
}

static void keep(struct sio_recovery *recovery, struct sio_socket *socket)
{
    if (recovery->by_pid.count >= SIO_KEPT_SOCKETS)
        forget_kept(recovery);
    struct kept *kept = allocate(sizeof *kept);
    *kept = (struct kept){
        .nsp = socket->nsp,
        .rooms = rooms_of(socket),
        .data = socket->data,
        .free_data = socket->free_data,
        .until_ms = watch(recovery),
    };
    memcpy(kept->id, socket->id, ID_SIZE);
    memcpy(kept->pid, socket->ticket->pid, ID_SIZE);
    socket->free_data = NULL;
    sio_hold(kept->nsp);
    table_add(&recovery->by_pid, &kept->link);
    if (recovery->kept != NULL)
        recovery->last_kept->next = kept;
    else
        recovery->kept = kept;
    recovery->last_kept = kept;
}

void sio_keep(struct sio_socket *socket, const char *reason)
{
    struct sio_recovery *recovery = socket->nsp->io->recovery;
    if (socket->ticket == NULL)
        return;
    table_remove(&recovery->tickets, &socket->ticket->link);
    if (may_come_back(reason))
        keep(recovery, socket);
}

static void log_messages(struct sio_recovery *recovery, struct logged *logged)
{
    logged->size = sizeof *logged + logged->messages.frames.capacity +
                   logged->messages.payload.capacity +
                   names_size(logged->rooms) + names_size(logged->except);
    logged->until_ms = watch(recovery);
    sio_hold(logged->nsp);
    if (recovery->log != NULL)
        recovery->last_logged->next = logged;
    else
        recovery->log = logged;
    recovery->last_logged = logged;
    recovery->log_count++;
    recovery->log_size += logged->size;
    while (recovery->log != logged && /* the newest is about to be sent */
           (recovery->log_count > SIO_KEPT_EVENTS ||
            recovery->log_size > SIO_KEPT_BYTES))
        forget_logged(recovery);
}

void sio_newest_offset(const struct sio_recovery *recovery,
                       char offset[SIO_OFFSET_SIZE])
{
    snprintf(offset, SIO_OFFSET_SIZE, "%s%llu", recovery->instance,
             (unsigned long long)recovery->newest);
}

/* The offset is one more argument, the last one. */
const struct eio_messages *
sio_log_event(const struct sio_to *to, const char *event, struct sio_args args)
{
    struct sio *io = to->nsp->io;
    struct sio_recovery *recovery = io->recovery;
    char offset[SIO_OFFSET_SIZE];
    struct slice sender = {0};
    struct logged *logged = allocate(sizeof *logged);
    if (to->sender != NULL)
        sender = sio_id_slice(to->sender);
    logged->nsp = to->nsp;
    logged->number = ++recovery->newest;
    logged->rooms = copy_names(to->rooms, to->room_count, (struct slice){0});
    logged->except = copy_names(to->except, to->except_count, sender);
    sio_newest_offset(recovery, offset);
    if (args.json.size > 0)
        sio_add_json(&io->args, args.json);
    sio_add_text(&io->args, slice_of(offset));
    args.json = buf_slice(&io->args);
    sio_encode(to->nsp, NULL, event, args, &logged->messages);
    sio_reuse(&io->args);
    log_messages(recovery, logged);
    return &logged->messages;
}

/* ------------------------------------------------------------- coming back */

/* A string in what came with CONNECT; in `text`. False: there is none. */
static bool read_member(struct slice auth, const char *name, struct buf *text)
{
    struct slice value;
    struct buf unescaped = {0};
    if (!json_member(auth, name, &value) || json_type(value) != JSON_STRING)
        return false;
    buf_append_slice(text, json_string(value, &unescaped));
    buf_free(&unescaped);
    return true;
}

/* The number of an event behind which everything is still logged. */
static bool read_offset(const struct sio_recovery *recovery,
                        struct slice offset, uint64_t *number)
{
    if (!slice_starts_with(offset, recovery->instance))
        return false;
    uint64_t oldest =
        recovery->log != NULL ? recovery->log->number : recovery->newest + 1;
    return url_number(slice_from(offset, INSTANCE_SIZE), number) &&
           *number <= recovery->newest && *number + 1 >= oldest;
}

/* Who comes back knows before we do that its connection is lost: a cut that
 * falls between two polls is not seen here. Its sockets leave at once. */
static void give_up_lost(struct sio_recovery *recovery, struct slice pid,
                         const struct sio_namespace *nsp)
{
    struct table_link *link = table_find(&recovery->tickets, pid);
    if (link == NULL)
        return;
    struct sio_socket *lost = CONTAINER(link, struct sio_ticket, link)->socket;
    struct sio_client *client = lost->client;
    if (lost->nsp != nsp)
        return;
    sio_close_client(client, "transport close");
    while (client->sockets != NULL)
        sio_socket_leave(client->sockets, "transport close");
}

static struct kept *find_kept(struct sio_recovery *recovery,
                              const struct sio_socket *socket, uint64_t *after)
{
    struct slice auth = sio_auth(socket);
    struct buf pid = {0}, offset = {0};
    struct kept *kept = NULL;
    if (read_member(auth, "pid", &pid) &&
        read_member(auth, "offset", &offset) &&
        read_offset(recovery, buf_slice(&offset), after)) {
        give_up_lost(recovery, buf_slice(&pid), socket->nsp);
        struct table_link *link =
            table_find(&recovery->by_pid, buf_slice(&pid));
        kept = link != NULL ? CONTAINER(link, struct kept, link) : NULL;
    }
    buf_free(&pid);
    buf_free(&offset);
    return kept != NULL && kept->nsp == socket->nsp ? kept : NULL;
}

bool sio_restore(struct sio_socket *socket, uint64_t *after)
{
    struct sio_recovery *recovery = socket->nsp->io->recovery;
    if (recovery == NULL)
        return false;
    socket->ticket = allocate(sizeof *socket->ticket);
    socket->ticket->socket = socket;
    id_make(socket->ticket->pid);
    struct kept *kept = find_kept(recovery, socket, after);
    if (kept == NULL)
        return false;
    take_out(recovery, kept);
    memcpy(socket->id, kept->id, ID_SIZE);
    memcpy(socket->ticket->pid, kept->pid, ID_SIZE);
    socket->data = kept->data;
    socket->free_data = kept->free_data;
    kept->free_data = NULL; /* it has moved */
    for (size_t i = 0; i < kept->rooms->count; i++)
        sio_join(socket, kept->rooms->list[i]);
    free_kept(kept);
    socket->is_recovered = true;
    return true;
}

void sio_send_missed(struct sio_socket *socket, uint64_t after)
{
    const struct logged *logged = socket->nsp->io->recovery->log;
    for (; logged != NULL; logged = logged->next)
        if (logged->number > after && logged->nsp == socket->nsp &&
            (logged->rooms->count == 0 || is_in_any(socket, logged->rooms)) &&
            !is_in_any(socket, logged->except))
            eio_send_messages(socket->client->session, &logged->messages);
}

/* ------------------------------------------------------------- its life */

struct sio_recovery *sio_recovery_new(struct sio *io, int ms)
{
    if (ms == 0)
        return NULL;
    struct sio_recovery *recovery = allocate(sizeof *recovery);
    recovery->io = io;
    recovery->ms = ms;
    recovery->timer.on_due = forget_old;
    recovery->by_pid.name_of = pid_of;
    recovery->tickets.name_of = ticket_name;
    id_make(recovery->instance);
    recovery->instance[INSTANCE_SIZE] = '\0';
    return recovery;
}

void sio_recovery_free(struct sio_recovery *recovery)
{
    if (recovery == NULL)
        return;
    while (recovery->kept != NULL)
        forget_kept(recovery);
    while (recovery->log != NULL)
        forget_logged(recovery);
    loop_timer_cancel(recovery->io->server->loop, &recovery->timer);
    table_free(&recovery->by_pid);
    table_free(&recovery->tickets);
    free(recovery);
}
