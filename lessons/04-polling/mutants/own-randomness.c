/* expect: the wait of a second client with the same numbers */

/* solution.c -- when to ask again. The real thing is client/backoff.c, which
 * begins with no wait at all ("full jitter"); this keeps half of it, because
 * who polls has an interval to keep. */
#include <stdlib.h>

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms / 2 + 1;
    int chosen = (int)((uint64_t)random * (uint64_t)choices >> 32);
    return half_ms + (chosen + rand() % 2) % choices;
}
