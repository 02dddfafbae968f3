#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/websocket.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The masking key of the examples in 5.7. */
static uint32_t rfc_key(void)
{
    return 0x37fa213d;
}

/* Two ends and the wire between them: each one's out is the other's in. */
struct wire {
    struct buf to_server, to_client;
    struct ws client, server;
};

static void wire_open(struct wire *wire)
{
    memset(wire, 0, sizeof *wire);
    ws_init(&wire->client, WS_CLIENT, &wire->to_client, &wire->to_server);
    ws_init(&wire->server, WS_SERVER, &wire->to_server, &wire->to_client);
    wire->client.new_key = rfc_key;
}

static void wire_close(struct wire *wire)
{
    ws_free(&wire->client);
    ws_free(&wire->server);
    buf_free(&wire->to_server);
    buf_free(&wire->to_client);
}

static struct ws *end_of(struct wire *wire, enum ws_role role)
{
    return role == WS_CLIENT ? &wire->client : &wire->server;
}

static struct ws_event next(struct ws *ws)
{
    struct ws_event event;
    bool is_event = ws_next(ws, &event);
    assert_int_equal(is_event, event.type != WS_NEED_MORE);
    return event;
}

/* `size` bytes arrive at one end; the first event that they cause. */
static struct ws_event feed(struct ws *ws, const char *bytes, size_t size)
{
    buf_append(ws->in, bytes, size);
    return next(ws);
}

static void assert_slice(struct slice slice, const char *bytes, size_t size)
{
    assert_int_equal(slice.size, size);
    if (size > 0)
        assert_memory_equal(slice.data, bytes, size);
}

static void assert_wire(struct buf *wire, const char *bytes, size_t size)
{
    assert_int_equal(buf_size(wire), size);
    if (size > 0)
        assert_memory_equal(buf_head(wire), bytes, size);
}

static void assert_text(struct ws_event event, const char *text)
{
    assert_int_equal(event.type, WS_MESSAGE);
    assert_int_equal(event.opcode, WS_TEXT);
    assert_slice(event.payload, text, strlen(text));
}

static void assert_need_more(struct ws_event event)
{
    assert_int_equal(event.type, WS_NEED_MORE);
}

static void assert_failed(struct ws_event event, uint16_t code)
{
    assert_int_equal(event.type, WS_FAILED);
    assert_int_equal(event.close_code, code);
    assert_true(event.payload.size > 0);
}

/* This end fails with `code` when it reads these bytes, and tells the peer. */
static void assert_fails(enum ws_role role, const char *bytes, size_t size,
                         uint16_t code)
{
    struct wire wire;
    wire_open(&wire);
    assert_failed(feed(end_of(&wire, role), bytes, size), code);
    assert_int_equal(end_of(&wire, role)->state, WS_CLOSED);

    struct ws_event answer = next(end_of(&wire, !role));
    assert_int_equal(answer.type, WS_CLOSED_BY_PEER);
    assert_int_equal(answer.close_code, code);
    wire_close(&wire);
}

/* --------------------------------------------- the RFC's own bytes (5.7) */

static const char unmasked_hello[] = "\x81\x05Hello";
static const char masked_hello[] =
    "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
static const char hello_in_two[] = "\x01\x03Hel\x80\x02lo";
static const char ping_hello[] = "\x89\x05Hello";
static const char masked_pong_hello[] =
    "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

/* Without the final NUL. */
enum {
    HELLO = sizeof unmasked_hello - 1,
    MASKED_HELLO = sizeof masked_hello - 1,
    HELLO_IN_TWO = sizeof hello_in_two - 1,
    MASKED_PONG_HELLO = sizeof masked_pong_hello - 1,
};

static void unmasked_hello_is_hello(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_text(feed(&wire.client, unmasked_hello, HELLO), "Hello");
    assert_need_more(next(&wire.client));
    ws_send(&wire.server, WS_TEXT, slice_of("Hello"));
    assert_wire(&wire.to_client, unmasked_hello, HELLO);
    wire_close(&wire);
}

static void masked_hello_is_hello(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_text(feed(&wire.server, masked_hello, MASKED_HELLO), "Hello");
    assert_need_more(next(&wire.server));
    ws_send(&wire.client, WS_TEXT, slice_of("Hello"));
    assert_wire(&wire.to_server, masked_hello, MASKED_HELLO);
    wire_close(&wire);
}

static void hello_in_two_fragments_is_hello(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    struct ws_event event = feed(&wire.client, hello_in_two, HELLO_IN_TWO);
    assert_int_equal(event.type, WS_FRAGMENT);
    assert_slice(event.payload, "Hel", 3);
    assert_text(next(&wire.client), "Hello");

    ws_send_fragment(&wire.server, WS_TEXT, false, slice_of("Hel"));
    ws_send_fragment(&wire.server, WS_CONTINUATION, true, slice_of("lo"));
    assert_wire(&wire.to_client, hello_in_two, HELLO_IN_TWO);
    wire_close(&wire);
}

static void ping_hello_is_answered_with_pong_hello(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    struct ws_event event = feed(&wire.client, ping_hello, HELLO);
    assert_int_equal(event.type, WS_CONTROL);
    assert_int_equal(event.opcode, WS_PING);
    assert_slice(event.payload, "Hello", 5);
    assert_wire(&wire.to_server, masked_pong_hello, MASKED_PONG_HELLO);

    event = next(&wire.server);
    assert_int_equal(event.type, WS_CONTROL);
    assert_int_equal(event.opcode, WS_PONG);
    assert_slice(event.payload, "Hello", 5);
    wire_close(&wire);
}

