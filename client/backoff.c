#include "client/backoff.h"

#include <limits.h>
#include <time.h>

#include "common/http_date.h"
#include "common/limits.h"
#include "common/url.h"

enum { RETRY_AFTER_MAX_S = 3600 }; /* nobody waits longer in good faith */

static const int64_t ENOUGH_MS = INT64_C(1) << 40; /* over any maximum */

static int max_of(const struct backoff *backoff)
{
    return backoff->max_ms > 0 ? backoff->max_ms : RECONNECT_MAX_MS;
}

/* Doubled each time. Past the maximum it need not be exact. */
static int64_t doubled(const struct backoff *backoff)
{
    int64_t wait = backoff->first_ms > 0 ? backoff->first_ms : RECONNECT_MS;
    for (int i = 0; i < backoff->failures && wait < ENOUGH_MS; i++)
        wait *= 2;
    return wait;
}

static int at_most(int64_t wait, int max)
{
    return wait < max ? (int)wait : max;
}

/* Anything up to the doubled wait. */
static int next_below(const struct backoff *backoff, uint32_t random)
{
    uint64_t choices = (uint64_t)at_most(doubled(backoff), max_of(backoff)) + 1;
    return (int)(random * choices >> 32);
}

/* The random number says how far, and its first decimal digit which way. */
static int next_around(const struct backoff *backoff, uint32_t random)
{
    double part = random / 4294967296.0;
    int64_t wait = doubled(backoff);
    int64_t deviation = (int64_t)(part * backoff->factor * (double)wait);
    bool is_longer = (int)(part * 10) % 2 == 1;
    return at_most(is_longer ? wait + deviation : wait - deviation,
                   max_of(backoff));
}

int backoff_next(struct backoff *backoff, uint32_t random)
{
    int wait = backoff->is_around ? next_around(backoff, random)
                                  : next_below(backoff, random);
    if (backoff->failures < INT_MAX)
        backoff->failures++;
    /* never earlier, but not all at once */
    wait += backoff->retry_after_ms +
            at_most(backoff->least_ms, RETRY_AFTER_MAX_S * 1000);
    backoff->retry_after_ms = 0;
    return wait;
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
    backoff->retry_after_ms = 0;
}

/* The moment by the server's clock, or else by ours. */
static int64_t server_time(const struct http_head *head)
{
    int64_t ours = time(NULL), its;
    return http_parse_date(http_field(head, "Date"), ours, &its) ? its : ours;
}

/* Seconds; less than 0: until a date that is past. False: it says nothing. */
static bool read_retry_after(const struct http_head *head, struct slice value,
                             int64_t *seconds)
{
    int64_t now = server_time(head), then;
    uint64_t number;
    if (url_number(value, &number)) {
        *seconds = number < INT64_MAX ? (int64_t)number : INT64_MAX;
        return true;
    }
    if (!http_parse_date(value, now, &then))
        return false;
    *seconds = then - now;
    return true;
}

int backoff_retry_after(const struct http_head *head)
{
    struct slice value = http_field(head, "Retry-After");
    int64_t seconds;
    if (value.size == 0)
        return 0;
    if (!read_retry_after(head, value, &seconds))
        return RECONNECT_MAX_MS;
    return seconds > 0 ? at_most(seconds, RETRY_AFTER_MAX_S) * 1000 : 0;
}
