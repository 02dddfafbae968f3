/* socketio_emit.c -- what a socket says (Socket.IO protocol 5).
 *
 *      connected      --> the connection
 *      away           --> unsent, and from there in the same order
 *      with retries   --> queue: one at a time, again until acknowledged
 */
#include <assert.h>
#include <stdlib.h>

#include "client/socketio.h"
#include "client/socketio_parts.h"
#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"

bool sio_may_emit(const char *event)
{
    return !sio_is_reserved(slice_of(event));
}

static bool is_ready(const struct sio_socket *socket)
{
    return socket->is_connected && !eio_is_overdue(socket->io->session);
}

size_t sio_unsent(const struct sio_socket *socket)
{
    const struct eio_session *session = socket->io->session;
    return socket->unsent.bytes + socket->queue.bytes +
           (session != NULL ? eio_unsent(session) : 0);
}

/* The packet of an event; its name is built in `name`. */
static struct sio_packet packet_of(const struct sio_socket *socket,
                                   const char *event, struct sio_args args,
                                   struct buf *name)
{
    assert(sio_may_emit(event));
    json_append_string(name, slice_of(event));
    return (struct sio_packet){
        .type = SIO_EVENT,
        .namespace = slice_of(socket->namespace),
        .event = buf_slice(name),
        .args = args,
    };
}

static void send_or_keep(struct sio_socket *socket,
                         const struct sio_packet *packet)
{
    if (is_ready(socket))
        sio_send(socket->io, packet);
    else
        sio_keep_put(&socket->unsent, packet);
}

/* ------------------------------------------------------ answers */

