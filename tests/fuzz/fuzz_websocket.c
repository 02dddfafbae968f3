/* A stream of frames read at once and the same one in pieces must give the
 * same events and the same answers, and store no more than the limit. The
 * first byte of the input says who reads, the second how the stream is cut,
 * the third the limit. The input as a message of several fragments must come
 * out as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/websocket.h"

struct reader {
    struct buf in, out;
    struct buf events;
    struct ws ws;
};

static uint32_t fixed_key(void)
{
    return 0x37fa213d;
}

static void reader_init(struct reader *reader, enum ws_role role)
{
    *reader = (struct reader){0};
    ws_init(&reader->ws, role, &reader->in, &reader->out);
    reader->ws.new_key = role == WS_CLIENT ? fixed_key : NULL;
}

static void reader_free(struct reader *reader)
{
    ws_free(&reader->ws);
    buf_free(&reader->in);
    buf_free(&reader->out);
    buf_free(&reader->events);
}

static void must(bool condition)
{
    if (!condition)
        abort();
}

static void must_be_equal(const struct buf *a, const struct buf *b)
{
    must(buf_size(a) == buf_size(b));
    must(buf_size(a) == 0 ||
         memcmp(buf_head(a), buf_head(b), buf_size(a)) == 0);
}

static void record(struct buf *events, const struct ws_frame *frame,
                   const struct ws_event *event)
{
    buf_printf(events, "%d %d %d: %d %d %d %d %u %llu \"", event->type,
               event->opcode, event->close_code, frame->fin, frame->rsv,
               frame->opcode, frame->masked, frame->key[3],
               (unsigned long long)frame->size);
    buf_append_slice(events, event->payload);
    buf_append_text(events, "\"\n");
}

static void must_be_small(const struct reader *reader)
{
    const struct ws *ws = &reader->ws;
    must(buf_size(&ws->message) <= ws->message_limit);
    must(ws->message.capacity <= BUF_CAPACITY_MIN ||
         ws->message.capacity / 2 < ws->message_limit);
    must(buf_size(&reader->in) < WS_HEADER_MAX + WS_CONTROL_MAX);
}

static void read_bytes(struct reader *reader, const uint8_t *bytes, size_t size)
{
    struct ws_event event;
    buf_append(&reader->in, bytes, size);
    while (ws_next(&reader->ws, &event)) {
        record(&reader->events, &reader->ws.frame, &event);
        must(event.type != WS_MESSAGE ||
             event.payload.size <= reader->ws.message_limit);
    }
    must_be_small(reader);
}

/* Pieces of 1 to `longest` bytes, in a pattern that depends on it. */
static void read_in_pieces(struct reader *reader, const uint8_t *data,
                           size_t size, size_t longest)
{
    read_bytes(reader, NULL, 0);
    for (size_t at = 0; at < size;) {
        size_t piece = 1 + at * 7 % longest;
        if (piece > size - at)
            piece = size - at;
        read_bytes(reader, data + at, piece);
        at += piece;
    }
}

static void must_be_same_in_pieces(const uint8_t head[3], const uint8_t *data,
                                   size_t size)
{
    enum ws_role role = head[0] & 1 ? WS_SERVER : WS_CLIENT;
    struct reader whole, cut;
    reader_init(&whole, role);
    reader_init(&cut, role);
    whole.ws.message_limit = cut.ws.message_limit = 4u * head[2];
    if (head[0] & 2) {
        ws_send_close(&whole.ws, WS_NORMAL, slice_of(""));
        ws_send_close(&cut.ws, WS_NORMAL, slice_of(""));
    }
    read_bytes(&whole, data, size);
    read_in_pieces(&cut, data, size, 1 + (size_t)head[1]);
    must_be_equal(&whole.events, &cut.events);
    must_be_equal(&whole.out, &cut.out);
    must(whole.ws.state == cut.ws.state);
    reader_free(&whole);
    reader_free(&cut);
}

static void must_survive_the_wire(const uint8_t head[3], const uint8_t *data,
                                  size_t size)
{
    enum ws_role role = head[0] & 1 ? WS_SERVER : WS_CLIENT;
    struct reader sender, receiver;
    size_t longest = 1 + (size_t)head[1];
    reader_init(&sender, role);
    reader_init(&receiver, role == WS_SERVER ? WS_CLIENT : WS_SERVER);
    receiver.ws.in = &sender.out;
    for (size_t at = 0, piece; at < size; at += piece) {
        piece = size - at < longest ? size - at : longest;
        ws_send_fragment(&sender.ws, at == 0 ? WS_BINARY : WS_CONTINUATION,
                         at + piece == size,
                         (struct slice){(const char *)data + at, piece});
        ws_send(&sender.ws, WS_PING, slice_of("?"));
        struct ws_event event;
        must(ws_next(&receiver.ws, &event));
        must(event.type == (at + piece == size ? WS_MESSAGE : WS_FRAGMENT));
        if (event.type == WS_MESSAGE)
            must(event.payload.size == size &&
                 memcmp(event.payload.data, data, size) == 0);
        must(ws_next(&receiver.ws, &event) && event.type == WS_CONTROL);
        must(!ws_next(&receiver.ws, &event));
    }
    reader_free(&sender);
    reader_free(&receiver);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    must_be_same_in_pieces(data, data + 3, size - 3);
    must_survive_the_wire(data, data + 3, size - 3);
    return 0;
}