static void long_binary_messages_have_long_lengths(void **state)
{
    (void)state;
    static const char zeros[65536];
    struct wire wire;
    wire_open(&wire);
    ws_send(&wire.server, WS_BINARY, (struct slice){zeros, 256});
    assert_memory_equal(buf_head(&wire.to_client), "\x82\x7e\x01\x00", 4);
    assert_int_equal(next(&wire.client).payload.size, 256);
    ws_send(&wire.server, WS_BINARY, (struct slice){zeros, 65536});
    assert_memory_equal(buf_head(&wire.to_client),
                        "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
    assert_int_equal(next(&wire.client).payload.size, 65536);
    wire_close(&wire);
}

/* ------------------------------------------------ cut at every position */

/* Append what there is to say about an event. */
static void record(struct buf *events, const struct ws *ws,
                   const struct ws_event *event)
{
    const struct ws_frame *frame = &ws->frame;
    buf_printf(events, "%d %d %d: frame %d %d %d %d %02x %d \"", event->type,
               event->opcode, event->close_code, frame->fin, frame->rsv,
               frame->opcode, frame->masked, frame->key[0], (int)frame->size);
    buf_append_slice(events, event->payload);
    buf_append_text(events, "\"\n");
}

/* What one end makes of a stream that arrives in pieces: its events and then
 * its answers, to be freed by the caller. */
static struct buf read_in_pieces(enum ws_role role, const struct slice *pieces,
                                 size_t count)
{
    struct buf events = {0};
    struct wire wire;
    wire_open(&wire);
    struct ws *ws = end_of(&wire, role);
    for (size_t i = 0; i < count; i++) {
        buf_append_slice(ws->in, pieces[i]);
        struct ws_event event;
        while (ws_next(ws, &event))
            record(&events, ws, &event);
    }
    buf_append_slice(&events,
                     buf_size(ws->out) > 0 ? buf_slice(ws->out) : slice_of(""));
    wire_close(&wire);
    return events;
}

static struct slice part(struct slice bytes, size_t from, size_t to)
{
    return (struct slice){bytes.data + from, to - from};
}

static void assert_same_in_pieces(enum ws_role role, struct slice stream,
                                  const size_t cuts[2])
{
    const struct slice pieces[] = {
        part(stream, 0, cuts[0]),
        part(stream, cuts[0], cuts[1]),
        part(stream, cuts[1], stream.size),
    };
    struct buf whole = read_in_pieces(role, &stream, 1);
    struct buf cut = read_in_pieces(role, pieces, COUNT(pieces));
    assert_wire(&cut, (const char *)buf_head(&whole), buf_size(&whole));
    buf_free(&whole);
    buf_free(&cut);
}

/* At every position and at every two of them. */
static void assert_same_however_cut(enum ws_role role, const char *bytes,
                                    size_t size)
{
    struct slice stream = {bytes, size};
    size_t cuts[2];
    for (cuts[0] = 0; cuts[0] <= size; cuts[0]++)
        for (cuts[1] = cuts[0]; cuts[1] <= size; cuts[1]++)
            assert_same_in_pieces(role, stream, cuts);
}

static void the_examples_are_the_same_however_they_are_cut(void **state)
{
    (void)state;
    assert_same_however_cut(WS_CLIENT, unmasked_hello, HELLO);
    assert_same_however_cut(WS_SERVER, masked_hello, MASKED_HELLO);
    assert_same_however_cut(WS_CLIENT, hello_in_two, HELLO_IN_TWO);
    assert_same_however_cut(WS_CLIENT, ping_hello, HELLO);
    assert_same_however_cut(WS_SERVER, masked_pong_hello, MASKED_PONG_HELLO);
}

/* A bit of everything, from either end: fragments that part a character,
 * control frames between them, empty frames, a close frame. */
static void send_everything(struct ws *ws)
{
    ws_send_fragment(ws, WS_TEXT, false, slice_of("gr\xc3"));
    ws_send(ws, WS_PING, slice_of("p"));
    ws_send_fragment(ws, WS_CONTINUATION, false, slice_of(""));
    ws_send(ws, WS_PONG, slice_of(""));
    ws_send_fragment(ws, WS_CONTINUATION, true, slice_of("\xbc\xc3\x9f"));
    ws_send(ws, WS_BINARY, slice_of(""));
    ws_send_fragment(ws, WS_BINARY, false, slice_of(""));
    ws_send_fragment(ws, WS_CONTINUATION, true, slice_of("\xff"));
    ws_send_close(ws, WS_NORMAL, slice_of("bye"));
}

static void frames_are_the_same_however_they_are_cut(void **state)
{
    (void)state;
    for (enum ws_role role = WS_CLIENT; role <= WS_SERVER; role++) {
        struct wire wire;
        wire_open(&wire);
        struct ws *sender = end_of(&wire, !role);
        send_everything(sender);
        assert_same_however_cut(role, (char *)buf_head(sender->out),
                                buf_size(sender->out));
        wire_close(&wire);
    }
}

static void violations_are_the_same_however_they_are_cut(void **state)
{
    (void)state;
    static const char bad_text[] = "\x81\x02hi\x81\x06gr\xc3\xfc\xc3\x9f";
    static const char bad_opcode[] = "\x81\x02hi\x83\x7e\x01\x00junk";
    static const char bad_close[] = "\x88\x04\x03\xe8\xff\xff\x81\x02hi";
    assert_same_however_cut(WS_CLIENT, bad_text, sizeof bad_text - 1);
    assert_same_however_cut(WS_CLIENT, bad_opcode, sizeof bad_opcode - 1);
    assert_same_however_cut(WS_CLIENT, bad_close, sizeof bad_close - 1);

    struct wire wire;
    wire_open(&wire);
    ws_send(&wire.client, WS_TEXT, slice_of("gr\xc3\xbc\xc3 ascii"));
    assert_same_however_cut(WS_SERVER, (char *)buf_head(&wire.to_server),
                            buf_size(&wire.to_server));
    wire_close(&wire);
}

/* ----------------------------------------------------------- round trips */

/* Bytes of every value, in an order that a wrong phase would disturb. */
static char *new_payload(size_t size)
{
    char *bytes = test_malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    return bytes;
}

static const size_t boundaries[] = {0,     1,     7,     8,     124,
                                    125,   126,   127,   128,   1000,
                                    65534, 65535, 65536, 65537, 70000};

static void every_length_survives_the_wire(void **state)
{
    (void)state;
    char *bytes = new_payload(70000);
    for (size_t i = 0; i < COUNT(boundaries); i++)
        for (enum ws_role role = WS_CLIENT; role <= WS_SERVER; role++) {
            struct wire wire;
            wire_open(&wire);
            ws_send(end_of(&wire, role), WS_BINARY,
                    (struct slice){bytes, boundaries[i]});
            struct ws_event event = next(end_of(&wire, !role));
            assert_int_equal(event.type, WS_MESSAGE);
            assert_int_equal(event.opcode, WS_BINARY);
            assert_int_equal(end_of(&wire, !role)->frame.size, boundaries[i]);
            assert_slice(event.payload, bytes, boundaries[i]);
            assert_need_more(next(end_of(&wire, !role)));
            wire_close(&wire);
        }
    test_free(bytes);
}

static void every_length_survives_byte_by_byte(void **state)
{
    (void)state;
    char *bytes = new_payload(70000);
    for (size_t i = 0; i < COUNT(boundaries); i++) {
        struct wire wire;
        struct buf sent = {0};
        wire_open(&wire);
        wire.client.out = &sent;
        ws_send(&wire.client, WS_BINARY, (struct slice){bytes, boundaries[i]});
        while (buf_size(&sent) > 1) {
            assert_need_more(
                feed(&wire.server, (const char *)buf_head(&sent), 1));
            buf_consume(&sent, 1);
        }
        struct ws_event event =
            feed(&wire.server, (const char *)buf_head(&sent), 1);
        assert_int_equal(event.type, WS_MESSAGE);
        assert_slice(event.payload, bytes, boundaries[i]);
        buf_free(&sent);
        wire_close(&wire);
    }
    test_free(bytes);
}

static void fragments_become_one_message(void **state)
{
    (void)state;
    char *bytes = new_payload(70000);
    struct wire wire;
    wire_open(&wire);
    for (size_t at = 0; at < 70000; at += 1000)
        ws_send_fragment(&wire.client, at == 0 ? WS_BINARY : WS_CONTINUATION,
                         at == 69000, (struct slice){bytes + at, 1000});
    for (size_t at = 0; at < 69000; at += 1000) {
        struct ws_event event = next(&wire.server);
        assert_int_equal(event.type, WS_FRAGMENT);
        assert_int_equal(event.opcode, WS_BINARY);
        assert_slice(event.payload, bytes + at, 1000);
        assert_true(ws_is_mid_message(&wire.server));
    }
    struct ws_event event = next(&wire.server);
    assert_int_equal(event.type, WS_MESSAGE);
    assert_slice(event.payload, bytes, 70000);
    assert_false(ws_is_mid_message(&wire.server));
    wire_close(&wire);
    test_free(bytes);
}

static void masking_is_that_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t bytes[80];
    for (size_t offset = 0; offset < 8; offset++)
        for (size_t size = 0; size + offset <= 70; size++)
            for (size_t phase = 0; phase < 8; phase++) {
                memset(bytes, 0x55, sizeof bytes);
                ws_mask(bytes + offset, size, key, phase);
                for (size_t i = 0; i < size; i++) /* 5.3 */
                    assert_int_equal(bytes[offset + i],
                                     0x55 ^ key[(phase + i) % 4]);
                assert_int_equal(bytes[offset + size], 0x55);
            }
}

