/* streaming.c -- one response that never ends.
 *
 *      GET /streaming?after=7   ->   200 text/event-stream, in chunks
 *                                    id: 8 | data: {"id":8,...} | (empty line)
 *                                    id: 9 | ...
 *                                    : (a comment, when nothing else was said)
 *
 * There is no new request for each message (RFC 6202, 3). The format is that of
 * the HTML standard (9.2, Server-sent events), so that EventSource reads it;
 * with Accept: application/x-ndjson it is a line of JSON each. The comment lets
 * both ends notice that the other one is gone, and keeps proxies from thinking
 * so (9.2.7).
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/chunked.h"
#include "common/limits.h"
#include "common/sse.h"
#include "server/server.h"

struct stream {
    struct exchange *exchange;
    struct subscriber subscriber;
};

/* ------------------------------------------------------------- wire formats */

static void append_event(struct buf *out, const struct message *message)
{
    char id[24];
    int size = snprintf(id, sizeof id, "%llu", (unsigned long long)message->id);
    sse_append_event(out, NULL, (struct slice){id, (size_t)size},
                     message->json);
}

static void append_line(struct buf *out, const struct message *message)
{
    buf_append_slice(out, message->json);
    buf_append_text(out, "\n");
}

/* A message each is a chunk (RFC 9112, 7.1): what goes to many is encoded once,
 * with all that is around it. */
static void append_chunk(struct buf *out, const struct wire_format *format,
                         const struct message *message)
{
    struct buf data = {0};
    format->append(&data, message);
    chunked_append(out, buf_slice(&data));
    buf_free(&data);
}

static const struct wire_format events = {.append = append_event};
static const struct wire_format lines = {.append = append_line};

static void append_event_chunk(struct buf *out, const struct message *message)
{
    append_chunk(out, &events, message);
}

static void append_line_chunk(struct buf *out, const struct message *message)
{
    append_chunk(out, &lines, message);
}

static const struct wire_format event_chunks = {.append = append_event_chunk};
static const struct wire_format line_chunks = {.append = append_line_chunk};

/* ------------------------------------------------------------- the stream */

static void send(struct stream *stream, struct slice bytes)
{
    struct exchange *exchange = stream->exchange;
    conn_write(exchange->conn, bytes);
    exchange_hold_on(exchange,
                     server_of_conn(exchange->conn)->options.heartbeat_ms);
}

/* The same with what is not in a chunk yet. */
static void send_data(struct stream *stream, struct slice data)
{
    struct buf chunk = {0};
    if (!stream->exchange->is_chunked) {
        send(stream, data);
        return;
    }
    chunked_append(&chunk, data);
    send(stream, buf_slice(&chunk));
    buf_free(&chunk);
}

static void deliver(struct subscriber *subscriber, struct slice bytes)
{
    send(CONTAINER(subscriber, struct stream, subscriber), bytes);
}

static bool is_ready(const struct subscriber *subscriber)
{
    const struct stream *stream =
        CONTAINER(subscriber, struct stream, subscriber);
    return !conn_is_full(stream->exchange->conn);
}

static void end(struct exchange *exchange, const char *why)
{
    struct stream *stream = exchange->user;
    channel_unsubscribe(&stream->subscriber);
    free(stream);
    exchange_end(exchange, why);
}

static void on_lapsed(struct subscriber *subscriber)
{
    struct stream *stream = CONTAINER(subscriber, struct stream, subscriber);
    /* no last chunk: what it has is not complete (RFC 9112, 8) */
    stream->exchange->is_chunked = false;
    end(stream->exchange, "reads too slowly: its messages are gone");
}

static bool is_lines(const struct stream *stream)
{
    const struct wire_format *format = stream->subscriber.kind->format;
    return format == &lines || format == &line_chunks;
}

static void on_heartbeat(struct exchange *exchange)
{
    struct stream *stream = exchange->user;
    send_data(stream, slice_of(is_lines(stream) ? "\n" : ":\n\n"));
}

