/* statistics.h -- from many numbers to the few that are shown. */
#ifndef CLIENT_STATISTICS_H
#define CLIENT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed struct is empty; samples_free() it. */
struct samples {
    int64_t *values;
    size_t count, capacity;
};

/* Keep one more value. */
void samples_add(struct samples *samples, int64_t value);

/* Forget all of them. */
void samples_free(struct samples *samples);

/* The smallest value that `percent` of all do not exceed (nearest rank); 100 is
 * the largest. -1 when there is none. Sorts the values. */
int64_t samples_percentile(struct samples *samples, double percent);

struct point {
    double x, y;
};

/* How much y grows with x: the slope of the straight line with the least
 * squares of distances to the points. 0 when all x are equal. */
double least_squares_slope(const struct point *points, size_t count);

/* What has become of the events that one client should hear. tally_free()
 * it. */
struct tally {
    bool *seen;
    size_t expected;  /* events */
    size_t delivered; /* of them, each counted once */
    size_t duplicated, disordered;
    uint64_t last; /* the highest order so far */
};

/* Begin to count `expected` events, none of which was heard. */
void tally_init(struct tally *tally, size_t expected);

/* Free what tally_init() has allocated. */
void tally_free(struct tally *tally);

/* Event `number` (from 0) was heard. `order` is what should grow from one to
 * the next. True when it is heard for the first time; a number that nobody sent
 * is none. */
bool tally_add(struct tally *tally, size_t number, uint64_t order);

/* How many events were not heard. */
size_t tally_lost(const struct tally *tally);

#endif