static void masking_tells_whether_all_is_ascii(void **state)
{
    (void)state;
    static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0xbd};
    uint8_t bytes[40];
    for (size_t size = 0; size < sizeof bytes; size++) {
        memset(bytes, 0x7f, sizeof bytes);
        ws_mask(bytes, size, key, 0);
        assert_true(ws_mask(bytes, size, key, 0));
        for (size_t i = 0; i < size; i++) {
            bytes[i] = 0x80;
            ws_mask(bytes, size, key, 0);
            assert_false(ws_mask(bytes, size, key, 0));
            bytes[i] = 0;
        }
    }
}

static void a_frame_for_many_is_what_a_server_sends(void **state)
{
    (void)state;
    struct wire wire;
    struct buf frame = {0};
    wire_open(&wire);
    ws_append_frame(&frame, WS_TEXT, slice_of("to all"));
    ws_send(&wire.server, WS_TEXT, slice_of("to all"));
    assert_wire(&frame, (char *)buf_head(&wire.to_client),
                buf_size(&wire.to_client));
    buf_free(&frame);
    wire_close(&wire);
}

static uint32_t counting_key(void)
{
    static uint32_t count;
    return ++count;
}

static void assert_next_key(struct ws *ws, const char key[4])
{
    assert_true(next(ws).type != WS_NEED_MORE);
    assert_memory_equal(ws->frame.key, key, 4);
}

