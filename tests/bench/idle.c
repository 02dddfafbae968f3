/* idle.c -- what connections cost that say nothing. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "tests/bench/compare.h"
#include "tests/bench/wire.h"

enum {
    DESCRIPTORS_SPARE = 64, /* for all that is no connection */
    IDLE_S = 2,
};

struct idle_cost {
    double bytes_per_connection;
    double cpu_us; /* in IDLE_S seconds, of all connections */
};

static struct idle_cost measure(struct child *child, int count,
                                int (*dial_side)(int port))
{
    int *fds = allocate((size_t)count * sizeof *fds);
    int first = dial_side(child->port); /* what all share is there after it */
    child_settle(child);
    size_t empty = child_memory(child);
    for (int i = 0; i < count; i++)
        fds[i] = dial_side(child->port);
    uint64_t before = child_cpu_ns(child);
    size_t full = child_memory(child);
    nanosleep(&(struct timespec){.tv_sec = IDLE_S}, NULL);
    uint64_t after = child_cpu_ns(child);
    for (int i = 0; i < count; i++)
        close(fds[i]);
    close(first);
    free(fds);
    return (struct idle_cost){((double)full - (double)empty) / count,
                              (double)(after - before) / 1000};
}

static int most_connections(int wanted)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t needed = (rlim_t)wanted + DESCRIPTORS_SPARE;
    return limit.rlim_cur >= needed ? wanted
                                    : (int)limit.rlim_cur - DESCRIPTORS_SPARE;
}

void bench_idle(const struct options *options)
{
    char title[80];
    int count = most_connections(options->idle);
    snprintf(title, sizeof title,
             "%d idle WebSocket connections, without pings", count);
    print_heading(title, "");
    print_progress("connecting");
    struct child floor = start_floor(options, "echo", 1, 1);
    struct idle_cost least = measure(&floor, count, dial);
    child_stop(&floor);
    struct child server = start_server(options);
    struct idle_cost ours = measure(&server, count, dial_echo);
    child_stop(&server);
    print_numbers("resident memory, bytes per connection",
                  least.bytes_per_connection, ours.bytes_per_connection);
    print_numbers("CPU of all of them in 2 s, microseconds", least.cpu_us,
                  ours.cpu_us);
}
