/* streaming.c -- ask once, and read an answer that does not end.
 *
 *      ask --> head, event, event, ... (a comment now and then) ..., event
 *
 * An event stream is read as EventSource does (HTML standard, 9.2), and comes
 * back with Last-Event-ID. With -H 'Accept: application/x-ndjson' the server
 * sends a line of JSON for each message instead; its Content-Type says which
 * one it is.
 */
#include "client/role.h"
#include "common/limits.h"
#include "common/sse.h"

enum { SILENCE_MS = 4 * HEARTBEAT_MS }; /* longer: the server is gone */

struct session {
    struct sse sse;
    struct buf received; /* an event or line that is not complete */
    bool is_lines;
    size_t scanned; /* bytes of an incomplete line, without an end in them */
};

/* ------------------------------------------------------ what is streamed */

/* An event without data is never dispatched: there is always something. */
static bool next_event(struct listener *listener)
{
    struct session *session = listener->session;
    struct sse_event event;
    switch (sse_next(&session->sse, &session->received, &event)) {
    case SSE_NEED_MORE: return false;
    case SSE_EVENT: listener_heard(listener, event.data); return true;
    case SSE_TOO_BIG: break;
    }
    listener_failed(listener, OUTCOME_WEIRD_REPLY, "an event is too long");
    return false;
}

/* The server sends empty lines when it has nothing to say for long. */
static bool next_line(struct listener *listener)
{
    struct session *session = listener->session;
    struct slice line = buf_slice(&session->received);
    size_t size = line.size;
    line.size = session->scanned +
                slice_until(slice_from(line, session->scanned), '\n').size;
    if (line.size == size) {
        session->scanned = size;
        if (size > listener_message_limit(listener))
            listener_failed(listener, OUTCOME_WEIRD_REPLY,
                            "a line is too long");
        return false;
    }
    session->scanned = 0;
    buf_consume(&session->received, line.size + 1);
    if (line.size > 0)
        listener_heard(listener, line);
    return true;
}

/* ------------------------------------------------------ the response */

static void open_stream(struct listener *listener, const struct http_head *head)
{
    struct session *session = listener->session;
    struct slice type = slice_until(http_field(head, "Content-Type"), ';');
    session->is_lines = slice_is_any_case(type, "application/x-ndjson");
    if (session->is_lines || slice_is_any_case(type, "text/event-stream"))
        listener_opened(listener, head);
    else
        listener_failed(listener, OUTCOME_WEIRD_REPLY,
                        "neither an event stream nor lines of JSON");
}

static void on_head(struct client *client, const struct http_response *response)
{
    if (response->status == 200)
        open_stream(client->user, &response->head);
    else if (response->status == 204) /* HTML 9.2.3: never come back */
        listener_finish(client->user);
    else
        listener_refused(client->user, response);
}

/* Whoever is called back may stop: then no client is busy any more. */
static void on_piece(struct client *client, struct slice piece)
{
    struct listener *listener = client->user;
    struct session *session = listener->session;
    buf_append_slice(&session->received, piece);
    while (client_is_busy(client) &&
           (session->is_lines ? next_line(listener) : next_event(listener)))
        ;
    if (session->sse.retry_ms > 0)
        listener->backoff.first_ms = listener->backoff.least_ms =
            session->sse.retry_ms;
    if (buf_size(&session->received) == 0)
        buf_free(&session->received);
}

static void on_done(struct client *client)
{
    listener_failed(client->user, OUTCOME_DONE, "the server ended the stream");
}

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    listener_failed(client->user, outcome, why);
}

/* ------------------------------------------------------ the request */

static void start(struct listener *listener)
{
    struct session *session = listener->session;
    struct client *client = &listener->receiver;
    struct buf target = {0};
    sse_restart(&session->sse);
    session->sse.max_size = listener_message_limit(listener);
    session->scanned = 0;
    buf_free(&session->received); /* half an event of the last connection */
    struct slice id = buf_slice(&session->sse.last_event_id);
    listener_target(listener, false, &target);
    client_begin(client, "GET", buf_slice(&target));
    client_add_field(client, "Accept", slice_of("text/event-stream"));
    if (id.size > 0 && http_is_value(id))
        client_add_field(client, "Last-Event-ID", id);
    client_send(client, (struct slice){0}, SILENCE_MS);
    buf_free(&target);
}

/* What is being read at this moment stays as it is until start(). */
static void end(struct listener *listener)
{
    client_close(&listener->receiver);
}

static void free_session(struct listener *listener)
{
    struct session *session = listener->session;
    sse_free(&session->sse);
    buf_free(&session->received);
}

static const struct client_handler receiver = {
    .on_head = on_head,
    .on_piece = on_piece,
    .on_done = on_done,
    .on_failed = on_failed,
};

const struct technique streaming = {
    .name = "streaming",
    .path = "/streaming",
    .session_size = sizeof(struct session),
    .receiver = &receiver,
    .start = start,
    .end = end,
    .publish = listener_post,
    .free = free_session,
};
