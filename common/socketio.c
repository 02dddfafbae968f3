#include "common/socketio.h"

#include <assert.h>
#include <string.h>

#include "common/json.h"

static bool is_binary_type(enum sio_type type)
{
    return type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK;
}

static bool begins_with(struct slice text, char byte)
{
    return text.size > 0 && *text.data == byte;
}

static bool begins_with_digit(struct slice text)
{
    return text.size > 0 && *text.data >= '0' && *text.data <= '9';
}

/* What follows a value in a list. */
static struct slice without_comma(struct slice text)
{
    text = json_trim(text);
    return begins_with(text, ',') ? json_trim(slice_from(text, 1)) : text;
}

/* ------------------------------------------------------------- writing */

static char wire_type(const struct sio_packet *packet)
{
    enum sio_type type = packet->type;
    if (packet->args.buffer_count > 0)
        type = type == SIO_EVENT ? SIO_BINARY_EVENT : SIO_BINARY_ACK;
    return (char)('0' + type);
}

/* All that stands before the payload. */
static void append_head(struct buf *out, const struct sio_packet *packet)
{
    char type = wire_type(packet);
    size_t buffer_count = packet->args.buffer_count;
    assert(buffer_count <= SIO_ATTACHMENTS_MAX);
    buf_append(out, &type, 1);
    if (buffer_count > 0) {
        buf_append_number(out, buffer_count);
        buf_append(out, "-", 1);
    }
    if (!slice_is(packet->namespace, "/")) {
        buf_append_slice(out, packet->namespace);
        buf_append(out, ",", 1);
    }
    if (packet->has_id)
        buf_append_number(out, packet->id);
}

/* What follows the event's name, if there is one, to the end of the array. */
static void append_args(struct buf *out, bool is_first, struct slice json)
{
    if (!is_first && json.size > 0)
        buf_append(out, ",", 1);
    buf_append_slice(out, json);
    buf_append(out, "]", 1);
}

void sio_append_packet(struct buf *out, const struct sio_packet *packet)
{
    assert(!is_binary_type(packet->type)); /* its buffers say that */
    append_head(out, packet);
    switch (packet->type) {
    case SIO_EVENT:
        buf_append(out, "[", 1);
        buf_append_slice(out, packet->event);
        append_args(out, false, packet->args.json);
        break;
    case SIO_ACK:
        buf_append(out, "[", 1);
        append_args(out, true, packet->args.json);
        break;
    case SIO_CONNECT:
    case SIO_CONNECT_ERROR: buf_append_slice(out, packet->data); break;
    case SIO_DISCONNECT:
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK: break;
    }
}

void sio_append_event(struct buf *out, struct slice namespace,
                      const uint64_t *id, const char *event,
                      struct sio_args args)
{
    struct sio_packet packet = {
        .type = SIO_EVENT,
        .namespace = namespace,
        .has_id = id != NULL,
        .id = id != NULL ? *id : 0,
        .args = args,
    };
    append_head(out, &packet);
    buf_append(out, "[", 1);
    json_append_string(out, slice_of(event));
    append_args(out, false, args.json);
}

/* ------------------------------------------------------------- reading */

/* A type of the wire. False: there is none. */
static bool take_type(struct slice *text, enum sio_type *type)
{
    if (text->size == 0 || *text->data < '0' || *text->data > '6')
        return false;
    *type = (enum sio_type)(*text->data - '0');
    slice_skip(text, 1);
    return true;
}

/* "51-": how many attachments there are. */
static bool take_attachments(struct slice *text, uint8_t *count)
{
    unsigned number = 0;
    while (begins_with_digit(*text) && number <= SIO_ATTACHMENTS_MAX) {
        number = 10 * number + (unsigned)(*text->data - '0');
        slice_skip(text, 1);
    }
    if (number < 1 || number > SIO_ATTACHMENTS_MAX || !begins_with(*text, '-'))
        return false;
    slice_skip(text, 1);
    *count = (uint8_t)number;
    return true;
}

/* "/chat,": the comma may be missing where nothing follows. */
static struct slice take_namespace(struct slice *text)
{
    if (!begins_with(*text, '/'))
        return slice_of("/");
    return slice_take(text, ',');
}

static bool has_array(enum sio_type type)
{
    return type == SIO_EVENT || type == SIO_ACK;
}

/* The number behind it, if there is one; only who has an array means something
 * by it. False: it is too big. */
