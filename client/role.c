#include "client/role.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/message.h"
#include "client/random.h"
#include "common/alloc.h"
#include "common/http_write.h"
#include "common/limits.h"

/* ------------------------------------------------------ ending */

static void on_ending(struct deferred *deferred)
{
    struct listener *listener = CONTAINER(deferred, struct listener, ending);
    /* They were closed before, and reaped. */
    assert(listener->conns.count == 0);
    listener->handler->on_stopped(listener, listener->outcome, listener->why);
}

static void finish(struct listener *listener, enum outcome outcome,
                   const char *why)
{
    if (listener->state == LISTENER_STOPPED)
        return;
    listener->state = LISTENER_STOPPED;
    listener->outcome = outcome;
    snprintf(listener->why, sizeof listener->why, "%s", why);
    listener->technique->end(listener);
    publish_stop(&listener->publisher);
    loop_timer_cancel(listener->conns.loop, &listener->timer);
    loop_timer_cancel(listener->conns.loop, &listener->pause);
    conn_set_close(&listener->conns, "done");
    loop_defer(listener->conns.loop, &listener->ending);
}

void listener_finish(struct listener *listener)
{
    finish(listener, OUTCOME_DONE, "stopped");
}

void listener_stop(struct listener *listener)
{
    bool was_open = listener->state == LISTENER_OPEN;
    if (listener->state >= LISTENER_STOPPING)
        return;
    listener->state = LISTENER_STOPPING;
    publish_stop(&listener->publisher);
    loop_timer_set(listener->conns.loop, &listener->timer, CLOSING_MS);
    if (was_open && listener->technique->stop != NULL)
        listener->technique->stop(listener);
    else
        listener_finish(listener);
}

void listener_hurry(struct listener *listener, int limit_ms)
{
    if (listener->state == LISTENER_STOPPING)
        loop_timer_set(listener->conns.loop, &listener->timer, limit_ms);
}

/* ------------------------------------------------------ trying again */

static void try_later(struct listener *listener, const char *why)
{
    uint32_t random = (uint32_t)(random_next(&listener->random) >> 32);
    int wait_ms = backoff_next(&listener->backoff, random);
    listener->state = LISTENER_WAITING;
    loop_timer_set(listener->conns.loop, &listener->timer, wait_ms);
    if (listener->handler->on_cut != NULL)
        listener->handler->on_cut(listener, why, wait_ms);
}

static void lose(struct listener *listener, enum outcome outcome,
                 const char *why, bool may_help)
{
    int attempts = listener->options->attempts;
    if (listener->state == LISTENER_STOPPING) {
        listener_finish(listener);
    } else if (listener->state != LISTENER_STOPPED) {
        listener->technique->end(listener);
        if (may_help &&
            (attempts == -1 || listener->backoff.failures < attempts))
            try_later(listener, why);
        else
            finish(listener, outcome, why);
    }
}

void listener_failed(struct listener *listener, enum outcome outcome,
                     const char *why)
{
    lose(listener, outcome, why, outcome != OUTCOME_WEIRD_REPLY);
}

/* ------------------------------------------------------ refusals */

static void end_refusal(struct listener *listener)
{
    char why[CLIENT_WHY_MAX];
    int status = listener->refusal.status;
    bool may_help = status == 408 || status == 429 || status >= 500;
    refusal_write(&listener->refusal, why);
    buf_free(&listener->refusal.body);
    lose(listener, OUTCOME_HTTP_ERROR, why, may_help);
}

static void on_refusal_piece(struct client *client, struct slice piece)
{
    struct listener *listener = client->user;
    buf_append_slice(&listener->refusal.body, piece);
}

static void on_refusal_done(struct client *client)
{
    end_refusal(client->user);
}

/* The status came, and counts. */
static void on_refusal_failed(struct client *client, enum outcome outcome,
                              const char *why)
{
    (void)outcome;
    (void)why;
    end_refusal(client->user);
}

void listener_refused(struct listener *listener,
                      const struct http_response *response)
{
    static const struct client_handler handler = {
        .on_piece = on_refusal_piece,
        .on_done = on_refusal_done,
        .on_failed = on_refusal_failed,
    };
    listener->refusal.status = response->status;
    listener->backoff.retry_after_ms = backoff_retry_after(&response->head);
    if (refusal_is_short(response))
        listener->receiver.handler = &handler; /* until the next try */
    else
        end_refusal(listener);
}

