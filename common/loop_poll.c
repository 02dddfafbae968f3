/* We keep the set of watches and hand all of it over at each wait (poll(2)). */
#include <poll.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/loop.h"

struct state {
    struct pollfd *fds;
    struct watch **watches; /* watches[i] watches fds[i] */
    size_t count, capacity; /* of both */
    size_t *place;          /* place[fd] is the i of that fd */
    size_t places;
};

static void *poll_open(void)
{
    return allocate(sizeof(struct state));
}

static void poll_close(void *opaque)
{
    struct state *state = opaque;
    free(state->fds);
    free(state->watches);
    free(state->place);
    free(state);
}

static void add(struct state *state, struct watch *watch)
{
    size_t fd = (size_t)watch->fd;
    if (state->count == state->capacity) {
        state->capacity = state->capacity ? 2 * state->capacity : 16;
        state->fds =
            reallocate(state->fds, state->capacity * sizeof *state->fds);
        state->watches = reallocate(state->watches,
                                    state->capacity * sizeof *state->watches);
    }
    if (fd >= state->places) {
        state->places = 2 * (fd + 1);
        state->place =
            reallocate(state->place, state->places * sizeof *state->place);
    }
    state->place[fd] = state->count;
    state->watches[state->count] = watch;
    state->fds[state->count] = (struct pollfd){.fd = watch->fd};
    state->count++;
}

/* The last one takes the place of the one that goes. */
static void drop(struct state *state, const struct watch *watch)
{
    size_t i = state->place[watch->fd];
    size_t last = --state->count;
    state->fds[i] = state->fds[last];
    state->watches[i] = state->watches[last];
    state->place[state->fds[i].fd] = i;
}

static int poll_set(void *opaque, struct watch *watch, unsigned before)
{
    struct state *state = opaque;
    if (watch->interest == 0) {
        drop(state, watch);
        return 0;
    }
    if (before == 0)
        add(state, watch);
    short events = 0;
    if (watch->interest & LOOP_READ)
        events |= POLLIN;
    if (watch->interest & LOOP_WRITE)
        events |= POLLOUT;
    state->fds[state->place[watch->fd]].events = events;
    return 0;
}

static int poll_sleep(void *opaque, int timeout_ms)
{
    struct state *state = opaque;
    int count = poll(state->fds, (nfds_t)state->count, timeout_ms);
    for (size_t i = 0; count == -1 && i < state->count; i++)
        state->fds[i].revents = 0;
    return count;
}

/* Callbacks may add and drop watches, so walk down from the end: what is
 * dropped moves only a slot that has been visited already. */
static void poll_each(void *opaque, void (*ready)(struct watch *, unsigned))
{
    struct state *state = opaque;
    for (size_t i = state->count; i-- > 0;) {
        if (i >= state->count || state->fds[i].revents == 0)
            continue;
        short events = state->fds[i].revents;
        unsigned flags = 0;
        state->fds[i].revents = 0;
        if (events & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
            flags |= LOOP_READ;
        if (events & (POLLOUT | POLLHUP | POLLERR | POLLNVAL))
            flags |= LOOP_WRITE;
        ready(state->watches[i], flags);
    }
}

const struct loop_backend loop_poll = {
    .name = "poll",
    .open = poll_open,
    .close = poll_close,
    .set = poll_set,
    .wait = poll_sleep,
    .each = poll_each,
};
