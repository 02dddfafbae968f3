#include "lessons/weather_passage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/log.h"

enum {
    READ_SIZE = 64 * KIB,  /* bytes of one read, so that all get their turn */
    PIECES_PER_TURN = 256, /* written, likewise */
};

static struct end *other(struct end *end)
{
    struct end *ends = end->passage->ends;
    return end == &ends[FROM_CLIENT] ? &ends[FROM_SERVER] : &ends[FROM_CLIENT];
}

static int64_t now_us(const struct passage *passage)
{
    return loop_now(passage->set->loop) * 1000;
}

/* ------------------------------------------------------------- the log */

static void say(const struct passage *passage, const char *what,
                const char *why)
{
    char name[NET_NAME_MAX];
    if (log_wants(LOG_INFO))
        log_info("%s: %s after %llu bytes (%s)",
                 net_peer_name(&passage->client, name), what,
                 (unsigned long long)passage->passed, why);
}

/* `>` goes to the server, `<` to the client. */
static void trace(const struct end *from, const char *what, struct slice bytes,
                  int64_t waited_ms)
{
    const struct passage *passage = from->passage;
    char direction = from == &passage->ends[FROM_CLIENT] ? '>' : '<';
    char name[NET_NAME_MAX], escaped[LOG_ESCAPED_MAX];
    if (!log_wants(LOG_TRACE))
        return;
    log_trace("%s %c %s %zu bytes after %lld ms: \"%s\"",
              net_peer_name(&passage->client, name), direction, what,
              bytes.size, (long long)waited_ms, log_escaped(bytes, escaped));
}

/* ------------------------------------------------------------- closing */

static void run_later(struct deferred *deferred)
{
    struct passage *passage = CONTAINER(deferred, struct passage, later);
    way_free(&passage->ends[FROM_CLIENT].way);
    way_free(&passage->ends[FROM_SERVER].way);
    proxy_free(&passage->proxy);
    free(passage);
}

/* Hear nothing more of either end, and do nothing more at any time. */
static void be_deaf(struct passage *passage)
{
    for (int i = 0; i < 2; i++) {
        struct end *end = &passage->ends[i];
        if (end->watch.fd != -1)
            loop_watch(passage->set->loop, &end->watch, 0);
        loop_timer_cancel(passage->set->loop, &end->timer);
    }
    loop_timer_cancel(passage->set->loop, &passage->freeze);
}

static void close_both(struct passage *passage, const char *how,
                       const char *why)
{
    if (passage->state == CLOSED)
        return;
    say(passage, how, why);
    be_deaf(passage);
    passage->state = CLOSED;
    loop_timer_cancel(passage->set->loop, &passage->cut);
    for (int i = 0; i < 2; i++)
        if (passage->ends[i].watch.fd != -1)
            net_close(passage->ends[i].watch.fd);
    *passage->link = passage->next;
    if (passage->next != NULL)
        passage->next->link = passage->link;
    loop_defer(passage->set->loop, &passage->later);
}

void passage_close(struct passage *passage, const char *why)
{
    close_both(passage, "closed", why);
}

/* close(2) of a socket that doesn't linger is a reset; what the kernel has not
 * sent yet is lost. */
void passage_reset(struct passage *passage, const char *why)
{
    struct linger hard = {.l_onoff = 1};
    if (passage->state == CLOSED)
        return;
    for (int i = 0; i < 2; i++)
        if (passage->ends[i].watch.fd != -1)
            setsockopt(passage->ends[i].watch.fd, SOL_SOCKET, SO_LINGER, &hard,
                       sizeof hard);
    close_both(passage, "reset", why);
}

/* A pulled cable: the sockets stay open, and nobody listens to them. */
static void freeze(struct passage *passage)
{
    say(passage, "frozen", "--freeze-after");
    be_deaf(passage);
    passage->state = FROZEN;
}

static void on_cut_due(struct timer *timer)
{
    passage_reset(CONTAINER(timer, struct passage, cut), "--cut-after");
}

static void on_freeze_due(struct timer *timer)
{
    freeze(CONTAINER(timer, struct passage, freeze));
}

/* ------------------------------------------------------------- passing */

