/* solution.c -- when to ask again. The real thing is client/backoff.c, which
 * begins with no wait at all ("full jitter"); this keeps half of it, because who
 * polls has an interval to keep. */
#include "lessons/04-polling/exercise.h"

static int doubled(const struct pace *pace)
{
    int interval_ms = pace->wait_ms == 0 ? pace->least_ms : pace->wait_ms;
    return interval_ms > pace->most_ms / 2 ? pace->most_ms : 2 * interval_ms;
}

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->wait_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->wait_ms / 2;
    int others = pace->wait_ms - half_ms + 1; /* waits to choose from */
    return half_ms + (int)((uint64_t)random * (uint64_t)others >> 32);
}