/* ------------------------------------------------------ the next try */

static void on_due(struct timer *timer)
{
    struct listener *listener = CONTAINER(timer, struct listener, timer);
    if (listener->state == LISTENER_STOPPING) {
        listener_finish(listener);
        return;
    }
    listener->state = LISTENER_CONNECTING;
    listener->is_held = false;
    listener->receiver.handler = listener->technique->receiver;
    listener->technique->start(listener);
}

/* ------------------------------------------------------ receiving */

void listener_set_instance(struct listener *listener, struct slice instance)
{
    if (instance.size == 0 || instance.size >= sizeof listener->instance)
        return;
    memcpy(listener->instance, instance.data, instance.size);
    listener->instance[instance.size] = '\0';
}

void listener_opened(struct listener *listener, const struct http_head *head)
{
    listener_set_instance(listener, http_field(head, "Server-Instance"));
    if (listener->state != LISTENER_CONNECTING)
        return;
    listener->state = LISTENER_OPEN;
    backoff_reset(&listener->backoff);
    if (listener->handler->on_open != NULL)
        listener->handler->on_open(listener);
    if (listener->state == LISTENER_OPEN)
        listener->technique->publish(listener);
}

void listener_held(struct listener *listener)
{
    if (listener->state != LISTENER_CONNECTING)
        return;
    listener->is_held = true;
    listener->technique->publish(listener);
}

static void hand_on(struct listener *listener, const struct heard *heard)
{
    bool is_wanted = listener->state == LISTENER_OPEN;
    if (is_wanted && listener->handler->on_message != NULL)
        listener->handler->on_message(listener, heard);
}

/* A message that came before is dropped. What says that messages are lost may
 * set the cursor back: the server was restarted and counts anew. */
static void hear(struct listener *listener, const struct heard *heard)
{
    if (listener->has_last_id && heard->id <= listener->last_id &&
        !heard->is_lost)
        return;
    if (listener->state != LISTENER_OPEN)
        return; /* not handed on, so not to be counted as had */
    listener->last_id = heard->id;
    listener->has_last_id = true;
    hand_on(listener, heard);
}

void listener_heard_raw(struct listener *listener, struct slice text,
                        bool is_binary)
{
    struct heard heard = {
        .text = text,
        .is_raw = true,
        .is_binary = is_binary,
    };
    hand_on(listener, &heard);
}

void listener_heard(struct listener *listener, struct slice json)
{
    struct heard heard;
    if (message_read(json, &listener->scratch, &heard))
        hear(listener, &heard);
    else
        listener_heard_raw(listener, json, false);
}

bool listener_heard_array(struct listener *listener, struct slice json,
                          size_t *count)
{
    struct json_cursor array;
    struct heard heard;
    *count = 0;
    if (!message_array(json, &array))
        return false;
    for (;; ++*count) {
        switch (message_next(&array, &listener->scratch, &heard)) {
        case MESSAGE_READ: hear(listener, &heard); break;
        case MESSAGE_END: return true;
        case MESSAGE_BAD: return false;
        }
    }
}

/* ------------------------------------------------------ publishing */

static bool may_publish(const struct listener *listener)
{
    return listener->state == LISTENER_OPEN ||
           (listener->state == LISTENER_CONNECTING && listener->is_held);
}

void listener_publish(struct listener *listener, struct slice text)
{
    outbox_put(&listener->outbox, text);
    if (may_publish(listener))
        listener->technique->publish(listener);
}

void listener_published(struct listener *listener)
{
    outbox_drop(&listener->outbox);
    if (listener->handler->on_published != NULL)
        listener->handler->on_published(listener);
}

size_t listener_unsent_bytes(const struct listener *listener)
{
    return listener->outbox.bytes;
}

size_t listener_unsent(const struct listener *listener)
{
    return listener->outbox.count;
}

/* ------------------------------------------------------ requests */

uint32_t listener_message_limit(const struct listener *listener)
{
    uint32_t limit = listener->options->max_message;
    return limit > 0 ? limit : MESSAGE_MAX;
}

/* "?" before the first one, "&" before the others. */
static struct buf *next_parameter(struct buf *out, size_t start)
{
    struct slice target = buf_slice(out);
    bool has_query =
        memchr(target.data + start, '?', target.size - start) != NULL;
    buf_append_text(out, has_query ? "&" : "?");
    return out;
}