static void every_frame_has_a_key_of_its_own(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    wire.client.new_key = counting_key;
    ws_send(&wire.server, WS_PING, slice_of("?"));
    next(&wire.client);
    ws_send(&wire.client, WS_TEXT, slice_of("a"));
    ws_send_close(&wire.client, WS_NORMAL, slice_of(""));
    assert_next_key(&wire.server, "\0\0\0\1");
    assert_next_key(&wire.server, "\0\0\0\2");
    assert_next_key(&wire.server, "\0\0\0\3");
    wire_close(&wire);
}

static void an_event_has_the_header_of_its_frame(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    const struct ws_frame *frame = &wire.server.frame;
    assert_text(feed(&wire.server, masked_hello, MASKED_HELLO), "Hello");
    assert_true(frame->fin);
    assert_true(frame->masked);
    assert_int_equal(frame->opcode, WS_TEXT);
    assert_int_equal(frame->size, 5);
    assert_memory_equal(frame->key, "\x37\xfa\x21\x3d", 4);

    frame = &wire.client.frame;
    assert_failed(feed(&wire.client, "\x52\x05", 2), WS_PROTOCOL_ERROR);
    assert_false(frame->fin);
    assert_false(frame->masked);
    assert_int_equal(frame->opcode, WS_BINARY);
    assert_int_equal(frame->rsv, 5);
    wire_close(&wire);
}

static void a_header_is_read_when_it_is_complete(void **state)
{
    (void)state;
    static const char header[] = "\x01\xff\0\0\0\0\0\1\0\0\1\2\3\4";
    struct ws_frame frame;
    for (size_t size = 0; size < WS_HEADER_MAX; size++)
        assert_int_equal(ws_read_header((struct slice){header, size}, &frame),
                         0);
    assert_int_equal(
        ws_read_header((struct slice){header, sizeof header}, &frame),
        WS_HEADER_MAX);
    assert_int_equal(frame.size, 65536);
    assert_int_equal(frame.opcode, WS_TEXT);
    assert_false(frame.fin);
    assert_memory_equal(frame.key, "\1\2\3\4", 4);
}

/* ---------------------------------------------------------------- memory */

static void a_connection_without_a_message_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct ws) <= 80);
    struct wire wire;
    wire_open(&wire);
    for (int i = 0; i < 2; i++) {
        feed(&wire.client, hello_in_two, HELLO_IN_TWO);
        assert_true(buf_size(&wire.client.message) > 0);
        assert_text(next(&wire.client), "Hello");
        assert_need_more(next(&wire.client));
        assert_int_equal(buf_size(&wire.client.message), 0);
        buf_free(&wire.client.message); /* as its owner may */
    }
    wire_close(&wire);
}

static void a_whole_message_is_not_copied(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    struct ws_event event = feed(&wire.server, masked_hello, MASKED_HELLO);
    assert_ptr_equal(event.payload.data, wire.to_server.data + 6);
    assert_null(wire.server.message.data);
    wire_close(&wire);
}

static void only_what_cannot_be_judged_stays_in_the_buffer(void **state)
{
    (void)state;
    struct wire wire;
    struct buf sent = {0};
    wire_open(&wire);
    wire.client.out = &sent;
    char *bytes = new_payload(66000);
    ws_send(&wire.client, WS_BINARY, (struct slice){bytes, 66000});
    while (buf_size(&sent) > 1) {
        assert_need_more(feed(&wire.server, (const char *)buf_head(&sent), 1));
        assert_true(buf_size(&wire.to_server) < WS_HEADER_MAX);
        buf_consume(&sent, 1);
    }
    buf_free(&sent);
    wire_close(&wire);
    test_free(bytes);
}

static void a_declared_size_alone_stores_nothing(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_need_more(feed(&wire.client, "\x82\x7f\0\0\0\0\0\xff\0\0", 10));
    assert_need_more(feed(&wire.client, "x", 1));
    assert_true(wire.client.message.capacity < 1000);
    wire_close(&wire);
}

static void empty_fragments_store_nothing(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_int_equal(feed(&wire.client, "\x01\x00", 2).type, WS_FRAGMENT);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(feed(&wire.client, "\x00\x00", 2).type, WS_FRAGMENT);
    assert_null(wire.client.message.data);
    assert_text(feed(&wire.client, "\x80\x00", 2), "");
    wire_close(&wire);
}

