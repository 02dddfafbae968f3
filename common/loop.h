/* loop.h -- wait for many descriptors and timers at once, then call back.
 *
 * This is the reactor pattern. One thread sleeps in epoll_wait(2) or poll(2)
 * until a watched descriptor is ready or a timer is due, and calls the function
 * that watches it. Nothing that is called back may block.
 *
 *      +--> backend waits --> ready watches --> due timers --> deferred --+
 *      +------------------------------------------------------------------+
 *
 * A watch, a timer or a deferred call is a field of whoever waits; the callback
 * finds its owner with CONTAINER().
 */
#ifndef COMMON_LOOP_H
#define COMMON_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/timer.h"

/* The struct that `pointer` is the field `member` of. */
#define CONTAINER(pointer, type, member)                                       \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop;

struct watch {
    int fd;
    unsigned interest; /* LOOP_READ | LOOP_WRITE, what to wait for */
    void (*on_ready)(struct watch *watch, unsigned ready);
};

/* Something to do when every callback of this turn has returned. */
struct deferred {
    void (*run)(struct deferred *deferred);
    struct deferred *next; /* NULL: not waiting to run */
};

/* How readiness is asked of the kernel. loop_epoll.c and loop_poll.c are the
 * two. set() is told of a watch whose interest has changed, and what it was
 * before; wait() sleeps; each() then calls `ready` for every watch that is.
 * open() returns NULL, set() and wait() -1, with errno. */
struct loop_backend {
    const char *name;
    void *(*open)(void);
    void (*close)(void *state);
    int (*set)(void *state, struct watch *watch, unsigned before);
    int (*wait)(void *state, int timeout_ms);
    void (*each)(void *state, void (*ready)(struct watch *, unsigned));
};

extern const struct loop_backend loop_poll; /* everywhere */
#ifdef __linux__
extern const struct loop_backend loop_epoll;
#endif

/* The backend called `name`; the best one there is for NULL; NULL for a name
 * that this system has none for. */
const struct loop_backend *loop_backend_named(const char *name);

/* A loop that waits with `backend`; NULL and errno when the kernel gives
 * none. */
struct loop *loop_new(const struct loop_backend *backend);

/* Nothing may be watched any more. Timers that are still set are forgotten, and
 * what is deferred is run first. */
void loop_free(struct loop *loop);

/* Wait for `interest` on watch->fd from now on; 0 stops. -1 and errno when the
 * kernel refuses, as with a file that is always ready (EPERM). */
int loop_watch(struct loop *loop, struct watch *watch, unsigned interest);

/* Call timer->on_due once, `delay_ms` from now. Setting a set timer moves
 * it. */
void loop_timer_set(struct loop *loop, struct timer *timer, int64_t delay_ms);
void loop_timer_cancel(struct loop *loop, struct timer *timer);

/* Run `deferred` after the callbacks of this turn, in the order of the calls;
 * once, however often it is asked. What is freed is freed there, so that no
 * callback of the turn can see it. */
void loop_defer(struct loop *loop, struct deferred *deferred);

/* Milliseconds that never go back, as of the moment when this turn's wait was
 * over. */
int64_t loop_now(const struct loop *loop);

/* For tests: time flies by `ms`, and timers that are due by then are due in the
 * next turn. */
void loop_advance(struct loop *loop, int64_t ms);

/* For tests: from now on time stands still for timers and loop_now(), but for
 * loop_advance(). A machine that is slow makes no timer due then. Released, it
 * leaps to where the clock is. */
void loop_hold_clock(struct loop *loop);
void loop_release_clock(struct loop *loop);

/* Microseconds on the same clock, read now. */
int64_t loop_clock_us(void);

/* Bytes that are sent amid those of `out`, but are not copied there. */
struct inset {
    struct slice bytes; /* of `in` */
    size_t at;          /* behind so many bytes of `out` */
};

enum { INSETS_MAX = 7 }; /* as many as one sendmsg(2) takes in any case */

/* The buffers that connections borrow while they are served, one at a time, so
 * that an idle connection needs none. Empty between two uses. */
struct lent {
    struct buf in;      /* LENT_READ_SIZE bytes of room */
    struct buf out;     /* whatever an answer needs */
    struct buf message; /* for one that comes in several reads */
    struct buf scratch; /* for one function that calls no other user of it */
    struct inset insets[INSETS_MAX]; /* of who is being served */
};
struct lent *loop_lent(struct loop *loop);

/* Wait once, at most `limit_ms` (-1: as long as it takes), and call back. -1
 * and errno on error; a signal is none. */
int loop_turn(struct loop *loop, int limit_ms);

/* Turn until loop_stop(). -1 and errno when the kernel fails us. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