static bool take_id(struct slice *text, struct sio_packet *packet)
{
    uint64_t id = 0;
    packet->has_id = begins_with_digit(*text) && has_array(packet->type);
    while (begins_with_digit(*text)) {
        if (id > (UINT64_MAX - 9) / 10)
            return false;
        id = 10 * id + (uint64_t)(*text->data - '0');
        slice_skip(text, 1);
    }
    packet->id = packet->has_id ? id : 0;
    return true;
}

bool sio_is_reserved(struct slice event)
{
    static const char *const reserved[] = {
        "connect",       "connect_error", "disconnect",
        "disconnecting", "newListener",   "removeListener",
    };
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (slice_is(event, reserved[i]))
            return true;
    return false;
}

static bool is_event_name(struct slice value)
{
    struct buf unescaped = {0};
    if (json_type(value) == JSON_NUMBER)
        return true;
    if (json_type(value) != JSON_STRING)
        return false;
    bool is_good = !sio_is_reserved(json_string(value, &unescaped));
    buf_free(&unescaped);
    return is_good;
}

/* Split an array: the name of the event, if it is to begin with one, and the
 * arguments. */
static bool read_array(struct slice array, struct sio_packet *packet)
{
    if (json_type(array) != JSON_ARRAY)
        return false;
    struct json_cursor items = json_items(array);
    if (packet->type == SIO_EVENT &&
        (!json_next(&items, &packet->event) || !is_event_name(packet->event)))
        return false;
    struct slice args = json_trim(items.rest);
    args.size--; /* the bracket that closes the array */
    packet->args.json = without_comma(args);
    return true;
}

/* Is it what a packet of this type carries? Empty: there is none. */
static bool read_payload(struct slice payload, struct sio_packet *packet)
{
    if (payload.size > 0 && !json_is_valid(payload))
        return false;
    payload = json_trim(payload);
    if (!has_array(packet->type))
        packet->data = payload;
    switch (packet->type) {
    case SIO_CONNECT:
        return payload.size == 0 || json_type(payload) == JSON_OBJECT;
    case SIO_CONNECT_ERROR:
        return payload.size == 0 || json_type(payload) == JSON_OBJECT ||
               json_type(payload) == JSON_STRING;
    case SIO_DISCONNECT: return payload.size == 0;
    case SIO_EVENT:
    case SIO_ACK: return payload.size > 0 && read_array(payload, packet);
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK: break;
    }
    return false;
}

/* NULL, or what is wrong with it. */
static const char *read_packet(struct slice text, struct sio_packet *packet,
                               uint8_t *attachments)
{
    enum sio_type type;
    *attachments = 0;
    *packet = (struct sio_packet){0};
    if (!take_type(&text, &type))
        return "unknown packet type";
    if (is_binary_type(type) && !take_attachments(&text, attachments))
        return "illegal number of attachments";
    packet->type = type == SIO_BINARY_EVENT ? SIO_EVENT
                   : type == SIO_BINARY_ACK ? SIO_ACK
                                            : type;
    packet->namespace = take_namespace(&text);
    if (!take_id(&text, packet))
        return "illegal acknowledgement id";
    if (!read_payload(text, packet))
        return "invalid payload";
    return NULL;
}

/* --------------------------------------------------------- attachments */

/* What is known of an object that has not ended yet. */
struct members {
    bool is_placeholder; /* "_placeholder":true */
    bool has_number;     /* "num" of a buffer that there is */
};

/* Take a string; if it is the name of a member, note what it says. */
static void take_string(struct slice *text, struct members *object,
                        size_t buffer_count)
{
    struct json_cursor cursor = {*text};
    struct slice name, value = {0};
    int64_t number;
    json_next(&cursor, &name);
    *text = json_trim(cursor.rest);
    if (!begins_with(*text, ':'))
        return;
    slice_skip(text, 1);
    cursor.rest = *text = json_trim(*text);
    bool is_container = begins_with(*text, '[') || begins_with(*text, '{');
    if (!is_container)
        json_next(&cursor, &value);
    if (json_string_is(name, "_placeholder"))
        object->is_placeholder = slice_is(value, "true");
    else if (json_string_is(name, "num"))
        object->has_number = value.size > 0 && json_integer(value, &number) &&
                             (uint64_t)number < buffer_count;
}

/* Has every placeholder, at any depth, its buffer? In one pass, whatever the
 * depth. */
static bool placeholders_have_buffers(struct slice text, size_t buffer_count)
{
    struct members open[JSON_DEPTH_MAX + 1] = {0};
    size_t depth = 0;
    while (text.size > 0) {
        char byte = *text.data;
        if (byte == '"') {
            take_string(&text, &open[depth], buffer_count);
            continue;
        }
        if (byte == '{' || byte == '[')
            open[++depth] = (struct members){0};
        if (byte == '}' || byte == ']') {
            if (open[depth].is_placeholder && !open[depth].has_number)
                return false;
            depth--;
        }
        slice_skip(&text, 1);
    }
    return true;
}