/* The server goes by the first parameter of a name: ours, not the URL's. */
void listener_target(const struct listener *listener, bool is_post,
                     struct buf *out)
{
    const struct url *url = listener->url;
    const char *channel = listener->options->channel;
    size_t start = buf_size(out);
    if (slice_is(url->path, "/"))
        buf_append_text(out, listener->technique->path);
    else
        buf_append_slice(out, url->path);
    if (channel != NULL) {
        buf_append_text(next_parameter(out, start), "channel=");
        url_encode(slice_of(channel), out);
    }
    if (!is_post && listener->has_last_id) {
        buf_append_text(next_parameter(out, start), "after=");
        buf_append_number(out, listener->last_id);
    }
    if (!is_post && listener->instance[0] != '\0') {
        buf_append_text(next_parameter(out, start), "instance=");
        url_encode(slice_of(listener->instance), out);
    }
    if (url->query.size > 0)
        buf_append_slice(next_parameter(out, start), url->query);
}

/* ------------------------------------------------------ by POST */

static bool next_text(struct publisher *publisher, struct slice *text,
                      struct buf *target)
{
    struct listener *listener =
        CONTAINER(publisher, struct listener, publisher);
    if (!may_publish(listener) || listener->outbox.count == 0)
        return false;
    *text = outbox_first(&listener->outbox);
    listener_target(listener, true, target);
    return true;
}

static void on_accepted(struct publisher *publisher, const uint64_t *id)
{
    struct listener *listener =
        CONTAINER(publisher, struct listener, publisher);
    if (id != NULL)
        listener->published_id = *id;
    listener_published(listener);
}

static void on_refused(struct publisher *publisher, enum outcome outcome,
                       const char *why)
{
    struct listener *listener =
        CONTAINER(publisher, struct listener, publisher);
    outbox_drop(&listener->outbox);
    if (listener->handler->on_refused != NULL)
        listener->handler->on_refused(listener, outcome, why);
}

static const struct publisher_handler publisher_handler = {
    .next = next_text,
    .on_accepted = on_accepted,
    .on_refused = on_refused,
};

void listener_post(struct listener *listener)
{
    publish_more(&listener->publisher);
}

/* ------------------------------------------------------ its life */

/* How its connections are made, and counted. */
static struct client_config config_of(struct listener *listener)
{
    return (struct client_config){
        .url = listener->url,
        .fields = listener->options->fields,
        .proxy_command = listener->options->proxy_command,
        .requests = &listener->counted.requests,
        .connections = &listener->counted.connections,
    };
}

struct listener *listener_new(struct loop *loop,
                              const struct technique *technique,
                              const struct url *url,
                              const struct listener_handler *handler,
                              const struct listener_options *options)
{
    struct listener *listener = allocate(sizeof *listener);
    listener->technique = technique;
    listener->url = url;
    listener->handler = handler;
    listener->options = options;
    listener->last_id = options->after;
    listener->has_last_id = options->has_after;
    listener->conns.loop = loop;
    listener->conns.closed = &listener->counted.traffic;
    listener->config = config_of(listener);
    net_random(&listener->random, sizeof listener->random);
    listener->timer.on_due = on_due;
    listener->ending.run = on_ending;
    listener->session = allocate(technique->session_size);
    client_init(&listener->receiver, &listener->conns, &listener->config,
                technique->receiver, listener);
    publish_init(&listener->publisher, &listener->conns, &listener->config,
                 options->attempts, &publisher_handler);
    technique->start(listener);
    return listener;
}

void listener_free(struct listener *listener)
{
    assert(listener->state == LISTENER_STOPPED && listener->conns.count == 0);
    if (listener->technique->free != NULL)
        listener->technique->free(listener);
    client_free(&listener->receiver);
    publish_free(&listener->publisher);
    outbox_free(&listener->outbox);
    buf_free(&listener->refusal.body);
    buf_free(&listener->scratch);
    free(listener->session);
    free(listener);
}

void listener_cut(struct listener *listener, const char *why)
{
    conn_set_close(&listener->conns, why);
}

struct costs listener_costs(const struct listener *listener)
{
    struct costs costs = listener->counted;
    const struct conn *conn = listener->conns.first;
    costs.bytes_up = listener->conns.bytes_out;
    costs.bytes_down = listener->conns.bytes_in;
    for (; conn != NULL; conn = conn->next)
        if (conn->state != CONN_CLOSED)
            net_traffic_add(&costs.traffic, conn->watch.fd);
    return costs;
}
