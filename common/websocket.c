#include "common/websocket.h"

#include <assert.h>
#include <string.h>

#include "common/limits.h"

/* The first two bytes of a header (5.2). */
enum {
    FIN = 0x80,
    RSV = 0x70,
    RSV_SHIFT = 4,
    OPCODE = 0x0f,
    MASK = 0x80,
    LENGTH = 0x7f,
    LENGTH_16 = 126, /* the length is in the next 2 bytes */
    LENGTH_64 = 127, /* the length is in the next 8 bytes */
    KEY_SIZE = 4,
};

void ws_init(struct ws *ws, enum ws_role role, struct buf *in, struct buf *out)
{
    *ws = (struct ws){
        .in = in,
        .out = out,
        .message_limit = MESSAGE_MAX,
        .role = (uint8_t)role,
        .state = WS_OPEN,
    };
}

void ws_free(struct ws *ws)
{
    buf_free(&ws->message);
}

bool ws_is_mid_message(const struct ws *ws)
{
    return ws->message_opcode != WS_CONTINUATION;
}

/* --------------------------------------------------------------- frames */

static uint64_t read_big_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void write_big_endian(uint8_t *bytes, size_t size, uint64_t value)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
}

static bool is_control(uint8_t opcode)
{
    return opcode & 0x8; /* 5.5 */
}

static bool is_known(uint8_t opcode)
{
    return opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
}

/* Bytes of the extended payload length, in the shortest encoding. */
static size_t length_size(uint64_t size)
{
    return size < LENGTH_16 ? 0 : size <= UINT16_MAX ? 2 : 8;
}

/* Bytes of a whole header, in the same encoding. */
static size_t header_size_of(uint64_t size, bool masked)
{
    return 2 + length_size(size) + (masked ? KEY_SIZE : 0);
}

size_t ws_read_header(struct slice bytes, struct ws_frame *frame)
{
    const uint8_t *at = (const uint8_t *)bytes.data;
    if (bytes.size < 2)
        return 0;

    uint8_t first = at[0], second = at[1];
    frame->fin = first & FIN;
    frame->rsv = (uint8_t)((first & RSV) >> RSV_SHIFT);
    frame->opcode = first & OPCODE;
    frame->masked = second & MASK;
    frame->size = second & LENGTH;
    size_t extended = frame->size == LENGTH_16   ? 2
                      : frame->size == LENGTH_64 ? 8
                                                 : 0;
    size_t key_at = 2 + extended;
    size_t header_size = key_at + (frame->masked ? KEY_SIZE : 0);
    if (bytes.size < header_size)
        return 0;
    if (extended > 0)
        frame->size = read_big_endian(at + 2, extended);
    if (frame->masked)
        memcpy(frame->key, at + key_at, KEY_SIZE);
    return header_size;
}

static uint8_t first_byte(bool fin, enum ws_opcode opcode)
{
    return (uint8_t)((fin ? FIN : 0) | opcode);
}

/* Write a header that begins with `first`. `key` is NULL if nothing is masked.
 * Returns the header's size. */
static size_t write_header(uint8_t *bytes, uint8_t first, uint64_t size,
                           const uint8_t *key)
{
    size_t extended = length_size(size);
    uint8_t length = extended == 0   ? (uint8_t)size
                     : extended == 2 ? LENGTH_16
                                     : LENGTH_64;
    bytes[0] = first;
    bytes[1] = (key != NULL ? MASK : 0) | length;
    write_big_endian(bytes + 2, extended, size);
    if (key != NULL)
        memcpy(bytes + 2 + extended, key, KEY_SIZE);
    return header_size_of(size, key != NULL);
}

/* The key from `phase` on, as it lies in memory. */
static uint32_t turned_key(const uint8_t key[KEY_SIZE], size_t phase)
{
    uint8_t twice[2 * KEY_SIZE];
    uint32_t turned;
    memcpy(twice, key, KEY_SIZE);
    memcpy(twice + KEY_SIZE, key, KEY_SIZE);
    memcpy(&turned, twice + phase % KEY_SIZE, sizeof turned);
    return turned;
}