bool sio_buffer_of(struct slice value, const struct sio_args *args,
                   struct slice *buffer)
{
    struct slice member;
    int64_t number;
    if (args->buffer_count == 0 ||
        !json_member(value, "_placeholder", &member) ||
        json_type(member) != JSON_TRUE || !json_member(value, "num", &member) ||
        !json_integer(member, &number) ||
        (uint64_t)number >= args->buffer_count)
        return false;
    *buffer = args->buffers[number];
    return true;
}

/* ------------------------------------------------------------- decoding */

void sio_decoder_free(struct sio_decoder *decoder)
{
    buf_free(&decoder->text);
    buf_free(&decoder->data);
    *decoder = (struct sio_decoder){0};
}

static enum sio_result fail(const char **why, const char *cause)
{
    *why = cause;
    return SIO_BAD;
}

/* All attachments are here: the packet that was kept, with its buffers. */
static enum sio_result complete(struct sio_decoder *decoder,
                                struct sio_packet *packet, const char **why)
{
    uint8_t count;
    const char *data =
        buf_size(&decoder->data) > 0 ? buf_slice(&decoder->data).data : "";
    for (size_t i = 0; i < decoder->expected; i++) {
        decoder->buffers[i] = (struct slice){data, decoder->sizes[i]};
        data += decoder->sizes[i];
    }
    read_packet(buf_slice(&decoder->text), packet, &count); /* once more */
    packet->args.buffers = decoder->buffers;
    packet->args.buffer_count = count;
    if (!placeholders_have_buffers(packet->args.json, count))
        return fail(why, "illegal attachments");
    return SIO_PACKET;
}

static enum sio_result take_binary(struct sio_decoder *decoder,
                                   struct slice message,
                                   struct sio_packet *packet, const char **why)
{
    if (decoder->expected == 0)
        return fail(why, "binary data when no attachment is due");
    if (message.size > SIO_BUFFERS_MAX - buf_size(&decoder->data))
        return fail(why, "attachments are too big");
    buf_append_slice(&decoder->data, message);
    decoder->sizes[decoder->received++] = (uint32_t)message.size;
    if (decoder->received < decoder->expected)
        return SIO_NEED_MORE;
    return complete(decoder, packet, why);
}

static enum sio_result take_text(struct sio_decoder *decoder,
                                 struct slice message,
                                 struct sio_packet *packet, const char **why)
{
    uint8_t attachments;
    if (decoder->expected > 0)
        return fail(why, "text when an attachment is due");
    const char *problem = read_packet(message, packet, &attachments);
    if (problem != NULL)
        return fail(why, problem);
    if (attachments == 0)
        return SIO_PACKET;
    buf_append_slice(&decoder->text, message);
    decoder->expected = attachments;
    return SIO_NEED_MORE;
}

enum sio_result sio_decode(struct sio_decoder *decoder, struct slice message,
                           bool is_binary, struct sio_packet *packet,
                           const char **why)
{
    if (decoder->expected > 0 && decoder->received == decoder->expected)
        sio_decoder_free(decoder); /* the packet was handed on */
    return is_binary ? take_binary(decoder, message, packet, why)
                     : take_text(decoder, message, packet, why);
}

/* ------------------------------------------------------------- arguments */

static void begin_value(struct buf *json)
{
    if (buf_size(json) > 0)
        buf_append(json, ",", 1);
}

void sio_add_json(struct buf *json, struct slice value)
{
    begin_value(json);
    buf_append_slice(json, value);
}

void sio_add_text(struct buf *json, struct slice text)
{
    begin_value(json);
    json_append_string(json, text);
}

void sio_add_number(struct buf *json, int64_t number)
{
    begin_value(json);
    if (number < 0)
        buf_append(json, "-", 1);
    buf_append_number(json,
                      number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void sio_add_buffer(struct buf *json, size_t number)
{
    begin_value(json);
    buf_append_text(json, "{\"_placeholder\":true,\"num\":");
    buf_append_number(json, number);
    buf_append(json, "}", 1);
}

bool sio_next_arg(struct slice *json, struct slice *value)
{
    struct json_cursor cursor = {*json};
    if (json->size == 0 || !json_next(&cursor, value))
        return false;
    *json = without_comma(cursor.rest);
    return true;
}