static bool has_come(const struct passage *passage, struct moment moment)
{
    return moment.kind == AT_BYTES && passage->passed >= moment.amount;
}

static void check_moments(struct passage *passage)
{
    if (has_come(passage, passage->faults->cut))
        passage_reset(passage, "--cut-after");
    else if (has_come(passage, passage->faults->freeze))
        freeze(passage);
}

/* As much of `bytes` as may pass before the moment comes. */
static struct slice part_before(const struct passage *passage,
                                struct moment moment, struct slice bytes)
{
    if (moment.kind == AT_BYTES && bytes.size > moment.amount - passage->passed)
        bytes.size = (size_t)(moment.amount - passage->passed);
    return bytes;
}

/* False: the kernel has no more room, or the connection is gone. */
static bool write_piece(struct end *from, const struct piece *piece)
{
    struct passage *passage = from->passage;
    struct slice bytes = piece->bytes;
    bytes = part_before(passage, passage->faults->cut, bytes);
    bytes = part_before(passage, passage->faults->freeze, bytes);
    ssize_t sent = net_send(other(from)->watch.fd, bytes);
    if (sent == -1 && errno != EAGAIN)
        passage_reset(passage, strerror(errno));
    if (sent == -1)
        return false;
    trace(from, "passed", (struct slice){bytes.data, (size_t)sent},
          piece->waited_ms);
    way_left(&from->way, (size_t)sent);
    passage->passed += (size_t)sent;
    check_moments(passage);
    return (size_t)sent == piece->bytes.size;
}

static void pass_end(struct end *from)
{
    struct end *to = other(from);
    way_left(&from->way, 0);
    net_end(to->watch.fd);
    to->was_told = true;
    if (from->was_told)
        passage_close(from->passage, "both ends are done");
}

/* Write what is due. */
static void pass(struct end *from)
{
    struct passage *passage = from->passage;
    for (int i = 0; i < PIECES_PER_TURN && passage->state == PASSING; i++) {
        struct piece piece = way_next(&from->way, now_us(passage));
        switch (piece.state) {
        case WAY_EMPTY:
        case WAY_WAITS: return;
        case WAY_END: pass_end(from); return;
        case WAY_PIECE:
            if (!write_piece(from, &piece))
                return;
        }
    }
}

/* What to wait for at one end: bytes, and room for those that are due. */
static void update_watch(struct end *end)
{
    struct loop *loop = end->passage->set->loop;
    struct end *from = other(end);
    struct piece piece = way_next(&from->way, now_us(end->passage));
    unsigned interest = 0;
    if (!end->has_ended && way_has_room(&end->way))
        interest |= LOOP_READ;
    if (piece.state == WAY_PIECE || piece.state == WAY_END)
        interest |= LOOP_WRITE;
    if (piece.state == WAY_WAITS)
        loop_timer_set(loop, &from->timer, piece.wait_ms);
    else
        loop_timer_cancel(loop, &from->timer);
    if (loop_watch(loop, &end->watch, interest) == -1)
        passage_reset(end->passage, strerror(errno));
}

static void update(struct passage *passage)
{
    for (int i = 0; i < 2; i++)
        if (passage->state == PASSING)
            update_watch(&passage->ends[i]);
}

static void on_piece_due(struct timer *timer)
{
    struct end *from = CONTAINER(timer, struct end, timer);
    pass(from);
    update(from->passage);
}

/* ------------------------------------------------------------- receiving */

static enum origin origin_of(const struct end *end)
{
    return end == &end->passage->ends[FROM_CLIENT] ? FROM_CLIENT : FROM_SERVER;
}

/* These bytes came from an end: past the proxy, and on their way. */
static void take(struct end *from, struct slice bytes)
{
    struct passage *passage = from->passage;
    struct proxy *proxy = &passage->proxy;
    struct buf *out = &loop_lent(passage->set->loop)->scratch;
    size_t stripped_count = proxy->stripped_count;
    const char *why = proxy_pass(proxy, origin_of(from), bytes, out);
    if (proxy->stripped_count > stripped_count)
        trace(from, "took Upgrade out of", bytes, 0);
    if (buf_size(&proxy->streams[origin_of(from)].kept) > 0)
        trace(from, "kept back", bytes, 0);
    way_add(&from->way, buf_slice(out), now_us(passage));
    buf_consume(out, buf_size(out));
    if (why != NULL)
        passage_reset(passage, why);
}

