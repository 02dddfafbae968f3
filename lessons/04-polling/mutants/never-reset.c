/* expect: the wait behind it is 3200 ms, and the interval was 100 ms */
#include "lessons/04-polling/exercise.h"

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    if (pace->interval_ms == 0)
        pace->interval_ms = pace->least_ms;
    if (count == 0)
        pace->interval_ms = pace->interval_ms > pace->most_ms / 2
                                ? pace->most_ms
                                : 2 * pace->interval_ms;
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    return half_ms + (int)((uint64_t)random *
                               (uint64_t)(pace->interval_ms - half_ms + 1) >>
                           32);
}
