#include "common/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/parts.h"

const char *conn_name(const struct conn *conn, char name[NET_NAME_MAX])
{
    return net_peer_name(&conn->peer, name);
}

bool conn_is_full(const struct conn *conn)
{
    return buf_size(&conn->out) >= OUT_LIMIT;
}

bool conn_may_serve(const struct conn *conn)
{
    return conn->state == CONN_OPEN && !conn->is_waiting && !conn_is_full(conn);
}

/* ------------------------------------------------------------- closing */

static void forget_waiting(struct conn *conn)
{
    struct conn **link = &conn->set->waiting;
    while (*link != NULL && *link != conn)
        link = &(*link)->next_waiting;
    if (*link != NULL)
        *link = conn->next_waiting;
}

/* The end of the turn: nobody up the stack can still hold the connection. */
static void reap(struct conn *conn)
{
    struct conn_set *set = conn->set;
    conn->protocol->on_closed(conn);
    if (conn->is_waiting)
        forget_waiting(conn);
    *conn->link = conn->next;
    if (conn->next != NULL)
        conn->next->link = conn->link;
    buf_free(&conn->in);
    buf_free(&conn->out);
    free(conn);
    set->count--;
    if (set->on_reaped != NULL)
        set->on_reaped(set);
}

void conn_close(struct conn *conn, const char *why)
{
    if (conn->state == CONN_CLOSED)
        return;
    if (conn->why == NULL)
        conn->why = why;
    if (log_wants(LOG_INFO)) {
        char name[NET_NAME_MAX];
        log_info("%s: closed (%s)", conn_name(conn, name), conn->why);
    }
    conn->state = CONN_CLOSED;
    loop_watch(conn->set->loop, &conn->watch, 0);
    loop_timer_cancel(conn->set->loop, &conn->timer);
    if (conn->set->closed != NULL)
        net_traffic_add(conn->set->closed, conn->watch.fd);
    net_close(conn->watch.fd);
    loop_defer(conn->set->loop, &conn->later);
}

/* ------------------------------------------------------------- sending */

/* All that waits must be taken within STALL_MS, or within DRAIN_MS if it is the
 * last; or TAKEN_MIN of it, and then there is as much time again. */
static void set_timer(struct conn *conn)
{
    bool is_draining = conn->state == CONN_DRAINING;
    conn->owed = TAKEN_MIN;
    loop_timer_set(conn->set->loop, &conn->timer,
                   is_draining ? DRAIN_MS : STALL_MS);
}

/* Everything is sent: end our side, then wait for the peer to end its own. */
static void finish(struct conn *conn)
{
    if (!conn->said_end) {
        net_end(conn->watch.fd);
        conn->said_end = true;
        set_timer(conn);
    }
    if (conn->has_ended)
        conn_close(conn, "done");
}

/* What to wait for now. Who does not read our answers is not read either. */
static void update_watch(struct conn *conn)
{
    unsigned interest = 0;
    bool may_read = !conn->is_waiting && !conn_is_full(conn) &&
                    buf_size(&conn->in) < IN_LIMIT;
    if (!conn->has_ended && (may_read || conn->state == CONN_DRAINING))
        interest |= LOOP_READ;
    if (buf_size(&conn->out) > 0 && !conn->is_held)
        interest |= LOOP_WRITE;
    if (loop_watch(conn->set->loop, &conn->watch, interest) == -1)
        conn_close(conn, strerror(errno));
}

static void update_timer(struct conn *conn)
{
    if (buf_size(&conn->out) == 0 && conn->state == CONN_OPEN)
        loop_timer_cancel(conn->set->loop, &conn->timer);
    else if (conn->timer.slot == 0 || conn->owed == 0)
        set_timer(conn);
}

/* What was not sent waits in `out`, in the same order. */
static void keep_rest(struct conn *conn, const struct parts *parts, size_t sent)
{
    struct buf rest = {0};
    parts_append_rest(parts, sent, &rest);
    buf_consume(&conn->out, buf_size(&conn->out));
    buf_append_slice(&conn->out, buf_slice(&rest));
    buf_free(&rest);
    conn->inset_count = 0;
}

/* Send all that waits and then `bytes`; a kernel that does not take everything
 * is full. */
static void send_some(struct conn *conn, struct slice bytes)
{
    struct parts parts;
    char name[NET_NAME_MAX];
    parts_list(&parts, buf_slice(&conn->out),
               loop_lent(conn->set->loop)->insets, conn->inset_count, bytes);
    ssize_t result = parts_send(&parts, conn->watch.fd);
    if (result == -1 && errno != EAGAIN) {
        conn_close(conn, strerror(errno));
        return;
    }
    size_t sent = result == -1 ? 0 : (size_t)result;
    conn->set->bytes_out += sent;
    conn->owed -= conn->owed < sent ? conn->owed : (uint32_t)sent;
    if (log_wants(LOG_TRACE_HEX))
        parts_log(&parts, sent, conn_name(conn, name));
    if (conn->inset_count == 0 && bytes.size == 0)
        buf_consume(&conn->out, sent);
    else
        keep_rest(conn, &parts, sent);
}

