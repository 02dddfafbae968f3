/* expect: in a row for nothing is */
#include "lessons/04-polling/exercise.h"

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    if (pace->interval_ms == 0)
        pace->interval_ms = pace->least_ms;
    pace->interval_ms = count > 0
                            ? pace->least_ms
                            : (int)((unsigned)pace->interval_ms * 2 % 1000000);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    return half_ms + (int)((uint64_t)random *
                               (uint64_t)(pace->interval_ms - half_ms + 1) >>
                           32);
}
