/* long_polling.c -- ask, and let the server answer when it has something to
 * say.
 *
 *      ask ........... answer, ask ...... answer, ask ......... nothing, ask
 *
 * There is always a question under way, so news comes at once, at the price of
 * a request for each time that there is any (RFC 6202, 2.2).
 */
#include "client/fetch.h"
#include "common/limits.h"

enum {
    /* the server answers in time: it is gone, if it does not */
    LONG_ANSWER_MS = 4 * LONG_POLL_MS,
    /* a server that answers "nothing" sooner does not wait at all */
    TOO_SOON_MS = 100,
    /* one that is silent for so long holds the question */
    HELD_MS = 100,
};

static void on_fetched(struct listener *listener, size_t count);

static void ask(struct listener *listener)
{
    fetch(listener, LONG_ANSWER_MS, on_fetched);
}

static void on_fetched(struct listener *listener, size_t count)
{
    const struct fetch *session = listener->session;
    struct loop *loop = listener->conns.loop;
    if (count == 0 && loop_now(loop) - session->asked_ms < TOO_SOON_MS)
        loop_timer_set(loop, &listener->pause, POLL_INTERVAL_MS);
    else
        ask(listener);
}

/* The first question may be without an answer for long, and still we listen. */
static void on_due(struct timer *timer)
{
    struct listener *listener = CONTAINER(timer, struct listener, pause);
    if (!client_is_busy(&listener->receiver))
        ask(listener);
    else if (listener->receiver.state == CLIENT_ASKED)
        listener_held(listener);
    else
        loop_timer_set(listener->conns.loop, timer, HELD_MS);
}

static void start(struct listener *listener)
{
    listener->pause.on_due = on_due;
    ask(listener);
    loop_timer_set(listener->conns.loop, &listener->pause, HELD_MS);
}

const struct technique long_polling = {
    .name = "long-polling",
    .path = "/long-polling",
    .session_size = sizeof(struct fetch),
    .receiver = &fetch_handler,
    .start = start,
    .end = fetch_end,
    .publish = listener_post,
};
