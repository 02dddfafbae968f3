/* expect: wait number 7 in a row for nothing is 12800 ms, and most_ms is 10000 */
#include "lessons/04-polling/exercise.h"

static int doubled(const struct pace *pace)
{
    int last_ms = pace->interval_ms == 0 ? pace->least_ms : pace->interval_ms;
    return last_ms >= pace->most_ms ? pace->most_ms : 2 * last_ms;
}

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms / 2 + 1;
    return half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
