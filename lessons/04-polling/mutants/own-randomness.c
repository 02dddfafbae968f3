/* expect: the wait of a second client with the same numbers */
#include <stdlib.h>

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
    int others = pace->interval_ms - half_ms + 1;
    int chosen = (int)((uint64_t)random * (uint64_t)others >> 32);
    return half_ms + (chosen + rand() % 2) % others;
}
