/* expect: the wait with the largest random number is 150, and 100 was right */
#include "lessons/04-polling/exercise.h"

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    if (pace->interval_ms == 0)
        pace->interval_ms = pace->least_ms;
    if (count > 0)
        pace->interval_ms = pace->least_ms;
    else
        pace->interval_ms = pace->interval_ms > pace->most_ms / 2
                                ? pace->most_ms
                                : 2 * pace->interval_ms;
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    return half_ms +
           (int)((uint64_t)random * (uint64_t)(pace->interval_ms + 1) >> 32);
}
