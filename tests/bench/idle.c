/* idle.c -- what connections cost that say nothing, or only that they live. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "tests/bench/compare.h"
#include "tests/bench/wire.h"

enum {
    DESCRIPTORS_SPARE = 64, /* for all that is no connection */
    IDLE_S = 2,
    EVENTS_PER_WAIT = 256,
};

/* Connections to a child. */
struct crowd {
    struct child child;
    int *fds;
    int count;
    size_t empty; /* bytes of the child, with one connection */
    double bytes_per_connection;
};

/* How a connection is opened, and how it is known that it is; NULL: at once. */
struct opening {
    int (*dial)(int port);
    void (*await)(int fd);
};

static void await_each(const struct crowd *crowd, int first, int end,
                       const struct opening *opening)
{
    for (int i = first; i < end && opening->await != NULL; i++)
        opening->await(crowd->fds[i]);
}

/* What all share is there after the first one, which does not count. */
static void open_crowd(struct crowd *crowd, const struct opening *opening)
{
    print_progress("connecting");
    crowd->fds = allocate((size_t)crowd->count * sizeof *crowd->fds);
    for (int i = 0; i < crowd->count; i++) {
        crowd->fds[i] = opening->dial(crowd->child.port);
        if (i > 0)
            continue;
        await_each(crowd, 0, 1, opening);
        child_settle(&crowd->child);
        crowd->empty = child_memory(&crowd->child);
    }
    await_each(crowd, 1, crowd->count, opening);
    child_settle(&crowd->child);
    size_t full = child_memory(&crowd->child);
    crowd->bytes_per_connection =
        ((double)full - (double)crowd->empty) / (crowd->count - 1);
}

static void say_nothing(void)
{
    nanosleep(&(struct timespec){.tv_sec = IDLE_S}, NULL);
}

/* Returns how many bytes more than before the child has then. */
static double close_crowd(struct crowd *crowd)
{
    for (int i = 0; i < crowd->count; i++)
        close(crowd->fds[i]);
    free(crowd->fds);
    say_nothing();
    size_t left = child_memory(&crowd->child);
    child_stop(&crowd->child);
    return (double)left - (double)crowd->empty;
}

/* Microseconds of the child's CPU in IDLE_S seconds. */
static double cpu_of_silence(const struct crowd *crowd)
{
    uint64_t before = child_cpu_ns(&crowd->child);
    say_nothing();
    return (double)(child_cpu_ns(&crowd->child) - before) / 1000;
}

/* ------------------------------------------------------------- heartbeats */

/* A ping of Engine.IO has come, and nothing else may: answer it. */
static void answer_ping(int fd, struct slice pong)
{
    static const char ping[] = {'\x81', 1, '2'};
    char bytes[sizeof ping + 1];
    if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) != sizeof ping ||
        memcmp(bytes, ping, sizeof ping) != 0)
        fail("a silent client got something else than a ping");
    send_all(fd, pong);
}

/* Answer what pings come in `wait_ms`, and return how many. */
static int answer_pings(int epoll_fd, int wait_ms)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    struct buf pong = {0};
    uint64_t random = 5, now;
    uint64_t end_ns = now_ns() + (uint64_t)wait_ms * 1000000;
    int answered = 0;
    append_masked_frame(&pong, slice_of("3"), &random);
    while ((now = now_ns()) < end_ns) {
        int left_ms = (int)((end_ns - now) / 1000000) + 1;
        int count = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, left_ms);
        for (int i = 0; i < count; i++, answered++)
            answer_ping(events[i].data.fd, buf_slice(&pong));
    }
    buf_free(&pong);
    return answered;
}

/* Microseconds of the child's CPU for one heartbeat of each. */
static double cpu_of_heartbeats(const struct crowd *crowd, int interval_ms)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < crowd->count; i++) {
        struct epoll_event event = {EPOLLIN, {.fd = crowd->fds[i]}};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event.data.fd, &event) == -1)
            fail("cannot wait for pings");
    }
    print_progress("waiting for heartbeats");
    uint64_t before = child_cpu_ns(&crowd->child);
    int answered = answer_pings(epoll_fd, interval_ms);
    uint64_t used = child_cpu_ns(&crowd->child) - before;
    close(epoll_fd);
    if (answered < crowd->count)
        fail("only %d of %d got a ping", answered, crowd->count);
    return (double)used / 1000 / answered * crowd->count;
}

/* ------------------------------------------------------------- the tables */

static int most_connections(int wanted)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t needed = (rlim_t)wanted + DESCRIPTORS_SPARE;
    return limit.rlim_cur >= needed ? wanted
                                    : (int)limit.rlim_cur - DESCRIPTORS_SPARE;
}

/* The rows that both tables have; `ours` stays open. Returns what close_crowd()
 * said of the floor. */
static double compare_crowds(const struct options *options, struct crowd *ours,
                             const struct opening *opening)
{
    struct crowd floor = {.child = start_floor(options, "echo", 1, 1),
                          .count = ours->count};
    open_crowd(&floor, &(struct opening){dial, NULL});
    double floor_cpu = cpu_of_silence(&floor);
    double floor_left = close_crowd(&floor);
    open_crowd(ours, opening);
    print_numbers("resident memory, bytes per connection",
                  floor.bytes_per_connection, ours->bytes_per_connection);
    print_numbers("CPU of all of them in 2 s, microseconds", floor_cpu,
                  cpu_of_silence(ours));
    return floor_left;
}

static void print_left(double floor_left, double ours_left)
{
    print_numbers("bytes more when all have gone", floor_left, ours_left);
}

static void compare_websockets(const struct options *options, int count)
{
    char title[80];
    struct crowd ours = {.child = start_server(options), .count = count};
    snprintf(title, sizeof title,
             "%d idle WebSocket connections, without pings", count);
    print_heading(title, "");
    double floor_left =
        compare_crowds(options, &ours, &(struct opening){dial_echo, NULL});
    print_left(floor_left, close_crowd(&ours));
}

/* The floor has no heartbeat. */
static void compare_socketio(const struct options *options, int count)
{
    char title[80];
    int interval_ms = options->heartbeat_ms;
    struct crowd ours = {
        .child = start_program(options, options->server, interval_ms),
        .count = count};
    snprintf(title, sizeof title,
             "%d idle Socket.IO clients in /, a heartbeat each %d ms", count,
             interval_ms);
    print_heading(title, "");
    double floor_left = compare_crowds(
        options, &ours, &(struct opening){ask_socketio, await_socketio});
    print_numbers("CPU of a heartbeat of each, microseconds", 0,
                  cpu_of_heartbeats(&ours, interval_ms));
    print_left(floor_left, close_crowd(&ours));
}

void bench_idle(const struct options *options)
{
    int count = most_connections(options->idle);
    compare_websockets(options, count);
    compare_socketio(options, count);
}
