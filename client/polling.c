/* polling.c -- ask again and again.
 *
 *      ask --> answer -- interval --> ask --> answer -- interval --> ...
 *
 * News waits for half an interval on average, and a shorter interval asks in
 * vain more often: that is the bargain of polling (RFC 6202, 2.1).
 */
#include "client/fetch.h"
#include "common/limits.h"

static void on_fetched(struct listener *listener, size_t count)
{
    int interval_ms = listener->options->interval_ms;
    (void)count;
    loop_timer_set(listener->conns.loop, &listener->pause,
                   interval_ms > 0 ? interval_ms : POLL_INTERVAL_MS);
}

static void ask(struct listener *listener)
{
    fetch(listener, ANSWER_MS, on_fetched);
}

static void on_due(struct timer *timer)
{
    ask(CONTAINER(timer, struct listener, pause));
}

static void start(struct listener *listener)
{
    listener->pause.on_due = on_due;
    ask(listener);
}

const struct technique polling = {
    .name = "polling",
    .path = "/polling",
    .session_size = sizeof(struct fetch),
    .receiver = &fetch_handler,
    .start = start,
    .end = fetch_end,
    .publish = listener_post,
};
