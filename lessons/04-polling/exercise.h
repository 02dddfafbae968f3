/* exercise.h -- when to ask again.
 *
 *      answer   nothing   nothing   nothing   2 messages   nothing
 *      wait     200       400       800       100          200      at most
 *               100..200  200..400  400..800  50..100      100..200 at random
 */
#ifndef LESSONS_04_POLLING_EXERCISE_H
#define LESSONS_04_POLLING_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

struct pace {
    int least_ms;    /* the interval while there are messages */
    int most_ms;     /* no interval is longer; up to INT_MAX */
    int interval_ms; /* yours, zeroed at first: that of the last answer */
};

/* How long to wait before the next request, in milliseconds. The answer to the
 * last one brought `count` messages. After some, the interval is least_ms;
 * after none, twice what it was, and most_ms at most. Before the first answer
 * it counts as least_ms.
 *
 * The wait is at least half of the interval, and at most all of it. `random`,
 * of which every value is as likely as another, says which: 0 gives half
 * (rounded up: half of 101 is 51), the largest all of it, and those between are
 * spread evenly. */
int pace_next(struct pace *pace, size_t count, uint32_t random);

#endif
