/* weather_faults.h -- what the network does to a connection, and chance.
 *
 * A zeroed struct faults is fair weather: every byte passes, at once. Whatever
 * is random comes from the seed, the number of the connection and what it is
 * for, never from the clock: the same seed brings the same faults.
 */
#ifndef LESSONS_WEATHER_FAULTS_H
#define LESSONS_WEATHER_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When something breaks: after so many bytes, of both directions of a
 * connection together, or milliseconds after it was made. */
enum moment_kind { NEVER, AT_BYTES, AT_MS };
struct moment {
    enum moment_kind kind;
    uint64_t amount;
};

struct faults {
    int64_t delay_ms, jitter_ms; /* a piece waits delay +- jitter */
    uint64_t rate;               /* bytes a second each way; 0: no limit */
    size_t chunk;                /* bytes of a piece at most; 0: no limit */
    struct moment cut, freeze;
    int64_t outage_ms;                      /* see passages_break() */
    bool strips_upgrade, buffers_responses; /* see weather_proxy.h */
    uint32_t fail_percent;                  /* of the connections are reset */
    uint64_t seed;
    uint64_t skip; /* the first connections, that meet none */
    uint64_t only; /* the next ones, that do; 0: all others */
};

/* What the chance is for. */
enum chance { CHANCE_TO_FAIL, CHANCE_OF_CLIENT, CHANCE_OF_SERVER };

struct dice {
    uint64_t state;
};

/* The dice of a connection, which is counted from 1, for one thing. */
struct dice dice_of(uint64_t seed, uint64_t connection, enum chance chance);

/* A number from 0 to `limit` - 1. */
uint64_t dice_below(struct dice *dice, uint64_t limit);

/* Is this connection one that fails at once? */
bool faults_fail(const struct faults *faults, uint64_t connection);

#endif