bool ws_mask(uint8_t *bytes, size_t size, const uint8_t key[4], size_t phase)
{
    uint32_t half, half_key = turned_key(key, phase);
    uint64_t word, word_key = (uint64_t)half_key << 32 | half_key;
    uint64_t any = 0; /* bits that are set in any word */
    size_t i = 0;

    for (; size - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        word ^= word_key;
        any |= word;
        memcpy(bytes + i, &word, sizeof word);
    }
    if (size - i >= sizeof half) {
        memcpy(&half, bytes + i, sizeof half);
        half ^= half_key;
        any |= half;
        memcpy(bytes + i, &half, sizeof half);
        i += sizeof half;
    }
    for (; i < size; i++) {
        bytes[i] ^= key[(phase + i) % KEY_SIZE];
        any |= bytes[i];
    }
    return (any & 0x8080808080808080) == 0;
}

/* -------------------------------------------------------------- sending */

static void append_frame(struct buf *out, uint8_t first, struct slice payload,
                         const uint8_t *key)
{
    uint8_t *bytes = buf_room(out, WS_HEADER_MAX + payload.size);
    size_t header_size = write_header(bytes, first, payload.size, key);
    if (payload.size > 0)
        memcpy(bytes + header_size, payload.data, payload.size);
    if (key != NULL)
        ws_mask(bytes + header_size, payload.size, key, 0);
    buf_added(out, header_size + payload.size);
}

void ws_append_frame(struct buf *out, enum ws_opcode opcode,
                     struct slice payload)
{
    append_frame(out, first_byte(true, opcode), payload, NULL);
}

/* Only a client masks (5.1), each frame with another key that nobody can
 * predict: or a page could choose what is on the wire (5.3, 10.3). */
static void send_frame(struct ws *ws, uint8_t first, struct slice payload)
{
    uint8_t key[KEY_SIZE];
    if (ws->role == WS_SERVER) {
        append_frame(ws->out, first, payload, NULL);
    } else {
        write_big_endian(key, sizeof key, ws->new_key());
        append_frame(ws->out, first, payload, key);
    }
}

void ws_send_fragment(struct ws *ws, enum ws_opcode opcode, bool fin,
                      struct slice payload)
{
    assert(is_known((uint8_t)opcode) && opcode != WS_CLOSE);
    assert(!is_control((uint8_t)opcode) ||
           (fin && payload.size <= WS_CONTROL_MAX));
    if (ws->state == WS_OPEN)
        send_frame(ws, first_byte(fin, opcode), payload);
}

bool ws_send_header(struct ws *ws, enum ws_opcode opcode, size_t size)
{
    assert(ws->role == WS_SERVER);
    if (ws->state != WS_OPEN)
        return false;
    uint8_t *bytes = buf_room(ws->out, WS_HEADER_MAX);
    buf_added(ws->out,
              write_header(bytes, first_byte(true, opcode), size, NULL));
    return true;
}

void ws_send(struct ws *ws, enum ws_opcode opcode, struct slice payload)
{
    ws_send_fragment(ws, opcode, true, payload);
}

