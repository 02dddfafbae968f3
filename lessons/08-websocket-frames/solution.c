/* solution.c -- frames of a WebSocket. The real thing is common/websocket.c,
 * which also answers, and unmasks a payload while it arrives; this waits until
 * a frame is complete, so that a frame costs as much memory as its sender
 * likes. */
#include "lessons/08-websocket-frames/exercise.h"

#include "common/utf8.h"

enum { LENGTH_16 = 126, LENGTH_64 = 127, CONTROL_MAX = 125 };

/* What the header of a frame says. */
struct header {
    size_t size; /* bytes of the header itself; 0: it is incomplete */
    uint64_t payload_size;
    bool fin, masked;
    uint8_t rsv, opcode;
    uint8_t key[4];
};

static size_t extended_size(uint64_t payload_size)
{
    return payload_size < LENGTH_16 ? 0 : payload_size <= UINT16_MAX ? 2 : 8;
}

static void append_number(struct buf *out, uint64_t number, size_t size)
{
    while (size-- > 0)
        buf_append(out, &(uint8_t){(uint8_t)(number >> 8 * size)}, 1);
}

static uint64_t read_number(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

static void mask(uint8_t *bytes, size_t size, const uint8_t key[4])
{
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= key[i % 4];
}

/* ------------------------------------------------------ writing */

void encode_frame(struct buf *out, enum role role, const struct frame *frame)
{
    size_t size = frame->payload.size;
    size_t extended = extended_size(size);
    uint64_t length = extended == 0 ? size : extended == 2 ? 126 : 127;
    append_number(out, (frame->fin ? 0x80u : 0u) | frame->opcode, 1);
    append_number(out, (role == CLIENT ? 0x80u : 0u) | length, 1);
    append_number(out, size, extended);
    if (role == CLIENT)
        buf_append(out, frame->key, sizeof frame->key);
    buf_append_slice(out, frame->payload);
    if (role == CLIENT)
        mask(buf_head(out) + buf_size(out) - size, size, frame->key);
}

/* ------------------------------------------------------ reading */

static struct header read_header(const struct buf *in)
{
    const uint8_t *at = buf_head(in);
    if (buf_size(in) < 2)
        return (struct header){0};
    struct header header = {
        .fin = at[0] & 0x80,
        .rsv = at[0] & 0x70,
        .opcode = at[0] & 0x0f,
        .masked = at[1] & 0x80,
        .payload_size = at[1] & 0x7f,
    };
    size_t extended = header.payload_size == LENGTH_16   ? 2
                      : header.payload_size == LENGTH_64 ? 8
                                                         : 0;
    size_t size = 2 + extended + (header.masked ? sizeof header.key : 0);
    if (buf_size(in) < size)
        return (struct header){0};
    header.size = size;
    if (extended > 0)
        header.payload_size = read_number(at + 2, extended);
    if (header.masked)
        memcpy(header.key, at + 2 + extended, sizeof header.key);
    return header;
}

static bool is_control(uint8_t opcode)
{
    return opcode >= CLOSE;
}

static bool is_known(uint8_t opcode)
{
    return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
}

static bool is_allowed(const struct decoder *decoder,
                       const struct header *header)
{
    size_t key_size = header->masked ? sizeof header->key : 0;
    bool has_begun = decoder->opcode != CONTINUATION;
    if (header->rsv != 0 || !is_known(header->opcode) ||
        header->masked != (decoder->role == SERVER) ||
        header->payload_size >> 63 ||
        header->size != 2 + extended_size(header->payload_size) + key_size)
        return false;
    if (is_control(header->opcode))
        return header->fin && header->payload_size <= CONTROL_MAX;
    return (header->opcode == CONTINUATION) == has_begun;
}

static struct event fail(int code)
{
    return (struct event){.type = FAILED, .code = code};
}

static bool is_close_code(int code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

static struct event take_close(struct slice payload)
{
    struct event event = {.type = CLOSED, .opcode = CLOSE, .code = NO_STATUS};
    if (payload.size == 0)
        return event;
    if (payload.size == 1)
        return fail(PROTOCOL_ERROR);
    event.code = (int)read_number((const uint8_t *)payload.data, 2);
    event.payload = (struct slice){payload.data + 2, payload.size - 2};
    if (!is_close_code(event.code))
        return fail(PROTOCOL_ERROR);
    if (!utf8_is_valid(event.payload.data, event.payload.size))
        return fail(BAD_DATA);
    return event;
}

static struct event take_control(enum opcode opcode, struct slice payload)
{
    if (opcode == CLOSE)
        return take_close(payload);
    return (struct event){
        .type = CONTROL, .opcode = opcode, .payload = payload};
}

/* Add a fragment to the message; the last one makes it an event. */
static struct event take_data(struct decoder *decoder,
                              const struct header *header, struct slice payload)
{
    if (header->opcode != CONTINUATION) {
        decoder->opcode = header->opcode;
        buf_free(&decoder->message);
    }
    buf_append_slice(&decoder->message, payload);
    if (!header->fin)
        return (struct event){.type = NEED_MORE};

    struct slice whole = buf_slice(&decoder->message);
    struct event event = {
        .type = MESSAGE, .opcode = decoder->opcode, .payload = whole};
    decoder->opcode = CONTINUATION;
    if (event.opcode == TEXT && !utf8_is_valid(whole.data, whole.size))
        return fail(BAD_DATA);
    return event;
}

/* Take one frame, which may be an event. False: it has not come yet. */
static bool take_frame(struct decoder *decoder, struct event *event)
{
    struct header header = read_header(&decoder->in);
    if (header.size == 0)
        return false;
    if (!is_allowed(decoder, &header)) {
        *event = fail(PROTOCOL_ERROR);
        return true;
    }
    if (buf_size(&decoder->in) - header.size < header.payload_size)
        return false;
    uint8_t *bytes = buf_head(&decoder->in) + header.size;
    size_t size = (size_t)header.payload_size;
    buf_consume(&decoder->in, header.size + size);
    if (header.masked)
        mask(bytes, size, header.key);
    struct slice payload = {(const char *)bytes, size};
    *event = is_control(header.opcode) ? take_control(header.opcode, payload)
                                       : take_data(decoder, &header, payload);
    return true;
}

struct event decode_next(struct decoder *decoder)
{
    struct event event = {.type = NEED_MORE};
    while (event.type == NEED_MORE && take_frame(decoder, &event))
        ;
    return event;
}
