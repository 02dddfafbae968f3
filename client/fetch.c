#include "client/fetch.h"

#include <string.h>

#include "common/limits.h"

/* ------------------------------------------------------ the answer */

static void remember_etag(struct fetch *session, const struct http_head *head)
{
    struct slice etag = http_field(head, "ETag");
    if (etag.size == 0 || etag.size >= sizeof session->etag)
        return;
    memcpy(session->etag, etag.data, etag.size);
    session->etag[etag.size] = '\0';
}

static void on_head(struct client *client, const struct http_response *response)
{
    struct listener *listener = client->user;
    struct fetch *session = listener->session;
    session->status = response->status;
    switch (response->status) {
    case 200:
    case 204:
    case 304:
        client->body.max = ANSWER_MAX + listener_message_limit(listener);
        remember_etag(session, &response->head);
        listener_opened(listener, &response->head);
        break;
    default: listener_refused(listener, response); break;
    }
}

static void on_piece(struct client *client, struct slice piece)
{
    struct listener *listener = client->user;
    struct fetch *session = listener->session;
    buf_append_slice(&session->body, piece);
}

/* Whoever hears it may stop: the body is ours until all of it is read. */
static bool hear_body(struct listener *listener, size_t *count)
{
    struct fetch *session = listener->session;
    struct buf body = session->body;
    session->body = (struct buf){0};
    bool is_array = listener_heard_array(listener, buf_slice(&body), count);
    buf_free(&body);
    return is_array;
}

static void on_done(struct client *client)
{
    struct listener *listener = client->user;
    struct fetch *session = listener->session;
    size_t count = 0;
    if (session->status == 200 && !hear_body(listener, &count)) {
        listener_failed(listener, OUTCOME_WEIRD_REPLY,
                        "the answer is not an array of messages");
        return;
    }
    if (count > 0)
        session->etag[0] = '\0'; /* what we ask for next is something else */
    else
        listener->counted.empty++;
    if (listener->state == LISTENER_OPEN)
        session->on_fetched(listener, count);
}

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    listener_failed(client->user, outcome, why);
}

/* ------------------------------------------------------ the request */

const struct client_handler fetch_handler = {
    .on_head = on_head,
    .on_piece = on_piece,
    .on_done = on_done,
    .on_failed = on_failed,
};

void fetch(struct listener *listener, int patience_ms,
           void (*on_fetched)(struct listener *listener, size_t count))
{
    struct fetch *session = listener->session;
    struct buf target = {0};
    session->on_fetched = on_fetched;
    session->asked_ms = loop_now(listener->conns.loop);
    listener_target(listener, false, &target);
    client_begin(&listener->receiver, "GET", buf_slice(&target));
    client_add_field(&listener->receiver, "Accept",
                     slice_of("application/json"));
    if (session->etag[0] != '\0')
        client_add_field(&listener->receiver, "If-None-Match",
                         slice_of(session->etag));
    client_send(&listener->receiver, (struct slice){0}, patience_ms);
    buf_free(&target);
}

void fetch_end(struct listener *listener)
{
    struct fetch *session = listener->session;
    loop_timer_cancel(listener->conns.loop, &listener->pause);
    client_close(&listener->receiver);
    buf_free(&session->body);
}