/* 7.4: the codes that may stand in a close frame. */
static bool is_close_code(uint16_t code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

/* The longest part of a text that has at most `max` bytes and whole
 * characters. */
static size_t cut_between_characters(struct slice text, size_t max)
{
    if (text.size <= max)
        return text.size;
    size_t size = max;
    while (size > 0 && ((uint8_t)text.data[size] & 0xc0) == 0x80)
        size--;
    return size;
}

void ws_send_close(struct ws *ws, uint16_t code, struct slice reason)
{
    assert(is_close_code(code) || code == WS_NO_STATUS);
    if (ws->state != WS_OPEN)
        return;

    char payload[WS_CONTROL_MAX];
    size_t size = 0;
    if (code != WS_NO_STATUS) {
        size_t reason_size = cut_between_characters(reason, WS_REASON_MAX);
        write_big_endian((uint8_t *)payload, 2, code);
        if (reason_size > 0)
            memcpy(payload + 2, reason.data, reason_size);
        size = 2 + reason_size;
    }
    send_frame(ws, first_byte(true, WS_CLOSE), (struct slice){payload, size});
    ws->state = WS_CLOSING;
}

/* ------------------------------------------------------------ receiving */

/* "Fail the WebSocket Connection" (7.1.7): say why, then stop listening. */
static enum ws_event_type fail(struct ws *ws, struct ws_event *event,
                               enum ws_close_code code, const char *why)
{
    ws_send_close(ws, (uint16_t)code, slice_of(why));
    ws->state = WS_CLOSED;
    buf_free(&ws->message);
    event->payload = slice_of(why);
    event->close_code = (uint16_t)code;
    return WS_FAILED;
}

/* What is wrong with the header that was read, or NULL (5.1 to 5.5). */
static const char *find_violation(const struct ws *ws, size_t header_size)
{
    const struct ws_frame *frame = &ws->frame;
    if (frame->rsv != 0)
        return "reserved bit without an extension";
    if (!is_known(frame->opcode))
        return "unknown opcode";
    if (frame->masked && ws->role == WS_CLIENT)
        return "masked frame from a server";
    if (!frame->masked && ws->role == WS_SERVER)
        return "unmasked frame from a client";
    if (frame->size >> 63)
        return "length over 63 bits";
    if (header_size != header_size_of(frame->size, frame->masked))
        return "length is not in its shortest form";
    if (is_control(frame->opcode)) {
        if (!frame->fin)
            return "fragmented control frame";
        if (frame->size > WS_CONTROL_MAX)
            return "control frame over 125 bytes";
        return NULL;
    }
    if (frame->opcode == WS_CONTINUATION && !ws_is_mid_message(ws))
        return "continuation of no message";
    if (frame->opcode != WS_CONTINUATION && ws_is_mid_message(ws))
        return "new message inside a fragmented one";
    return NULL;
}

static enum ws_event_type on_close(struct ws *ws, struct ws_event *event)
{
    struct slice payload = event->payload;
    uint16_t code = WS_NO_STATUS;
    if (payload.size == 1) /* 5.5.1 */
        return fail(ws, event, WS_PROTOCOL_ERROR, "close code of 1 byte");
    if (payload.size >= 2) {
        code = (uint16_t)read_big_endian((const uint8_t *)payload.data, 2);
        slice_skip(&payload, 2);
        if (!is_close_code(code))
            return fail(ws, event, WS_PROTOCOL_ERROR, "close code not allowed");
        if (!utf8_is_valid(payload.data, payload.size))
            return fail(ws, event, WS_BAD_DATA, "close reason is not UTF-8");
    }

    ws_send_close(ws, code, payload); /* 5.5.1: unless we closed first */
    ws->state = WS_CLOSED;
    buf_free(&ws->message);
    event->payload = payload;
    event->close_code = code;
    return WS_CLOSED_BY_PEER;
}

/* A control frame whose header has been read but not consumed: it is so short
 * that it waits in `in` until it is complete. */
static enum ws_event_type take_control(struct ws *ws, struct ws_event *event,
                                       size_t header_size)
{
    size_t size = (size_t)ws->frame.size;
    if (buf_size(ws->in) < header_size + size)
        return WS_NEED_MORE;

    uint8_t *payload = buf_head(ws->in) + header_size;
    buf_consume(ws->in, header_size + size);
    if (ws->frame.masked)
        ws_mask(payload, size, ws->frame.key, 0);
    event->opcode = ws->frame.opcode;
    event->payload = (struct slice){(const char *)payload, size};
    if (event->opcode == WS_CLOSE)
        return on_close(ws, event);
    if (event->opcode == WS_PING)
        ws_send(ws, WS_PONG, event->payload); /* 5.5.2 */
    return WS_CONTROL;
}

/* The last frame of a message is complete. */
static enum ws_event_type end_message(struct ws *ws, struct ws_event *event)
{
    ws->message_opcode = WS_CONTINUATION;
    if (event->opcode == WS_TEXT && !utf8_is_complete(&ws->utf8))
        return fail(ws, event, WS_BAD_DATA, "text ends inside a character");
    return WS_MESSAGE;
}

/* The last `size` bytes of what is stored. */
static struct slice stored_end(const struct ws *ws, size_t size)
{
    if (size == 0)
        return slice_of("");
    const uint8_t *end = ws->message.data + ws->message.tail;
    return (struct slice){(const char *)end - size, size};
}

/* Unmask a part of a payload and check that text is UTF-8 (8.1). Most text is
 * ASCII, which shows while it is unmasked: it needs no second look. */
static bool read_block(struct ws *ws, uint8_t *bytes, size_t size, size_t phase)
{
    bool is_ascii =
        ws->frame.masked && ws_mask(bytes, size, ws->frame.key, phase);
    if (ws->message_opcode != WS_TEXT)
        return true;
    return (is_ascii && utf8_is_complete(&ws->utf8)) ||
           utf8_check(&ws->utf8, bytes, size);
}

/* The same for a piece as long as it comes, block by block: what was unmasked
 * is still in the nearest cache when it is checked. Blocks end where cache
 * lines do, because a word that lies across two is slower. */
static bool read_payload(struct ws *ws, uint8_t *bytes, size_t size,
                         size_t phase)
{
    enum { BLOCK = 8 * KIB };
    size_t block;
    for (size_t at = 0; at < size; at += block) {
        block = BLOCK - (uintptr_t)(bytes + at) % BLOCK;
        if (block > size - at)
            block = size - at;
        if (!read_block(ws, bytes + at, block, phase + at))
            return false;
    }
    return true;
}

/* A piece of a payload has arrived. It is stored, unless it is all of a
 * message: that one is delivered from where it is. */
static enum ws_event_type on_payload(struct ws *ws, struct ws_event *event,
                                     uint8_t *bytes, size_t size)
{
    bool is_end = ws->frame.fin && ws->missing == 0;
    event->opcode = ws->message_opcode;
    event->payload = (struct slice){(const char *)bytes, size};

    size_t stored = buf_size(&ws->message);
    if (is_end && stored == 0)
        return end_message(ws, event);
    buf_append(&ws->message, bytes, size);
    if (ws->missing > 0)
        return WS_NEED_MORE;
    event->payload =
        stored_end(ws, is_end ? stored + size : (size_t)ws->frame.size);
    return is_end ? end_message(ws, event) : WS_FRAGMENT;
}

/* Take what has arrived of a data frame's payload out of `in`. */
static enum ws_event_type take_payload(struct ws *ws, struct ws_event *event)
{
    size_t phase = (size_t)(ws->frame.size - ws->missing);
    size_t size = buf_size(ws->in);
    if (size > ws->missing)
        size = ws->missing;
    else if (size == 0 && ws->missing > 0)
        return WS_NEED_MORE;

    uint8_t *bytes = buf_head(ws->in);
    buf_consume(ws->in, size);
    ws->missing -= (uint32_t)size;
    if (ws->state == WS_CLOSING) { /* 1.4: no longer wanted */
        if (ws->frame.fin && ws->missing == 0)
            ws->message_opcode = WS_CONTINUATION;
        return WS_NEED_MORE;
    }
    if (!read_payload(ws, bytes, size, phase))
        return fail(ws, event, WS_BAD_DATA, "text is not UTF-8");
    return on_payload(ws, event, bytes, size);
}

/* The header of a data frame is complete and judged. */
static void begin_payload(struct ws *ws, size_t header_size)
{
    buf_consume(ws->in, header_size);
    ws->missing = (uint32_t)ws->frame.size;
    if (ws->frame.opcode != WS_CONTINUATION) {
        ws->message_opcode = ws->frame.opcode;
        ws->utf8 = (struct utf8){0};
    }
}

/* Judged before a byte is stored: a declared size costs a peer nothing. */
static bool is_too_big(const struct ws *ws)
{
    return ws->frame.size + buf_size(&ws->message) > ws->message_limit;
}

/* Take the next control frame, or what has arrived of a data frame. */
static enum ws_event_type take_frame(struct ws *ws, struct ws_event *event)
{
    if (ws->missing == 0) {
        size_t header_size = ws_read_header(buf_slice(ws->in), &ws->frame);
        if (header_size == 0)
            return WS_NEED_MORE;
        const char *violation = find_violation(ws, header_size);
        if (violation != NULL)
            return fail(ws, event, WS_PROTOCOL_ERROR, violation);
        if (is_control(ws->frame.opcode))
            return take_control(ws, event, header_size);
        if (is_too_big(ws)) /* 10.4 */
            return fail(ws, event, WS_TOO_BIG, "message over the limit");
        begin_payload(ws, header_size);
    }
    return take_payload(ws, event);
}

/* Messages are borrowed until the next call, which is now; after our own close
 * frame not even half of one is wanted. */
static void forget_message(struct ws *ws)
{
    if (!ws_is_mid_message(ws) || ws->state != WS_OPEN)
        buf_consume(&ws->message, buf_size(&ws->message));
}

bool ws_next(struct ws *ws, struct ws_event *event)
{
    size_t size_before;
    *event = (struct ws_event){.type = WS_NEED_MORE};
    forget_message(ws);
    do { /* again after a frame that was dropped, while closing */
        size_before = buf_size(ws->in);
        if (ws->state == WS_CLOSED)
            buf_consume(ws->in, size_before); /* 5.5.1, 7.1.7 */
        else
            event->type = take_frame(ws, event);
    } while (event->type == WS_NEED_MORE && buf_size(ws->in) < size_before);
    return event->type != WS_NEED_MORE;
}