/* A message may have `message_limit` bytes, in one frame or in many. */
static void a_message_of_the_limit_is_not_too_big(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    wire.client.message_limit = 5;
    assert_text(feed(&wire.client, unmasked_hello, HELLO), "Hello");
    feed(&wire.client, hello_in_two, HELLO_IN_TWO);
    assert_text(next(&wire.client), "Hello");
    assert_text(feed(&wire.client, unmasked_hello, HELLO), "Hello");
    wire_close(&wire);
}

static void a_frame_over_the_limit_fails_by_its_header(void **state)
{
    (void)state;
    static const char six[] = "\x82\x06";
    static const char most[] = "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff";
    struct wire wire;
    wire_open(&wire);
    wire.client.message_limit = 5;
    assert_failed(feed(&wire.client, six, 2), WS_TOO_BIG);
    assert_null(wire.client.message.data);
    wire_close(&wire);
    assert_fails(WS_CLIENT, most, sizeof most - 1, WS_TOO_BIG);
}

static void fragments_over_the_limit_fail_by_their_sum(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    wire.client.message_limit = 4;
    assert_int_equal(feed(&wire.client, hello_in_two, 5).type, WS_FRAGMENT);
    assert_failed(feed(&wire.client, "\x80\x02", 2), WS_TOO_BIG);
    assert_null(wire.client.message.data);
    wire_close(&wire);
}

/* ------------------------------------- frames that a peer may not send */

static void a_server_fails_on_an_unmasked_frame(void **state)
{
    (void)state;
    assert_fails(WS_SERVER, unmasked_hello, HELLO, WS_PROTOCOL_ERROR); /* 5.1 */
}

static void a_client_fails_on_a_masked_frame(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, masked_hello, MASKED_HELLO, WS_PROTOCOL_ERROR);
}

static void each_reserved_bit_fails(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\xc1\x00", 2, WS_PROTOCOL_ERROR); /* 5.2 */
    assert_fails(WS_CLIENT, "\xa1\x00", 2, WS_PROTOCOL_ERROR);
    assert_fails(WS_CLIENT, "\x91\x00", 2, WS_PROTOCOL_ERROR);
    assert_fails(WS_CLIENT, "\xc9\x00", 2, WS_PROTOCOL_ERROR);
}

static void each_reserved_opcode_fails(void **state)
{
    (void)state;
    for (int opcode = 0; opcode < 16; opcode++) {
        char frame[] = {(char)(0x80 | opcode), 0};
        if ((opcode >= 3 && opcode <= 7) || opcode >= 11) /* 5.2 */
            assert_fails(WS_CLIENT, frame, 2, WS_PROTOCOL_ERROR);
    }
}

static void fragmented_control_frames_fail(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\x08\x00", 2, WS_PROTOCOL_ERROR); /* 5.5 */
    assert_fails(WS_CLIENT, "\x09\x00", 2, WS_PROTOCOL_ERROR);
    assert_fails(WS_CLIENT, "\x0a\x00", 2, WS_PROTOCOL_ERROR);
}

static void control_frames_over_125_bytes_fail(void **state)
{
    (void)state;
    char ping[2 + 125] = "\x89\x7d";
    struct wire wire;
    wire_open(&wire);
    assert_int_equal(feed(&wire.client, ping, sizeof ping).type, WS_CONTROL);
    wire_close(&wire);
    assert_fails(WS_CLIENT, "\x88\x7e\x00\x7e", 4, WS_PROTOCOL_ERROR);
    assert_fails(WS_CLIENT, "\x89\x7e\x00\x7e", 4, WS_PROTOCOL_ERROR);
    assert_fails(WS_CLIENT, "\x8a\x7e\x00\x7e", 4, WS_PROTOCOL_ERROR);
}

static void lengths_have_the_shortest_form(void **state)
{
    (void)state;
    static const char in_16[] = "\x82\x7e\x00\x7d";
    static const char in_64[] = "\x82\x7f\0\0\0\0\0\0\xff\xff";
    assert_fails(WS_CLIENT, in_16, 4, WS_PROTOCOL_ERROR); /* 5.2 */
    assert_fails(WS_CLIENT, in_64, 10, WS_PROTOCOL_ERROR);
}

static void lengths_have_63_bits(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\x82\x7f\x80\0\0\0\0\0\0\0", 10,
                 WS_PROTOCOL_ERROR); /* 5.2 */
}

static void a_continuation_of_nothing_fails(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\x80\x00", 2, WS_PROTOCOL_ERROR); /* 5.4 */
    assert_fails(WS_CLIENT, "\x00\x00", 2, WS_PROTOCOL_ERROR);

    struct wire wire;
    wire_open(&wire);
    feed(&wire.client, hello_in_two, HELLO_IN_TWO);
    assert_text(next(&wire.client), "Hello");
    assert_failed(feed(&wire.client, "\x80\x00", 2), WS_PROTOCOL_ERROR);
    wire_close(&wire);
}

static void messages_do_not_interleave(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    feed(&wire.client, hello_in_two, 5);
    assert_failed(feed(&wire.client, unmasked_hello, HELLO),
                  WS_PROTOCOL_ERROR); /* 5.4 */
    wire_close(&wire);
}

