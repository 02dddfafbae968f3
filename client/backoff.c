#include "client/backoff.h"

#include "common/limits.h"
#include "common/url.h"

enum { RETRY_AFTER_MAX_S = 3600 }; /* nobody waits longer in good faith */

/* The most that the next wait may be: doubled each time, up to the maximum. */
static int ceiling_of(const struct backoff *backoff)
{
    int ceiling = backoff->first_ms > 0 ? backoff->first_ms : RECONNECT_MS;
    for (int i = 0; i < backoff->failures && ceiling < RECONNECT_MAX_MS; i++)
        ceiling *= 2;
    return ceiling < RECONNECT_MAX_MS ? ceiling : RECONNECT_MAX_MS;
}

int backoff_next(struct backoff *backoff, uint32_t random)
{
    uint64_t choices = (uint64_t)ceiling_of(backoff) + 1;
    int wait = (int)(random * choices >> 32);
    if (backoff->failures < RECONNECT_MAX_MS)
        backoff->failures++;
    wait += backoff->retry_after_ms; /* never earlier, but not all at once */
    backoff->retry_after_ms = 0;
    return wait;
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
    backoff->retry_after_ms = 0;
}

int backoff_retry_after(struct slice value)
{
    uint64_t seconds;
    if (value.size == 0)
        return 0;
    if (!url_number(value, &seconds))
        return RECONNECT_MAX_MS;
    return (int)(seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) *
           1000;
}
