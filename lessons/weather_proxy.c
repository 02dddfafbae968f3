#include "lessons/weather_proxy.h"

#include "common/http_write.h"
#include "common/limits.h"

enum {
    RESPONSE_MAX = 16 * MIB, /* bytes that are kept; a real one has a disk */
    PIPELINED_MAX = 1000,    /* requests; browsers send one at a time */
};

struct proxy proxy_of(bool strips_upgrade, bool buffers_responses)
{
    return (struct proxy){
        .strips_upgrade = strips_upgrade,
        .buffers_responses = buffers_responses,
        .streams[FROM_CLIENT].is_raw = !strips_upgrade && !buffers_responses,
        .streams[FROM_SERVER].is_raw = !buffers_responses,
    };
}

static void free_stream(struct stream *stream)
{
    buf_free(&stream->in);
    buf_free(&stream->kept);
}

void proxy_free(struct proxy *proxy)
{
    free_stream(&proxy->streams[FROM_CLIENT]);
    free_stream(&proxy->streams[FROM_SERVER]);
    buf_free(&proxy->methods);
}

static void move(struct buf *from, struct buf *to)
{
    buf_append_slice(to, buf_slice(from));
    buf_consume(from, buf_size(from));
}

/* The part of `before` that isn't in stream->in any more: what was parsed. */
static struct slice parsed_of(struct slice before, const struct stream *stream)
{
    return (struct slice){before.data, before.size - buf_size(&stream->in)};
}

/* Pass the bytes of a body as they came: a piece would be without its chunk's
 * size. True: no body is left to pass. */
static bool pass_body(struct stream *stream, struct buf *out)
{
    struct slice piece, before = buf_slice(&stream->in);
    enum http_body_result result;
    if (!stream->is_in_body)
        return true;
    do
        result = http_body_next(&stream->body, &stream->in, &piece);
    while (result == HTTP_BODY_PIECE);
    buf_append_slice(out, parsed_of(before, stream));
    stream->is_raw |= result == HTTP_BODY_BAD;
    stream->is_in_body = result != HTTP_BODY_END;
    return result == HTTP_BODY_END;
}

/* ------------------------------------------------------------- requests */

static bool wants_upgrade(const struct http_head *head)
{
    return http_field_count(head, "Upgrade") > 0 ||
           http_field_list_has(head, "Connection", "upgrade");
}

static void append_line(struct buf *out, struct slice name, struct slice value)
{
    buf_append_slice(out, name);
    buf_append_text(out, ": ");
    buf_append_slice(out, value);
    buf_append_text(out, "\r\n");
}

/* The options of a Connection field but for upgrade (RFC 9110, 7.6.1). */
static void append_connection(struct buf *out, const struct http_field *field)
{
    struct buf rest = {0};
    struct slice list = field->value, option;
    while (http_list_next(&list, &option)) {
        if (slice_is_any_case(option, "upgrade"))
            continue;
        if (buf_size(&rest) > 0)
            buf_append_text(&rest, ", ");
        buf_append_slice(&rest, option);
    }
    if (buf_size(&rest) > 0)
        append_line(out, field->name, buf_slice(&rest));
    buf_free(&rest);
}

/* The head again, as it was but for the wish (RFC 9110, 7.8). */
static void append_stripped(struct buf *out, const struct http_request *request)
{
    buf_append_slice(out, request->method_name);
    buf_append_text(out, " ");
    buf_append_slice(out, request->target);
    buf_printf(out, " HTTP/1.%u\r\n", request->minor);
    for (size_t i = 0; i < request->head.count; i++) {
        const struct http_field *field = &request->head.fields[i];
        if (slice_is_any_case(field->name, "Connection"))
            append_connection(out, field);
        else if (!slice_is_any_case(field->name, "Upgrade"))
            append_line(out, field->name, field->value);
    }
    http_append_end(out);
}

static void note_method(struct proxy *proxy, enum http_method method)
{
    uint8_t byte = (uint8_t)method;
    if (proxy->buffers_responses)
        buf_append(&proxy->methods, &byte, 1);
}

/* False: there is no other request so far. */
static bool pass_request(struct proxy *proxy, struct buf *out)
{
    struct stream *stream = &proxy->streams[FROM_CLIENT];
    struct slice before = buf_slice(&stream->in);
    struct http_request request;
    enum http_result result =
        http_next_request(&stream->parser, &stream->in, &request);
    bool is_wish = result == HTTP_HEAD && proxy->strips_upgrade &&
                   wants_upgrade(&request.head);
    if (is_wish)
        append_stripped(out, &request);
    else
        buf_append_slice(out, parsed_of(before, stream));
    proxy->stripped_count += is_wish;
    stream->is_raw = result == HTTP_BAD;
    if (result != HTTP_HEAD)
        return false;
    note_method(proxy, request.method);
    stream->body = request.body;
    stream->is_in_body = true;
    return true;
}

static void pass_requests(struct proxy *proxy, struct buf *out)
{
    struct stream *stream = &proxy->streams[FROM_CLIENT];
    while (!stream->is_raw && pass_body(stream, out) &&
           pass_request(proxy, out))
        ;
}

/* ------------------------------------------------------------- responses */

/* What the next response answers. An interim one leaves the question open. */
static enum http_method method_asked(const struct proxy *proxy)
{
    bool is_known = buf_size(&proxy->methods) > 0;
    return is_known ? (enum http_method) * buf_head(&proxy->methods)
                    : METHOD_GET;
}

/* False: there is no other response so far. Behind a 101 both ends speak
 * another protocol, which no proxy can keep back. */
static bool keep_head(struct proxy *proxy)
{
    struct stream *stream = &proxy->streams[FROM_SERVER];
    struct slice before = buf_slice(&stream->in);
    struct http_response response;
    enum http_result result = http_next_response(
        &stream->parser, &stream->in, method_asked(proxy), &response);
    stream->is_raw = result == HTTP_BAD;
    if (result != HTTP_HEAD)
        return false;
    buf_append_slice(&stream->kept, parsed_of(before, stream));
    if (response.status == 101)
        stream->is_raw = proxy->streams[FROM_CLIENT].is_raw = true;
    if (response.status >= 200 && buf_size(&proxy->methods) > 0)
        buf_consume(&proxy->methods, 1);
    stream->body = response.body;
    stream->is_in_body = true;
    return true;
}

static void pass_responses(struct proxy *proxy, struct buf *out)
{
    struct stream *stream = &proxy->streams[FROM_SERVER];
    while (!stream->is_raw && pass_body(stream, &stream->kept)) {
        move(&stream->kept, out);
        if (!keep_head(proxy))
            return;
    }
}

/* ------------------------------------------------------------- both */

const char *proxy_pass(struct proxy *proxy, enum origin origin,
                       struct slice bytes, struct buf *out)
{
    struct stream *stream = &proxy->streams[origin];
    buf_append_slice(&stream->in, bytes);
    if (origin == FROM_CLIENT)
        pass_requests(proxy, out);
    else
        pass_responses(proxy, out);
    if (stream->is_raw)
        proxy_end(proxy, origin, out);
    if (buf_size(&stream->kept) > RESPONSE_MAX)
        return "a response longer than --buffer-responses can keep";
    if (buf_size(&proxy->methods) > PIPELINED_MAX)
        return "more requests without a response than can be remembered";
    return NULL;
}

void proxy_end(struct proxy *proxy, enum origin origin, struct buf *out)
{
    struct stream *stream = &proxy->streams[origin];
    move(&stream->kept, out);
    move(&stream->in, out);
}