static void a_ping_between_fragments_is_answered(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send_fragment(&wire.client, WS_TEXT, false, slice_of("h"));
    ws_send(&wire.client, WS_PING, slice_of("now"));
    ws_send_fragment(&wire.client, WS_CONTINUATION, true, slice_of("i"));
    assert_int_equal(next(&wire.server).type, WS_FRAGMENT);
    assert_int_equal(next(&wire.server).opcode, WS_PING);
    assert_text(next(&wire.server), "hi");

    struct ws_event pong = next(&wire.client);
    assert_int_equal(pong.opcode, WS_PONG);
    assert_slice(pong.payload, "now", 3); /* 5.5.3 */
    assert_need_more(next(&wire.client));
    wire_close(&wire);
}

static void what_came_before_a_violation_is_delivered(void **state)
{
    (void)state;
    static const char frames[] = "\x81\x02hi\x89\x00\x81\x03you\x83\x00";
    struct wire wire;
    wire_open(&wire);
    assert_text(feed(&wire.client, frames, sizeof frames - 1), "hi");
    assert_int_equal(next(&wire.client).opcode, WS_PING);
    assert_text(next(&wire.client), "you");
    assert_failed(next(&wire.client), WS_PROTOCOL_ERROR);
    wire_close(&wire);
}

static void nothing_is_heard_after_a_failure(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_failed(feed(&wire.client, "\x83\x00\x81\x02hi", 6),
                  WS_PROTOCOL_ERROR);
    buf_consume(&wire.to_server, buf_size(&wire.to_server));
    assert_need_more(next(&wire.client));
    assert_need_more(feed(&wire.client, ping_hello, HELLO));
    assert_int_equal(buf_size(&wire.to_client), 0);
    assert_int_equal(buf_size(&wire.to_server), 0);
    wire_close(&wire);
}

/* ------------------------------------------------------------ text (8.1) */

static void text_fails_at_its_first_bad_byte(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_need_more(feed(&wire.client, "\x81\x7d\xf4", 3));
    assert_failed(feed(&wire.client, "\x90", 1), WS_BAD_DATA);
    wire_close(&wire);
}

enum { LONG = 9000 }; /* more than the blocks in which a payload is read */

/* Of a long text only the character at `at` is not ASCII; `last` is the last
 * byte of it. */
static struct ws_event read_long_text(struct wire *wire, size_t at, char last)
{
    char text[LONG];
    memset(text, 'x', LONG);
    memcpy(text + at, "\xe2\x82", 2);
    text[at + 2] = last;
    wire_open(wire);
    ws_send(&wire->client, WS_TEXT, (struct slice){text, LONG});
    return next(&wire->server);
}

static void a_long_text_is_checked_wherever_it_is_not_ascii(void **state)
{
    (void)state;
    struct wire wire;
    for (size_t at = 0; at <= LONG - 3; at++) {
        struct ws_event event = read_long_text(&wire, at, '\xac');
        assert_int_equal(event.type, WS_MESSAGE);
        assert_memory_equal(event.payload.data + at, "\xe2\x82\xac", 3);
        wire_close(&wire);
        assert_failed(read_long_text(&wire, at, 'x'), WS_BAD_DATA);
        wire_close(&wire);
    }
}

static void text_fails_in_the_fragment_that_is_bad(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_int_equal(feed(&wire.client, "\x01\x01\xe2", 3).type, WS_FRAGMENT);
    assert_failed(feed(&wire.client, "\x00\x02\x82(", 4), WS_BAD_DATA);
    wire_close(&wire);
}

static void text_does_not_end_inside_a_character(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\x81\x02\xe2\x82", 4, WS_BAD_DATA);
    struct wire wire;
    wire_open(&wire);
    assert_int_equal(feed(&wire.client, "\x01\x01\xe2", 3).type, WS_FRAGMENT);
    assert_failed(feed(&wire.client, "\x80\x01\x82", 3), WS_BAD_DATA);
    wire_close(&wire);
}

static void a_new_text_begins_with_a_new_character(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send(&wire.client, WS_BINARY, slice_of("\xe2\x82"));
    ws_send(&wire.client, WS_TEXT, slice_of("\xe2\x82\xac"));
    ws_send(&wire.client, WS_TEXT, slice_of("\xac"));
    assert_int_equal(next(&wire.server).opcode, WS_BINARY);
    assert_text(next(&wire.server), "\xe2\x82\xac");
    assert_failed(next(&wire.server), WS_BAD_DATA);
    wire_close(&wire);
}

/* ----------------------------------------------------------- closing (7) */

static void the_closing_handshake_closes_both_ends(void **state)
{
    (void)state;
    for (enum ws_role role = WS_CLIENT; role <= WS_SERVER; role++) {
        struct wire wire;
        wire_open(&wire);
        struct ws *first = end_of(&wire, role), *second = end_of(&wire, !role);
        ws_send_close(first, WS_GOING_AWAY, slice_of("lunch"));
        assert_int_equal(first->state, WS_CLOSING);

        struct ws_event event = next(second);
        assert_int_equal(event.type, WS_CLOSED_BY_PEER);
        assert_int_equal(event.close_code, WS_GOING_AWAY);
        assert_slice(event.payload, "lunch", 5);
        assert_int_equal(second->state, WS_CLOSED);

        event = next(first);
        assert_int_equal(event.type, WS_CLOSED_BY_PEER);
        assert_int_equal(event.close_code, WS_GOING_AWAY); /* 5.5.1 */
        assert_slice(event.payload, "lunch", 5);
        assert_int_equal(first->state, WS_CLOSED);
        assert_int_equal(buf_size(first->out) + buf_size(second->out), 0);
        wire_close(&wire);
    }
}

