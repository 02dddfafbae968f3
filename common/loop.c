#include "common/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include "common/alloc.h"
#include "common/limits.h"

struct loop {
    const struct loop_backend *backend;
    void *state;
    struct timers timers;
    struct deferred first, *last; /* a list of those that wait to run */
    struct deferred end;          /* `next` of the last one */
    struct lent lent;
    int64_t now_ms;
    int64_t ahead_ms; /* of the clock, in a test: loop_advance() */
    int64_t held_ms;  /* where it stands, in a test; 0: it goes on */
    bool is_stopped;
};

int64_t loop_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t read_clock_ms(const struct loop *loop)
{
    int64_t clock_ms =
        loop->held_ms != 0 ? loop->held_ms : loop_clock_us() / 1000;
    return clock_ms + loop->ahead_ms;
}

void loop_hold_clock(struct loop *loop)
{
    loop->held_ms = loop_clock_us() / 1000;
}

void loop_release_clock(struct loop *loop)
{
    loop->held_ms = 0;
}

void loop_advance(struct loop *loop, int64_t ms)
{
    loop->ahead_ms += ms;
    loop->now_ms = read_clock_ms(loop);
}

const struct loop_backend *loop_backend_named(const char *name)
{
    const struct loop_backend *const backends[] = {
#ifdef __linux__
        &loop_epoll,
#endif
        &loop_poll,
    };
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
        if (name == NULL || slice_is(slice_of(name), backends[i]->name))
            return backends[i];
    return NULL;
}

struct loop *loop_new(const struct loop_backend *backend)
{
    void *state = backend->open();
    if (state == NULL)
        return NULL;
    struct loop *loop = allocate(sizeof *loop);
    loop->backend = backend;
    loop->state = state;
    loop->first.next = &loop->end;
    loop->last = &loop->first;
    loop->now_ms = read_clock_ms(loop);
    buf_room(&loop->lent.in, LENT_READ_SIZE);
    return loop;
}

int loop_watch(struct loop *loop, struct watch *watch, unsigned interest)
{
    unsigned before = watch->interest;
    if (before == interest)
        return 0;
    watch->interest = interest;
    return loop->backend->set(loop->state, watch, before);
}

void loop_timer_set(struct loop *loop, struct timer *timer, int64_t delay_ms)
{
    timers_set(&loop->timers, timer, loop->now_ms + delay_ms);
}

void loop_timer_cancel(struct loop *loop, struct timer *timer)
{
    timers_cancel(&loop->timers, timer);
}

void loop_defer(struct loop *loop, struct deferred *deferred)
{
    if (deferred->next != NULL)
        return;
    deferred->next = &loop->end;
    loop->last->next = deferred;
    loop->last = deferred;
}

int64_t loop_now(const struct loop *loop)
{
    return loop->now_ms;
}

struct lent *loop_lent(struct loop *loop)
{
    return &loop->lent;
}

/* How long the backend may sleep: until the next timer, and not past the
 * limit. */
static int time_to_sleep(const struct loop *loop, int limit_ms)
{
    const struct timer *next = timers_first(&loop->timers);
    if (loop->first.next != &loop->end)
        return 0; /* something was deferred between two turns */
    if (next == NULL)
        return limit_ms;
    int64_t wait = next->due_ms - read_clock_ms(loop);
    if (wait < 0)
        return 0;
    if (limit_ms >= 0 && wait > limit_ms)
        return limit_ms;
    return wait > INT_MAX ? INT_MAX : (int)wait;
}

static void run_due_timers(struct loop *loop)
{
    struct timer *timer;
    while ((timer = timers_first(&loop->timers)) != NULL &&
           timer->due_ms <= loop->now_ms) {
        timers_cancel(&loop->timers, timer);
        timer->on_due(timer);
    }
}

static void run_deferred(struct loop *loop)
{
    while (loop->first.next != &loop->end) {
        struct deferred *deferred = loop->first.next;
        loop->first.next = deferred->next;
        if (loop->last == deferred)
            loop->last = &loop->first;
        deferred->next = NULL;
        deferred->run(deferred);
    }
}

void loop_free(struct loop *loop)
{
    run_deferred(loop);
    loop->backend->close(loop->state);
    timers_free(&loop->timers);
    buf_free(&loop->lent.in);
    buf_free(&loop->lent.out);
    buf_free(&loop->lent.message);
    buf_free(&loop->lent.scratch);
    free(loop);
}

/* A watch that stopped caring earlier in this turn is not called any more. */
static void dispatch(struct watch *watch, unsigned ready)
{
    if (ready & watch->interest)
        watch->on_ready(watch, ready & watch->interest);
}

int loop_turn(struct loop *loop, int limit_ms)
{
    int timeout_ms = time_to_sleep(loop, limit_ms);
    if (loop->backend->wait(loop->state, timeout_ms) == -1 && errno != EINTR)
        return -1;
    loop->now_ms = read_clock_ms(loop);
    loop->backend->each(loop->state, dispatch);
    run_due_timers(loop);
    run_deferred(loop);
    return 0;
}

int loop_run(struct loop *loop)
{
    while (!loop->is_stopped)
        if (loop_turn(loop, -1) == -1)
            return -1;
    loop->is_stopped = false;
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->is_stopped = true;
}
