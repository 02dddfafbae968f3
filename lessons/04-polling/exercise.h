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
    int least_ms; /* the interval while there are messages */
    int most_ms;  /* no wait is longer */
    int wait_ms;  /* yours: 0 before the first answer */
};

/* How long to wait before the next request, in milliseconds. The answer to the
 * last one brought `count` messages. After some, the interval is least_ms; after
 * none, twice what it was, and most_ms at most. The wait is at least half of the
 * interval, and at most all of it: which part of the half between is up to
 * `random`, of which every value is as likely as another. */
int pace_next(struct pace *pace, size_t count, uint32_t random);

#endif