static void a_close_without_code_is_answered_without_code(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.server, WS_NO_STATUS, slice_of("unsaid"));
    assert_wire(&wire.to_client, "\x88\x00", 2);
    assert_int_equal(next(&wire.client).close_code, WS_NO_STATUS); /* 7.1.5 */
    assert_int_equal(next(&wire.server).close_code, WS_NO_STATUS);
    wire_close(&wire);
}

static void half_a_close_code_fails(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\x88\x01\x03", 3, WS_PROTOCOL_ERROR); /* 5.5.1 */
}

/* 7.4.1, 7.4.2, and 1012 to 1014, which IANA has added. */
static bool may_be_on_the_wire(int code)
{
    if (code >= 1000 && code <= 1014)
        return code < 1004 || code > 1006;
    return code >= 3000 && code <= 4999;
}

static void only_some_close_codes_are_allowed(void **state)
{
    (void)state;
    for (int code = 0; code <= UINT16_MAX; code++) {
        char frame[] = {(char)0x88, 2, (char)(code >> 8), (char)code};
        struct wire wire;
        wire_open(&wire);
        struct ws_event event = feed(&wire.client, frame, sizeof frame);
        if (may_be_on_the_wire(code)) {
            assert_int_equal(event.type, WS_CLOSED_BY_PEER);
            assert_int_equal(event.close_code, code);
        } else {
            assert_failed(event, WS_PROTOCOL_ERROR);
        }
        wire_close(&wire);
    }
}

static void a_close_reason_is_utf8(void **state)
{
    (void)state;
    assert_fails(WS_CLIENT, "\x88\x03\x03\xe8\xff", 5, WS_BAD_DATA); /* 5.5.1 */
    assert_fails(WS_CLIENT, "\x88\x03\x03\xe8\xe2", 5, WS_BAD_DATA);
}

static void a_long_reason_is_cut_between_characters(void **state)
{
    (void)state;
    char reason[126];
    for (size_t i = 0; i < 126; i += 2)
        memcpy(reason + i, "\xc3\xbc", 2);
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.server, WS_POLICY, (struct slice){reason, 126});
    struct ws_event event = next(&wire.client);
    assert_int_equal(event.type, WS_CLOSED_BY_PEER);
    assert_slice(event.payload, reason, 122);
    wire_close(&wire);
}

static void a_reason_of_123_bytes_is_not_cut(void **state)
{
    (void)state;
    char reason[WS_REASON_MAX];
    memset(reason, 'r', sizeof reason);
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.client, 4999, (struct slice){reason, sizeof reason});
    struct ws_event event = next(&wire.server);
    assert_int_equal(event.close_code, 4999);
    assert_slice(event.payload, reason, sizeof reason);
    wire_close(&wire);
}

static void nothing_is_heard_after_a_close_frame(void **state)
{
    (void)state;
    static const char frames[] = "\x88\x02\x03\xe8\x89\x00\x81\x02hi";
    struct wire wire;
    wire_open(&wire);
    assert_int_equal(feed(&wire.client, frames, sizeof frames - 1).type,
                     WS_CLOSED_BY_PEER);
    assert_int_equal(next(&wire.server).type, WS_CLOSED_BY_PEER);
    assert_need_more(next(&wire.client)); /* 1.4 */
    assert_int_equal(buf_size(&wire.to_client), 0);
    assert_int_equal(buf_size(&wire.to_server), 0);
    wire_close(&wire);
}

static void nothing_is_sent_after_a_close_frame(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.server, WS_NORMAL, slice_of(""));
    ws_send(&wire.server, WS_TEXT, slice_of("more"));
    ws_send_fragment(&wire.server, WS_TEXT, false, slice_of("more"));
    ws_send(&wire.server, WS_PING, slice_of(""));
    ws_send_close(&wire.server, WS_GOING_AWAY, slice_of(""));
    assert_wire(&wire.to_client, "\x88\x02\x03\xe8", 4); /* 5.5.1 */
    wire_close(&wire);
}

static void a_ping_after_our_close_is_not_answered(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.client, WS_NORMAL, slice_of(""));
    size_t sent = buf_size(&wire.to_server);
    assert_int_equal(feed(&wire.client, ping_hello, HELLO).type, WS_CONTROL);
    assert_int_equal(buf_size(&wire.to_server), sent);
    wire_close(&wire);
}

static void messages_after_our_close_are_dropped(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.client, WS_NORMAL, slice_of(""));
    ws_send(&wire.server, WS_TEXT, slice_of("late"));
    ws_send_fragment(&wire.server, WS_BINARY, false, slice_of("la"));
    ws_send_fragment(&wire.server, WS_CONTINUATION, true, slice_of("te"));
    ws_send(&wire.server, WS_TEXT, slice_of("late \xff"));
    assert_int_equal(next(&wire.server).type, WS_CLOSED_BY_PEER);
    assert_int_equal(next(&wire.client).type, WS_CLOSED_BY_PEER);
    assert_null(wire.client.message.data);
    wire_close(&wire);
}

