/* backoff.h -- how long to wait before the next try.
 *
 * Doubling the wait spares a server that is in trouble; taking any part of it
 * at random keeps a thousand clients, cut at the same moment, from coming back
 * at the same moment ("full jitter").
 *
 *      try       1        2        3        4      ...
 *      wait   0 .. 1   0 .. 2   0 .. 4   0 .. 8    ... 0 .. 30 seconds
 *
 * Socket.IO stays around the doubled wait instead, and cuts what is over the
 * maximum last, so that in the end all wait equally long:
 *
 *      wait  .5 .. 1.5  1 .. 3  2 .. 5   4 .. 5    ...      5 seconds
 */
#ifndef CLIENT_BACKOFF_H
#define CLIENT_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/http_fields.h"

/* A zeroed one has not failed yet and begins with RECONNECT_MS. */
struct backoff {
    int failures;       /* in a row */
    int first_ms;       /* 0: RECONNECT_MS */
    int max_ms;         /* 0: RECONNECT_MAX_MS */
    bool is_around;     /* as Socket.IO does it, */
    double factor;      /* and how far around: 0 to 1 of the wait */
    int retry_after_ms; /* at least that long, once */
    int least_ms;       /* each time: an event stream's retry (HTML, 9.2.3) */
};

/* The next wait in milliseconds. `random` is any number, the next one each
 * time. */
int backoff_next(struct backoff *backoff, uint32_t random);

/* It went well: the next failure is the first one again. */
void backoff_reset(struct backoff *backoff);

/* What a server's Retry-After asks for, in milliseconds (RFC 9110, 10.2.3): so
 * many seconds, or until a date, on the clock that its Date field is from; up to
 * an hour. 0: there is none. RECONNECT_MAX_MS: it says neither. */
int backoff_retry_after(const struct http_head *head);

#endif
