#include "client/publish.h"

#include <stdio.h>

#include "client/message.h"
#include "common/http_write.h"
#include "common/limits.h"

enum { ID_ANSWER_MAX = 4096 }; /* bytes of {"id":8} and what may be beside it */

/* Nothing was published, and another try may help: wait. False: it is of no
 * use. */
static bool try_later(struct publisher *publisher)
{
    uint32_t random;
    if (publisher->attempts != -1 &&
        publisher->backoff.failures >= publisher->attempts)
        return false;
    net_random(&random, sizeof random);
    publisher->backoff.retry_after_ms = publisher->retry_after_ms;
    loop_timer_set(publisher->client.set->loop, &publisher->timer,
                   backoff_next(&publisher->backoff, random));
    return true;
}

static void refuse(struct publisher *publisher, enum outcome outcome,
                   const char *why)
{
    publisher->handler->on_refused(publisher, outcome, why);
    publish_more(publisher);
}

static void accept_answer(struct publisher *publisher)
{
    uint64_t id;
    bool has_id = message_read_id(buf_slice(&publisher->answer), &id);
    backoff_reset(&publisher->backoff);
    publisher->handler->on_accepted(publisher, has_id ? &id : NULL);
    publish_more(publisher);
}

static void on_head(struct client *client, const struct http_response *response)
{
    struct publisher *publisher = client->user;
    publisher->status = response->status;
    publisher->retry_after_ms = backoff_retry_after(&response->head);
}

static void on_piece(struct client *client, struct slice piece)
{
    struct publisher *publisher = client->user;
    if (buf_size(&publisher->answer) + piece.size <= ID_ANSWER_MAX)
        buf_append_slice(&publisher->answer, piece);
}

static void on_done(struct client *client)
{
    struct publisher *publisher = client->user;
    int status = publisher->status;
    char why[64];
    if (status >= 200 && status < 300) {
        accept_answer(publisher);
        return;
    }
    bool may_help = status == 429 || status == 503;
    if (may_help && try_later(publisher))
        return;
    snprintf(why, sizeof why, "%d %s", status, http_reason(status));
    refuse(publisher, OUTCOME_HTTP_ERROR, why);
}

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    struct publisher *publisher = client->user;
    /* nobody knows what a command has done before it ended */
    bool by_command = client->config->proxy_command != NULL;
    bool was_sent = outcome != OUTCOME_RESOLVE &&
                    (outcome != OUTCOME_CONNECT || by_command);
    publisher->retry_after_ms = 0;
    if (was_sent || !try_later(publisher))
        refuse(publisher, outcome, why);
}

static void on_due(struct timer *timer)
{
    publish_more(CONTAINER(timer, struct publisher, timer));
}

void publish_init(struct publisher *publisher, struct conn_set *conns,
                  const struct client_config *config, int attempts,
                  const struct publisher_handler *handler)
{
    static const struct client_handler client_handler = {
        .on_head = on_head,
        .on_piece = on_piece,
        .on_done = on_done,
        .on_failed = on_failed,
    };
    *publisher = (struct publisher){
        .handler = handler,
        .attempts = attempts,
        .timer.on_due = on_due,
    };
    client_init(&publisher->client, conns, config, &client_handler, publisher);
}

void publish_more(struct publisher *publisher)
{
    struct client *client = &publisher->client;
    struct buf target = {0};
    struct slice text;
    if (client_is_busy(client) || publisher->timer.slot != 0 ||
        !publisher->handler->next(publisher, &text, &target))
        return;
    buf_consume(&publisher->answer, buf_size(&publisher->answer));
    client_begin(client, "POST", buf_slice(&target));
    client_add_field(client, "Content-Type",
                     slice_of("text/plain; charset=utf-8"));
    client_send(client, text, ANSWER_MS);
    buf_free(&target);
}

void publish_stop(struct publisher *publisher)
{
    client_close(&publisher->client);
    loop_timer_cancel(publisher->client.set->loop, &publisher->timer);
}

void publish_free(struct publisher *publisher)
{
    publish_stop(publisher);
    client_free(&publisher->client);
    buf_free(&publisher->answer);
}
