/* solution.c -- when to ask again. The real thing is client/backoff.c, which
 * begins with no wait at all ("full jitter"); this keeps half of it, because
 * who polls has an interval to keep. */
#include "lessons/04-polling/exercise.h"

static int doubled(const struct pace *pace)
{
    int last_ms = pace->interval_ms == 0 ? pace->least_ms : pace->interval_ms;
    return last_ms > pace->most_ms / 2 ? pace->most_ms : 2 * last_ms;
}

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms / 2 + 1;
    return half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
