#include "client/publish.h"

#include <stdio.h>

#include "client/message.h"
#include "client/role.h"
#include "common/http_write.h"
#include "common/limits.h"

enum { ID_ANSWER_MAX = 4096 }; /* bytes of {"id":8} and what may be beside it */

/* Nothing was published, and another try may help: wait. False: it is of no
 * use. */
static bool try_later(struct listener *listener)
{
    struct publisher *publisher = &listener->publisher;
    int attempts = listener->options->attempts;
    if (attempts != -1 && publisher->backoff.failures >= attempts)
        return false;
    uint32_t random;
    net_random(&random, sizeof random);
    publisher->backoff.retry_after_ms = publisher->retry_after_ms;
    loop_timer_set(listener->conns.loop, &publisher->timer,
                   backoff_next(&publisher->backoff, random));
    return true;
}

static void refuse(struct listener *listener, enum outcome outcome,
                   const char *why)
{
    outbox_drop(&listener->outbox);
    if (listener->handler->on_refused != NULL)
        listener->handler->on_refused(listener, outcome, why);
    publish_more(listener);
}

static void accept_answer(struct listener *listener)
{
    struct publisher *publisher = &listener->publisher;
    uint64_t id;
    if (message_read_id(buf_slice(&publisher->answer), &id))
        listener->published_id = id;
    backoff_reset(&publisher->backoff);
    listener_published(listener);
    publish_more(listener);
}

static void on_head(struct client *client, const struct http_response *response)
{
    struct listener *listener = client->user;
    struct publisher *publisher = &listener->publisher;
    publisher->status = response->status;
    publisher->retry_after_ms =
        backoff_retry_after(http_field(&response->head, "Retry-After"));
}

static void on_piece(struct client *client, struct slice piece)
{
    struct listener *listener = client->user;
    struct buf *answer = &listener->publisher.answer;
    if (buf_size(answer) + piece.size <= ID_ANSWER_MAX)
        buf_append_slice(answer, piece);
}

static void on_done(struct client *client)
{
    struct listener *listener = client->user;
    int status = listener->publisher.status;
    char why[64];
    if (status >= 200 && status < 300) {
        accept_answer(listener);
        return;
    }
    bool may_help = status == 429 || status == 503;
    if (may_help && try_later(listener))
        return;
    snprintf(why, sizeof why, "%d %s", status, http_reason(status));
    refuse(listener, OUTCOME_HTTP_ERROR, why);
}

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    struct listener *listener = client->user;
    /* nobody knows what a command has done before it ended */
    bool by_command = listener->config.proxy_command != NULL;
    bool was_sent = outcome != OUTCOME_RESOLVE &&
                    (outcome != OUTCOME_CONNECT || by_command);
    listener->publisher.retry_after_ms = 0;
    if (was_sent || !try_later(listener))
        refuse(listener, outcome, why);
}

static void on_due(struct timer *timer)
{
    struct publisher *publisher = CONTAINER(timer, struct publisher, timer);
    publish_more(publisher->client.user);
}

void publish_init(struct listener *listener)
{
    static const struct client_handler handler = {
        .on_head = on_head,
        .on_piece = on_piece,
        .on_done = on_done,
        .on_failed = on_failed,
    };
    client_init(&listener->publisher.client, &listener->conns,
                &listener->config, &handler, listener);
    listener->publisher.timer.on_due = on_due;
}

void publish_more(struct listener *listener)
{
    struct publisher *publisher = &listener->publisher;
    struct client *client = &publisher->client;
    struct buf target = {0};
    if (listener->state != LISTENER_OPEN || listener->outbox.count == 0 ||
        client_is_busy(client) || publisher->timer.slot != 0)
        return;
    buf_consume(&publisher->answer, buf_size(&publisher->answer));
    listener_target(listener, true, &target);
    client_begin(client, "POST", buf_slice(&target));
    client_add_field(client, "Content-Type",
                     slice_of("text/plain; charset=utf-8"));
    client_send(client, outbox_first(&listener->outbox), ANSWER_MS);
    buf_free(&target);
}

void publish_stop(struct listener *listener)
{
    client_close(&listener->publisher.client);
    loop_timer_cancel(listener->conns.loop, &listener->publisher.timer);
}

void publish_free(struct listener *listener)
{
    publish_stop(listener);
    client_free(&listener->publisher.client);
    buf_free(&listener->publisher.answer);
}