/* After sending: wait for what is left, or come to the end. */
static void settle(struct conn *conn)
{
    if (!conn->is_held)
        update_timer(conn);
    update_watch(conn);
    if (conn->state == CONN_DRAINING && buf_size(&conn->out) == 0)
        finish(conn);
}

/* Send what the kernel takes of conn->out. Whoever stopped because it was full
 * goes on when the turn ends. */
static void send_out(struct conn *conn)
{
    bool was_full = conn_is_full(conn);
    size_t before = buf_size(&conn->out);
    if (conn->state != CONN_CLOSED && !conn->is_held &&
        (before > 0 || conn->inset_count > 0))
        send_some(conn, slice_of(""));
    if (conn->state == CONN_CLOSED)
        return;
    if (was_full && !conn_is_full(conn)) {
        conn->has_drained = true;
        conn_resume(conn);
    }
    settle(conn);
}

/* The kernel may have room that it has not told us of: it does so when a third
 * of its buffer is free. */
static void try_for_the_last_time(struct conn *conn)
{
    size_t before = buf_size(&conn->out), owed = conn->owed;
    send_out(conn);
    size_t left = buf_size(&conn->out);
    if (before == 0 || (left > 0 && before - left < owed))
        conn_close(conn, "peer does not read");
}

/* The time is that of a hold, if there is one. */
static void on_time_over(struct timer *timer)
{
    struct conn *conn = CONTAINER(timer, struct conn, timer);
    bool was_held = conn->is_held;
    conn->is_held = false;
    if (was_held)
        conn_flush(conn);
    else
        try_for_the_last_time(conn);
}

void conn_flush(struct conn *conn)
{
    if (conn->is_served)
        return;
    send_out(conn);
    if (buf_size(&conn->out) == 0)
        buf_free(&conn->out);
}

/* Nothing is sent while the kernel is full or the connection held, and while a
 * protocol is served only what is long and nothing can come behind. */
static bool must_wait(const struct conn *conn, size_t size)
{
    bool is_last = size >= SEND_IN_PLACE && buf_size(&conn->in) == 0;
    return (conn->watch.interest & LOOP_WRITE) != 0 || conn->is_held ||
           (conn->is_served && !is_last);
}

/* Bytes that stay where they are until everything is sent need not be copied
 * meanwhile. */
static bool may_be_inset(const struct conn *conn, struct slice bytes)
{
    const char *in = (const char *)conn->in.data;
    return conn->is_served && !conn->is_held && bytes.size >= SEND_IN_PLACE &&
           bytes.data >= in && bytes.data < in + conn->in.capacity &&
           (conn->watch.interest & LOOP_WRITE) == 0 &&
           conn->inset_count < INSETS_MAX;
}

static void add_inset(struct conn *conn, struct slice bytes)
{
    struct lent *lent = loop_lent(conn->set->loop);
    lent->insets[conn->inset_count++] =
        (struct inset){bytes, buf_size(&conn->out)};
}

void conn_write(struct conn *conn, struct slice bytes)
{
    if (conn->state == CONN_CLOSED)
        return;
    if (may_be_inset(conn, bytes))
        add_inset(conn, bytes);
    else if (must_wait(conn, bytes.size))
        buf_append_slice(&conn->out, bytes);
    else
        send_some(conn, bytes);
    if (conn->is_served || conn->state == CONN_CLOSED)
        return;
    if (buf_size(&conn->out) == 0)
        buf_free(&conn->out);
    else
        settle(conn);
}

void conn_hold(struct conn *conn, int delay_ms)
{
    send_out(conn);
    if (delay_ms == 0 || conn->is_held || conn->state != CONN_OPEN)
        return;
    conn->is_held = true;
    loop_timer_set(conn->set->loop, &conn->timer, delay_ms);
}

void conn_drain(struct conn *conn, const char *why)
{
    if (conn->state != CONN_OPEN)
        return;
    conn->is_held = false;
    conn->state = CONN_DRAINING;
    conn->why = why;
    set_timer(conn);
    conn_flush(conn);
}

/* ------------------------------------------------------------- receiving */

/* Whatever is left of a lent buffer goes into one of the connection's own. */
static void give_back(struct buf *own, struct buf *lent)
{
    struct buf borrowed = *own;
    *own = (struct buf){0};
    buf_append(own, buf_head(&borrowed), buf_size(&borrowed));
    buf_consume(&borrowed, buf_size(&borrowed));
    if (borrowed.capacity > LENT_WRITE_KEPT)
        buf_free(&borrowed);
    *lent = borrowed;
}

/* Let the protocol work on `in`, then send what it has answered. */
static void serve(struct conn *conn)
{
    struct lent *lent = loop_lent(conn->set->loop);
    bool out_is_lent = conn->out.data == NULL;
    if (out_is_lent) {
        conn->out = lent->out;
        lent->out = (struct buf){0};
    }
    conn->is_served = true;
    conn->protocol->on_bytes(conn);
    conn->is_served = false;
    send_out(conn);
    if (out_is_lent)
        give_back(&conn->out, &lent->out);
}

