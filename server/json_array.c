#include "server/json_array.h"

static void append(struct buf *out, const struct message *message)
{
    buf_append_text(out, buf_size(out) == 0 ? "[" : ",");
    buf_append_slice(out, message->json);
}

static void finish(struct buf *out)
{
    if (buf_size(out) > 0)
        buf_append_text(out, "]");
}

const struct wire_format json_array = {append, finish, .is_whole = true};

/* The answer to a question changes when there is a new message. */
static void append_etag(struct buf *out, const struct channel *channel)
{
    buf_append_text(out, "\"");
    buf_append_text(out, channel_instance(channel));
    buf_append_text(out, "-");
    buf_append_number(out, channel_newest(channel));
    buf_append_text(out, "\"");
}

static void respond(struct exchange *exchange, const struct channel *channel,
                    int status, struct slice array)
{
    struct buf *fields = &loop_lent(exchange->conn->set->loop)->scratch;
    buf_append_text(fields, "Cache-Control: no-cache\r\nServer-Instance: ");
    buf_append_text(fields, channel_instance(channel));
    buf_append_text(fields, "\r\nETag: ");
    append_etag(fields, channel);
    buf_append(fields, "\r\n", sizeof "\r\n"); /* with a NUL */
    exchange_respond(
        exchange,
        &(struct response){.status = status,
                           .type = array.size > 0 ? "application/json" : NULL,
                           .fields = (const char *)buf_head(fields),
                           .body = array});
    buf_consume(fields, buf_size(fields));
}

void json_array_respond(struct exchange *exchange,
                        const struct channel *channel, struct slice array)
{
    respond(exchange, channel, array.size > 0 ? 200 : 204, array);
}

bool json_array_is_known(struct exchange *exchange,
                         const struct http_request *request,
                         const struct channel *channel)
{
    struct buf etag = {0};
    append_etag(&etag, channel);
    buf_append(&etag, "", 1);
    bool is_known =
        http_etag_matches(&request->head, (const char *)buf_head(&etag));
    buf_free(&etag);
    if (is_known)
        respond(exchange, channel, 304, slice_of(""));
    return is_known;
}

void json_array_answer(struct exchange *exchange, const struct channel *channel,
                       const struct message *notice, uint64_t after)
{
    struct buf array = {0};
    if (notice != NULL)
        append(&array, notice);
    channel_encode(channel, &json_array, after, &array);
    json_array_respond(exchange, channel, buf_slice(&array));
    buf_free(&array);
}