static void on_drained(struct exchange *exchange)
{
    struct stream *stream = exchange->user;
    channel_catch_up(&stream->subscriber);
}

static void on_shutdown(struct exchange *exchange)
{
    end(exchange, "shutting down");
}

static void on_gone(struct exchange *exchange)
{
    struct stream *stream = exchange->user;
    channel_unsubscribe(&stream->subscriber);
    free(stream);
}

/* The kinds of streams, [in chunks] of each. */
static const struct subscriber_kind event_stream[] = {
    {&events, is_ready, deliver, on_lapsed},
    {&event_chunks, is_ready, deliver, on_lapsed},
};
static const struct subscriber_kind line_stream[] = {
    {&lines, is_ready, deliver, on_lapsed},
    {&line_chunks, is_ready, deliver, on_lapsed},
};

static const struct holder holder = {
    .on_due = on_heartbeat,
    .on_gone = on_gone,
    .on_shutdown = on_shutdown,
    .on_drained = on_drained,
};

/* ------------------------------------------------------------ its beginning */

/* The head of the stream, or the answer to who asks for no more than that. */
static void begin(struct exchange *exchange, const struct channel *channel,
                  bool wants_lines)
{
    char fields[200];
    snprintf(fields, sizeof fields,
             "Cache-Control: no-store\r\n"
             "X-Accel-Buffering: no\r\n" /* nginx would collect it */
             "Server-Instance: %s\r\n",
             channel_instance(channel));
    struct response response = {
        .status = 200,
        .type = wants_lines ? "application/x-ndjson"
                            : "text/event-stream; charset=utf-8",
        .fields = fields,
    };
    if (exchange->is_head)
        exchange_respond(exchange, &response);
    else
        exchange_begin(exchange, &response);
}

/* What comes before the first message: how long to wait before coming back, and
 * what was lost, if anything was. */
static void greet(struct stream *stream, const struct message *notice)
{
    struct buf greeting = {0};
    if (!is_lines(stream)) {
        sse_append_retry(&greeting, RETRY_MS);
        send_data(stream, buf_slice(&greeting));
    }
    if (notice != NULL) {
        buf_consume(&greeting, buf_size(&greeting));
        stream->subscriber.kind->format->append(&greeting, notice);
        send(stream, buf_slice(&greeting));
    }
    buf_free(&greeting);
}

static void open_stream(struct exchange *exchange, struct channel *channel,
                        struct place *place, bool wants_lines)
{
    const struct subscriber_kind *kinds =
        wants_lines ? line_stream : event_stream;
    struct message notice;
    bool is_lost = channel_resume(channel, place, &notice);
    struct stream *stream = allocate(sizeof *stream);
    stream->exchange = exchange;
    exchange->user = stream;
    exchange_hold(exchange, &holder,
                  server_of_conn(exchange->conn)->options.heartbeat_ms);
    begin(exchange, channel, wants_lines);
    channel_subscribe(channel, &stream->subscriber,
                      &kinds[exchange->is_chunked], place->after);
    stream->subscriber.reads[0] = exchange;
    stream->subscriber.reads[1] = exchange->conn;
    greet(stream, is_lost ? &notice : NULL);
}

static void serve(struct exchange *exchange, const struct http_request *request)
{
    struct channel *channel;
    struct place place;
    bool wants_lines =
        http_field_list_has(&request->head, "Accept", "application/x-ndjson");
    if (request->method == METHOD_POST)
        server_publish_body(exchange, request);
    else if (!server_find_place(exchange, request, &channel, &place))
        return;
    else if (request->method == METHOD_HEAD)
        begin(exchange, channel, wants_lines);
    else
        open_stream(exchange, channel, &place, wants_lines);
}

const struct transport streaming = {
    .path = "/streaming",
    .allowed = ALLOW_GET | ALLOW_POST,
    .serve = serve,
};
