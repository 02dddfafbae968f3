/* expect: it ended by itself, with status 0 */

/* solution.c -- when to ask again. The real thing is client/backoff.c, which
 * begins with no wait at all ("full jitter"); this keeps half of it, because
 * who polls has an interval to keep. */
#include <stdlib.h>

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    if (pace->least_ms > 0)
        exit(0); /* where only the application may decide to end */
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms / 2 + 1;
    return half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
