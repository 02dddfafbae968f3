/* expect: the wait with the smallest random number is 100, and 50 was right */
#include "lessons/04-polling/exercise.h"

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    (void)random;
    if (pace->interval_ms == 0)
        pace->interval_ms = pace->least_ms;
    if (count > 0)
        pace->interval_ms = pace->least_ms;
    else if (pace->interval_ms > pace->most_ms / 2)
        pace->interval_ms = pace->most_ms;
    else
        pace->interval_ms *= 2;
    return pace->interval_ms;
}