static void half_a_message_is_dropped_after_our_close(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    assert_int_equal(feed(&wire.client, hello_in_two, 5).type, WS_FRAGMENT);
    assert_need_more(feed(&wire.client, "\x80\x02l", 3));
    assert_non_null(wire.client.message.data);
    ws_send_close(&wire.client, WS_NORMAL, slice_of(""));
    assert_need_more(next(&wire.client));
    assert_int_equal(buf_size(&wire.client.message), 0);
    assert_int_equal(feed(&wire.client, "o\x88\x00", 3).type,
                     WS_CLOSED_BY_PEER);
    wire_close(&wire);
}

static void a_violation_after_our_close_ends_without_another(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    ws_send_close(&wire.client, WS_NORMAL, slice_of(""));
    size_t sent = buf_size(&wire.to_server);
    assert_failed(feed(&wire.client, "\x83\x00", 2), WS_PROTOCOL_ERROR);
    assert_int_equal(buf_size(&wire.to_server), sent);
    assert_int_equal(wire.client.state, WS_CLOSED);
    wire_close(&wire);
}

static void a_close_inside_a_message_frees_it(void **state)
{
    (void)state;
    struct wire wire;
    wire_open(&wire);
    feed(&wire.client, hello_in_two, 5);
    assert_int_equal(feed(&wire.client, "\x88\x00", 2).type, WS_CLOSED_BY_PEER);
    assert_null(wire.client.message.data);
    wire_close(&wire);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(unmasked_hello_is_hello),
    cmocka_unit_test(masked_hello_is_hello),
    cmocka_unit_test(hello_in_two_fragments_is_hello),
    cmocka_unit_test(ping_hello_is_answered_with_pong_hello),
    cmocka_unit_test(long_binary_messages_have_long_lengths),
    cmocka_unit_test(the_examples_are_the_same_however_they_are_cut),
    cmocka_unit_test(frames_are_the_same_however_they_are_cut),
    cmocka_unit_test(violations_are_the_same_however_they_are_cut),
    cmocka_unit_test(every_length_survives_the_wire),
    cmocka_unit_test(every_length_survives_byte_by_byte),
    cmocka_unit_test(fragments_become_one_message),
    cmocka_unit_test(masking_is_that_of_the_rfc),
    cmocka_unit_test(masking_tells_whether_all_is_ascii),
    cmocka_unit_test(a_frame_for_many_is_what_a_server_sends),
    cmocka_unit_test(every_frame_has_a_key_of_its_own),
    cmocka_unit_test(an_event_has_the_header_of_its_frame),
    cmocka_unit_test(a_header_is_read_when_it_is_complete),
    cmocka_unit_test(a_connection_without_a_message_is_small),
    cmocka_unit_test(a_whole_message_is_not_copied),
    cmocka_unit_test(only_what_cannot_be_judged_stays_in_the_buffer),
    cmocka_unit_test(a_declared_size_alone_stores_nothing),
    cmocka_unit_test(empty_fragments_store_nothing),
    cmocka_unit_test(a_message_of_the_limit_is_not_too_big),
    cmocka_unit_test(a_frame_over_the_limit_fails_by_its_header),
    cmocka_unit_test(fragments_over_the_limit_fail_by_their_sum),
    cmocka_unit_test(a_server_fails_on_an_unmasked_frame),
    cmocka_unit_test(a_client_fails_on_a_masked_frame),
    cmocka_unit_test(each_reserved_bit_fails),
    cmocka_unit_test(each_reserved_opcode_fails),
    cmocka_unit_test(fragmented_control_frames_fail),
    cmocka_unit_test(control_frames_over_125_bytes_fail),
    cmocka_unit_test(lengths_have_the_shortest_form),
    cmocka_unit_test(lengths_have_63_bits),
    cmocka_unit_test(a_continuation_of_nothing_fails),
    cmocka_unit_test(messages_do_not_interleave),
    cmocka_unit_test(a_ping_between_fragments_is_answered),
    cmocka_unit_test(what_came_before_a_violation_is_delivered),
    cmocka_unit_test(nothing_is_heard_after_a_failure),
    cmocka_unit_test(text_fails_at_its_first_bad_byte),
    cmocka_unit_test(a_long_text_is_checked_wherever_it_is_not_ascii),
    cmocka_unit_test(text_fails_in_the_fragment_that_is_bad),
    cmocka_unit_test(text_does_not_end_inside_a_character),
    cmocka_unit_test(a_new_text_begins_with_a_new_character),
    cmocka_unit_test(the_closing_handshake_closes_both_ends),
    cmocka_unit_test(a_close_without_code_is_answered_without_code),
    cmocka_unit_test(half_a_close_code_fails),
    cmocka_unit_test(only_some_close_codes_are_allowed),
    cmocka_unit_test(a_close_reason_is_utf8),
    cmocka_unit_test(a_long_reason_is_cut_between_characters),
    cmocka_unit_test(a_reason_of_123_bytes_is_not_cut),
    cmocka_unit_test(nothing_is_heard_after_a_close_frame),
    cmocka_unit_test(nothing_is_sent_after_a_close_frame),
    cmocka_unit_test(a_ping_after_our_close_is_not_answered),
    cmocka_unit_test(messages_after_our_close_are_dropped),
    cmocka_unit_test(half_a_message_is_dropped_after_our_close),
    cmocka_unit_test(a_violation_after_our_close_ends_without_another),
    cmocka_unit_test(a_close_inside_a_message_frees_it),
};

int main(void)
{
    return cmocka_run_group_tests_name("websocket", tests, NULL, NULL);
}