static void on_received(struct conn *conn, size_t size)
{
    struct lent *lent = loop_lent(conn->set->loop);
    char name[NET_NAME_MAX];
    conn->set->bytes_in += size;
    if (log_wants(LOG_TRACE_HEX))
        log_bytes(conn_name(conn, name), '<', lent->in.data + lent->in.tail,
                  size);
    buf_added(&lent->in, size);
    buf_free(&conn->in);
    conn->in = lent->in;
    lent->in = (struct buf){0};
    serve(conn);
    give_back(&conn->in, &lent->in);
}

static void on_end(struct conn *conn)
{
    conn->has_ended = true;
    if (conn->state == CONN_DRAINING && buf_size(&conn->out) == 0)
        conn_close(conn, "done");
    else if (conn->state == CONN_OPEN && conn->protocol->on_end == NULL)
        conn_close(conn, "peer closed");
    else if (conn->state == CONN_OPEN)
        conn->protocol->on_end(conn);
    if (conn->state != CONN_CLOSED)
        update_watch(conn);
}

/* One read per turn, so that one fast peer cannot starve the others. */
static void fill(struct conn *conn)
{
    struct buf *in = &loop_lent(conn->set->loop)->in;
    buf_append(in, buf_head(&conn->in), buf_size(&conn->in));
    size_t kept = buf_size(in);
    uint8_t *room = buf_room(in, LENT_READ_SIZE - IN_LIMIT);
    ssize_t got = net_receive(conn->watch.fd, room, in->capacity - in->tail);
    if (got > 0 && conn->state == CONN_OPEN) {
        on_received(conn, (size_t)got);
        return;
    }
    buf_consume(in, kept);
    if (got == 0)
        on_end(conn);
    else if (got == -1 && errno != EAGAIN)
        conn_close(conn, strerror(errno));
}

static void on_ready(struct watch *watch, unsigned ready)
{
    struct conn *conn = CONTAINER(watch, struct conn, watch);
    if (ready & LOOP_READ)
        fill(conn);
    if (ready & LOOP_WRITE)
        conn_flush(conn);
}

/* ------------------------------------------------------------- its life */

/* Go on with what was kept, and with what waited for room to send. */
static void go_on(struct conn *conn)
{
    if (buf_size(&conn->in) > 0) {
        serve(conn);
        if (buf_size(&conn->in) == 0)
            buf_free(&conn->in);
    }
    bool has_drained = conn->has_drained;
    conn->has_drained = false;
    if (has_drained && conn->state == CONN_OPEN && conn->protocol->on_drained)
        conn->protocol->on_drained(conn);
}

static void run_later(struct deferred *deferred)
{
    struct conn *conn = CONTAINER(deferred, struct conn, later);
    if (conn->state == CONN_CLOSED)
        reap(conn);
    else if (conn->state == CONN_OPEN)
        go_on(conn);
}

void conn_resume(struct conn *conn)
{
    loop_defer(conn->set->loop, &conn->later);
}

void conn_wait(struct conn *conn)
{
    if (conn->is_waiting || conn->state != CONN_OPEN)
        return;
    conn->is_waiting = true;
    conn->next_waiting = conn->set->waiting;
    conn->set->waiting = conn;
    update_watch(conn);
}

void conn_set_wake(struct conn_set *set)
{
    struct conn *next, *conn = set->waiting;
    set->waiting = NULL;
    for (; conn != NULL; conn = next) {
        next = conn->next_waiting;
        conn->is_waiting = false;
        if (conn->state == CONN_CLOSED)
            continue;
        update_watch(conn);
        conn_resume(conn);
    }
}

struct conn *conn_new(struct conn_set *set, int fd, const struct net_peer *peer,
                      const struct protocol *protocol, void *session)
{
    struct conn *conn = allocate(sizeof *conn);
    *conn = (struct conn){
        .watch = {.fd = fd, .on_ready = on_ready},
        .set = set,
        .next = set->first,
        .link = &set->first,
        .protocol = protocol,
        .session = session,
        .later.run = run_later,
        .timer.on_due = on_time_over,
        .peer = *peer,
    };
    if (loop_watch(set->loop, &conn->watch, LOOP_READ) == -1) {
        net_close(fd);
        free(conn);
        return NULL;
    }
    if (set->first != NULL)
        set->first->link = &conn->next;
    set->first = conn;
    set->count++;
    return conn;
}

void conn_set_shutdown(struct conn_set *set)
{
    for (struct conn *conn = set->first; conn != NULL; conn = conn->next)
        if (conn->state == CONN_OPEN)
            conn->protocol->on_shutdown(conn);
}

void conn_set_close(struct conn_set *set, const char *why)
{
    for (struct conn *conn = set->first; conn != NULL; conn = conn->next)
        conn_close(conn, why);
}