static void take_end(struct end *from)
{
    struct passage *passage = from->passage;
    struct buf *out = &loop_lent(passage->set->loop)->scratch;
    proxy_end(&passage->proxy, origin_of(from), out);
    way_add(&from->way, buf_slice(out), now_us(passage));
    buf_consume(out, buf_size(out));
    way_end(&from->way, now_us(passage));
    from->has_ended = true;
}

static void receive(struct end *from)
{
    struct buf *in = &loop_lent(from->passage->set->loop)->in;
    char *room = (char *)buf_room(in, READ_SIZE);
    ssize_t got = net_receive(from->watch.fd, room, READ_SIZE);
    if (got > 0)
        take(from, (struct slice){room, (size_t)got});
    else if (got == 0)
        take_end(from);
    else if (errno != EAGAIN)
        passage_reset(from->passage, strerror(errno));
}

static void on_ready(struct watch *watch, unsigned ready)
{
    struct end *end = CONTAINER(watch, struct end, watch);
    if (ready & LOOP_READ) {
        receive(end);
        pass(end);
    }
    if (ready & LOOP_WRITE)
        pass(other(end));
    update(end->passage);
}

/* ------------------------------------------------------------- its life */

static struct end end_of(struct passage *passage, int fd, enum chance chance)
{
    struct passages *set = passage->set;
    struct dice dice = dice_of(set->faults.seed, set->started, chance);
    return (struct end){
        .watch = {.fd = fd, .on_ready = on_ready},
        .passage = passage,
        .way = way_of(passage->faults, dice),
        .timer.on_due = on_piece_due,
    };
}

/* Those before --skip and behind --only meet no fault. */
static const struct faults *next_faults(struct passages *set)
{
    static const struct faults none;
    const struct faults *faults = &set->faults;
    uint64_t before = set->started++;
    bool is_early = before < faults->skip;
    bool is_late = faults->only > 0 && before - faults->skip >= faults->only;
    return is_early || is_late ? &none : faults;
}

struct passage *passage_new(struct passages *set, int fd,
                            const struct net_peer *client)
{
    struct passage *passage = allocate(sizeof *passage);
    const struct faults *faults = next_faults(set);
    *passage = (struct passage){
        .set = set,
        .next = set->first,
        .link = &set->first,
        .faults = faults,
        .client = *client,
        .proxy = proxy_of(faults->strips_upgrade, faults->buffers_responses),
        .freeze.on_due = on_freeze_due,
        .cut.on_due = on_cut_due,
        .later.run = run_later,
    };
    passage->ends[FROM_CLIENT] = end_of(passage, fd, CHANCE_OF_CLIENT);
    passage->ends[FROM_SERVER] = end_of(passage, -1, CHANCE_OF_SERVER);
    if (set->first != NULL)
        set->first->link = &passage->next;
    set->first = passage;
    return passage;
}

static void set_moment(struct passage *passage, struct timer *timer,
                       struct moment moment)
{
    if (moment.kind == AT_MS)
        loop_timer_set(passage->set->loop, timer, (int64_t)moment.amount);
}

void passage_connected(struct passage *passage)
{
    passage->ends[FROM_SERVER].watch.on_ready = on_ready;
    passage->state = PASSING;
    set_moment(passage, &passage->freeze, passage->faults->freeze);
    set_moment(passage, &passage->cut, passage->faults->cut);
    check_moments(passage);
    update(passage);
}

void passages_close(struct passages *set)
{
    while (set->first != NULL)
        passage_close(set->first, "the relay ends");
}

void passages_break(struct passages *set)
{
    log_info("the network is down for %lld ms",
             (long long)set->faults.outage_ms);
    set->down_until_ms = loop_now(set->loop) + set->faults.outage_ms;
    while (set->first != NULL)
        passage_reset(set->first, "--outage");
}

bool passages_are_down(const struct passages *set)
{
    return loop_now(set->loop) < set->down_until_ms;
}
