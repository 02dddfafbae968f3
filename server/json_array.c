#include "server/json_array.h"

#include <stdio.h>

enum { FIELDS_MAX = 160 };

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

enum { ETAG_MAX = 48 };

/* The answer to a question changes when there is a new message. */
static const char *etag_of(const struct channel *channel, char etag[ETAG_MAX])
{
    snprintf(etag, ETAG_MAX, "\"%s-%llu\"", channel_instance(channel),
             (unsigned long long)channel_newest(channel));
    return etag;
}

static void respond(struct exchange *exchange, const struct channel *channel,
                    int status, struct slice array)
{
    char fields[FIELDS_MAX], etag[ETAG_MAX];
    snprintf(fields, sizeof fields,
             "Cache-Control: no-cache\r\nServer-Instance: %s\r\nETag: %s\r\n",
             channel_instance(channel), etag_of(channel, etag));
    exchange_respond(
        exchange,
        &(struct response){.status = status,
                           .type = array.size > 0 ? "application/json" : NULL,
                           .fields = fields,
                           .body = array});
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
    char etag[ETAG_MAX];
    if (!http_etag_matches(&request->head, etag_of(channel, etag)))
        return false;
    respond(exchange, channel, 304, slice_of(""));
    return true;
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