static struct sio_asked **link_of(struct sio_socket *socket, uint64_t id)
{
    struct sio_asked **link = &socket->asked;
    while (*link != NULL && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

size_t sio_unanswered(const struct sio_socket *socket)
{
    size_t count = 0;
    const struct sio_asked *asked = socket->asked;
    for (; asked != NULL; asked = asked->next)
        count++;
    return count;
}

static void settle(struct sio_socket *socket, struct sio_asked **link,
                   const struct sio_args *answer, const char *why)
{
    struct sio_asked *asked = *link;
    *link = asked->next;
    loop_timer_cancel(socket->io->conns.loop, &asked->timer);
    asked->on_answer(socket, answer, why, asked->user);
    free(asked);
}

static void on_asked_due(struct timer *timer)
{
    struct sio_asked *asked = CONTAINER(timer, struct sio_asked, timer);
    struct sio_socket *socket = asked->socket;
    sio_keep_forget(&socket->unsent, asked->id);
    settle(socket, link_of(socket, asked->id), NULL, "operation has timed out");
}

void sio_answer(struct sio_socket *socket, const struct sio_packet *packet)
{
    struct sio_asked **link = link_of(socket, packet->id);
    if (*link != NULL)
        settle(socket, link, &packet->args, NULL);
}

/* Each call may change the list. */
void sio_fail_asked(struct sio_socket *socket, bool unsent_too)
{
    static const char disconnected[] = "socket has been disconnected";
    struct sio_asked **link = &socket->asked;
    struct sio_kept *kept;
    while (*link != NULL) {
        if (!unsent_too && sio_keep_has(&socket->unsent, (*link)->id)) {
            link = &(*link)->next;
            continue;
        }
        settle(socket, link, NULL, disconnected);
        link = &socket->asked;
    }
    while (unsent_too && (kept = sio_keep_take(&socket->queue)) != NULL) {
        if (kept->on_answer != NULL)
            kept->on_answer(socket, NULL, disconnected, kept->user);
        free(kept);
    }
}

/* Give the packet an id, and wait for who acknowledges it. */
static void
ask(struct sio_socket *socket, struct sio_packet *packet, int timeout_ms,
    void (*on_answer)(struct sio_socket *socket, const struct sio_args *answer,
                      const char *why, void *user),
    void *user)
{
    struct sio_asked *asked = allocate(sizeof *asked);
    packet->has_id = true;
    packet->id = socket->next_id++;
    asked->socket = socket;
    asked->id = packet->id;
    asked->timer.on_due = on_asked_due;
    asked->on_answer = on_answer;
    asked->user = user;
    asked->next = socket->asked;
    socket->asked = asked;
    if (timeout_ms > 0)
        loop_timer_set(socket->io->conns.loop, &asked->timer, timeout_ms);
}

/* ------------------------------------------------------ retries */

static void try_first(struct sio_socket *socket);

/* The first of the queue was acknowledged, or was not. */
static void on_tried(struct sio_socket *socket, const struct sio_args *answer,
                     const char *why, void *user)
{
    struct sio_kept *first = socket->queue.first;
    bool is_over = answer != NULL || first->tries > socket->io->retries;
    (void)user;
    first->is_pending = false;
    if (is_over) {
        sio_keep_take(&socket->queue);
        if (first->on_answer != NULL)
            first->on_answer(socket, answer, why, first->user);
        free(first);
    }
    try_first(socket);
}

static void try_first(struct sio_socket *socket)
{
    struct sio_kept *first = socket->queue.first;
    if (!is_ready(socket) || first == NULL || first->is_pending)
        return;
    struct sio_packet packet = first->packet;
    first->is_pending = true;
    first->tries++;
    ask(socket, &packet, first->timeout_ms, on_tried, NULL);
    sio_send(socket->io, &packet);
}

static void put_into_queue(struct sio_socket *socket,
                           const struct sio_packet *packet, int timeout_ms,
                           void (*on_answer)(struct sio_socket *socket,
                                             const struct sio_args *answer,
                                             const char *why, void *user),
                           void *user)
{
    struct sio_kept *kept = sio_keep_put(&socket->queue, packet);
    kept->timeout_ms = timeout_ms > 0 ? timeout_ms : SIO_ACK_MS;
    kept->on_answer = on_answer;
    kept->user = user;
    try_first(socket);
}

/* ------------------------------------------------------ emitting */

static bool has_room(const struct sio_socket *socket,
                     const struct sio_packet *packet)
{
    return sio_unsent(socket) + sio_event_size(packet) <= EMITTED_MAX;
}

bool sio_emit(struct sio_socket *socket, const char *event,
              struct sio_args args)
{
    struct buf name = {0};
    struct sio_packet packet = packet_of(socket, event, args, &name);
    bool is_taken = has_room(socket, &packet);
    if (is_taken && socket->io->retries > 0)
        put_into_queue(socket, &packet, socket->io->ack_timeout_ms, NULL, NULL);
    else if (is_taken)
        send_or_keep(socket, &packet);
    buf_free(&name);
    return is_taken;
}

bool sio_emit_volatile(struct sio_socket *socket, const char *event,
                       struct sio_args args)
{
    struct buf name = {0};
    struct sio_packet packet = packet_of(socket, event, args, &name);
    bool is_sent = is_ready(socket) && eio_is_writable(socket->io->session);
    if (is_sent)
        sio_send(socket->io, &packet);
    buf_free(&name);
    return is_sent;
}

bool sio_ask(struct sio_socket *socket, const char *event, struct sio_args args,
             int timeout_ms,
             void (*on_answer)(struct sio_socket *socket,
                               const struct sio_args *answer, const char *why,
                               void *user),
             void *user)
{
    struct buf name = {0};
    struct sio_packet packet = packet_of(socket, event, args, &name);
    bool is_taken = has_room(socket, &packet);
    if (timeout_ms == 0)
        timeout_ms = socket->io->ack_timeout_ms;
    if (is_taken && socket->io->retries > 0) {
        put_into_queue(socket, &packet, timeout_ms, on_answer, user);
    } else if (is_taken) {
        ask(socket, &packet, timeout_ms, on_answer, user);
        send_or_keep(socket, &packet);
    }
    buf_free(&name);
    return is_taken;
}

void sio_emit_kept(struct sio_socket *socket)
{
    struct sio_kept *kept;
    while (socket->is_connected &&
           (kept = sio_keep_take(&socket->unsent)) != NULL) {
        sio_send(socket->io, &kept->packet);
        free(kept);
    }
    try_first(socket);
}

void sio_ack(struct sio_socket *socket, struct sio_ack_to ack,
             struct sio_args args)
{
    if (!ack.is_asked || !socket->is_connected ||
        ack.connection != socket->connections)
        return;
    sio_send(socket->io, &(struct sio_packet){
                             .type = SIO_ACK,
                             .namespace = slice_of(socket->namespace),
                             .has_id = true,
                             .id = ack.id,
                             .args = args,
                         });
}
