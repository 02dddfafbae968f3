/* load.h -- many connections that each send a burst, wait for all its replies,
 * and send it again.
 *
 * All bytes are encoded beforehand, so that one core can keep a server busy.
 * Every connection has exactly `depth` messages under way.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/slice.h"
#include "tests/bench/child.h"

struct load_peer;

struct load {
    struct child child;
    struct load_peer *peers;
    int count; /* of peers */
    int depth; /* messages in a burst */
    int epoll_fd;
    struct slice burst;   /* borrowed: sent by every peer */
    struct slice replies; /* borrowed: what must come back */
    size_t compared;   /* bytes to compare of each reply; 0: only count them */
    bool is_checking;  /* compare now (the first burst) */
    bool is_ending;    /* start no burst any more */
    int busy;          /* peers that wait for replies */
    uint64_t messages; /* that were answered */
    uint32_t *delays_ns; /* of each message, where it is not NULL; depth 1 */
    size_t delays_max;   /* room in delays_ns */
};

/* Take over `count` connected descriptors for a load whose child, bytes and
 * depth are set, send one burst on each and compare the replies. Fails the
 * bench when they are wrong. */
void load_open(struct load *load, const int *fds, int count);

/* Load the child for `slice_ms` and wait for the last reply. Returns the
 * nanoseconds of CPU that the child used for each message. */
double load_cpu_per_message(void *load, int slice_ms);

/* The same; returns the 99th percentile of the delays in nanoseconds. */
double load_p99_delay(void *load, int slice_ms);

/* Close the connections and free what load_open() allocated. */
void load_close(struct load *load);

#endif
