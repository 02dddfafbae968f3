/* The kernel keeps the set of watches; a wait costs what is ready
 * (epoll(7)). */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/loop.h"

enum { EVENTS_PER_WAIT = 256 };

struct state {
    int epoll_fd;
    int count; /* of events that the last wait has found */
    struct epoll_event events[EVENTS_PER_WAIT];
};

static void *epoll_open(void)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd == -1)
        return NULL;
    struct state *state = allocate(sizeof *state);
    state->epoll_fd = epoll_fd;
    return state;
}

static void epoll_close(void *opaque)
{
    struct state *state = opaque;
    close(state->epoll_fd);
    free(state);
}

static int epoll_set(void *opaque, struct watch *watch, unsigned before)
{
    struct state *state = opaque;
    struct epoll_event event = {.data.ptr = watch};
    int operation = watch->interest == 0 ? EPOLL_CTL_DEL
                    : before == 0        ? EPOLL_CTL_ADD
                                         : EPOLL_CTL_MOD;
    if (watch->interest & LOOP_READ)
        event.events |= EPOLLIN;
    if (watch->interest & LOOP_WRITE)
        event.events |= EPOLLOUT;
    return epoll_ctl(state->epoll_fd, operation, watch->fd, &event);
}

static int epoll_sleep(void *opaque, int timeout_ms)
{
    struct state *state = opaque;
    state->count =
        epoll_wait(state->epoll_fd, state->events, EVENTS_PER_WAIT, timeout_ms);
    return state->count;
}

/* An error or a hang-up is seen by whoever reads or writes next. */
static void epoll_each(void *opaque, void (*ready)(struct watch *, unsigned))
{
    struct state *state = opaque;
    for (int i = 0; i < state->count; i++) {
        uint32_t events = state->events[i].events;
        unsigned flags = 0;
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            flags |= LOOP_READ;
        if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
            flags |= LOOP_WRITE;
        ready(state->events[i].data.ptr, flags);
    }
}

const struct loop_backend loop_epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .set = epoll_set,
    .wait = epoll_sleep,
    .each = epoll_each,
};
