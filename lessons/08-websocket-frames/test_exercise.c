/* test_exercise.c -- are frames written and read as exercise.h says? */
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "lessons/08-websocket-frames/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

static const uint8_t rfc_key[4] = {0x37, 0xfa, 0x21, 0x3d}; /* 5.7 */

/* ------------------------------------------------------ writing */

static struct frame frame_of(bool fin, enum opcode opcode, struct slice payload)
{
    struct frame frame = {.fin = fin, .opcode = opcode, .payload = payload};
    memcpy(frame.key, rfc_key, sizeof rfc_key);
    return frame;
}

static struct buf encode(enum role role, bool fin, enum opcode opcode,
                         struct slice payload)
{
    struct buf out = {0};
    struct frame frame = frame_of(fin, opcode, payload);
    encode_frame(&out, role, &frame);
    expect_written(buf_size(&out) > 0, "encode_frame()");
    return out;
}

/* A frame with this payload, sent by a server, begins so. */
static void expect_header(size_t size, struct slice right)
{
    char *payload = allocate(size + 1);
    memset(payload, 'x', size);
    story_case("a server sends a text of %zu bytes", size);
    struct buf out = encode(SERVER, true, TEXT, (struct slice){payload, size});
    struct slice came = buf_slice(&out);
    size_t shown = came.size < right.size ? came.size : right.size;
    expect_bytes("the header", (struct slice){came.data, shown}, right);
    expect_number("the size of the frame", (long long)came.size,
                  (long long)(right.size + size));
    buf_free(&out);
    free(payload);
}

static void lengths_are_shortest(void)
{
    expect_header(0, (struct slice){"\x81\x00", 2});
    expect_header(5, (struct slice){"\x81\x05", 2});
    expect_header(125, (struct slice){"\x81\x7d", 2});
    expect_header(126, (struct slice){"\x81\x7e\x00\x7e", 4});
    expect_header(127, (struct slice){"\x81\x7e\x00\x7f", 4});
    expect_header(256, (struct slice){"\x81\x7e\x01\x00", 4});
    expect_header(65535, (struct slice){"\x81\x7e\xff\xff", 4});
    expect_header(65536, (struct slice){"\x81\x7f\0\0\0\0\0\x01\0\0", 10});
}

/* "Hello" as in 5.7, and the bits of other frames. */
static void clients_mask(void)
{
    struct buf out;
    story_case("a client sends \"Hello\" with the key 37 fa 21 3d");
    out = encode(CLIENT, true, TEXT, slice_of("Hello"));
    expect_bytes("the frame", buf_slice(&out),
                 slice_of("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
    buf_free(&out);
    story_case(
        "a server sends \"Hel\" of a text that goes on, with the same key");
    out = encode(SERVER, false, TEXT, slice_of("Hel"));
    expect_bytes("the frame", buf_slice(&out), slice_of("\x01\x03Hel"));
    buf_free(&out);
    story_case(
        "a client sends \"Hello\" twice, the second time behind the first");
    struct frame hello = frame_of(true, TEXT, slice_of("Hello"));
    out = (struct buf){0};
    encode_frame(&out, CLIENT, &hello);
    encode_frame(&out, CLIENT, &hello);
    expect_bytes("both frames", buf_slice(&out),
                 slice_of("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
                          "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
    buf_free(&out);
    story_case("a server sends the last fragment \"lo\"");
    out = encode(SERVER, true, CONTINUATION, slice_of("lo"));
    expect_bytes("the frame", buf_slice(&out), slice_of("\x80\x02lo"));
    buf_free(&out);
}

/* ------------------------------------------------------ reading */

static enum role reader; /* of what read_parts() is given */
static struct buf heard; /* what it came to, spelled: TEXT('Hello') 1002 */
static size_t left;      /* bytes that were there at the last NEED_MORE */

/* A payload that is long is told by its size alone. */
static void spell(const char *name, struct slice payload)
{
    enum { SPELLED_MAX = 40 };
    if (payload.size > SPELLED_MAX)
        buf_printf(&heard, "%s(%zu bytes) ", name, payload.size);
    else
        buf_printf(&heard, "%s('%.*s') ", name, (int)payload.size,
                   payload.size > 0 ? payload.data : "");
}

/* False: no more events come. */
static bool note_event(const struct event *event)
{
    switch (event->type) {
    case NOT_WRITTEN: expect_written(false, "decode_next()"); break;
    case NEED_MORE: return false;
    case MESSAGE:
        spell(event->opcode == TEXT ? "TEXT" : "BINARY", event->payload);
        return true;
    case CONTROL:
        spell(event->opcode == PING ? "PING" : "PONG", event->payload);
        return true;
    case CLOSED:
        buf_printf(&heard, "%d ", event->code);
        spell("CLOSE", event->payload);
        return false;
    case FAILED: buf_printf(&heard, "FAILED %d ", event->code); return false;
    }
    return false;
}

static bool is_over(const struct event *event)
{
    return event->type == CLOSED || event->type == FAILED;
}

/* The events of what is there, until it says NEED_MORE or it is over. */
static struct event read_all(struct decoder *decoder)
{
    enum { EVENTS_MAX = 100 }; /* more than anybody sends here */
    for (int count = 0; count < EVENTS_MAX; count++) {
        arrival_fit(&decoder->in);
        struct event event = decode_next(decoder);
        if (!note_event(&event))
            return event;
    }
    lose("the same event comes again and again: no byte is taken out of "
         "decoder->in");
}

/* Spell in `heard` what comes of these parts, of which each is a recv. */
static void read_parts(const struct slice *parts, size_t count)
{
    struct decoder decoder = {.role = reader};
    struct event event = {.type = NEED_MORE};
    buf_free(&heard);
    for (size_t i = 0; i < count && !is_over(&event); i++) {
        buf_append_slice(&decoder.in, parts[i]);
        event = read_all(&decoder);
    }
    left = event.type == NEED_MORE ? buf_size(&decoder.in) : 0;
    buf_free(&decoder.in);
    buf_free(&decoder.message);
}

static const char *expected; /* of read_and_compare() */

static void read_and_compare(const struct slice *parts, size_t count)
{
    read_parts(parts, count);
    struct slice came = buf_slice(&heard);
    if (!slice_is(came, expected) && left > 0)
        story("it says NEED_MORE at the end, and leaves %zu bytes in "
              "decoder->in",
              left);
    expect_text("what was heard", came, expected);
}

/* Of the frame that begins here (5.2). */
static size_t header_size(struct slice bytes)
{
    uint8_t second = (uint8_t)bytes.data[1], length = second & 0x7f;
    size_t extended = length < 126 ? 0 : length == 126 ? 2 : 8;
    return 2 + extended + (second & 0x80 ? sizeof rfc_key : 0);
}

/* Whoever is `role` reads this, in every way, and hears that. */
static void expect_heard(enum role role, struct slice bytes, const char *events)
{
    reader = role;
    expected = events;
    story_frame(role == CLIENT ? "a server sends" : "a client sends", bytes,
                header_size(bytes));
    in_every_way(bytes, read_and_compare);
    buf_free(&heard);
}

static void expect_server_hears(const char *bytes, size_t size,
                                const char *events)
{
    expect_heard(SERVER, (struct slice){bytes, size}, events);
}

static void expect_client_hears(const char *bytes, size_t size,
                                const char *events)
{
    expect_heard(CLIENT, (struct slice){bytes, size}, events);
}

/* The examples of 5.7, one after the other in one stream. */
static void examples_are_read(void)
{
    static const char data[] = "\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    static const char hello[] = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    static const char others[] = "\x81\x05Hello\x89\x05Hello\x81\x00";
    char binary[4 + 256] = "\x82\x7e\x01\x00";
    char least[4 + 126] = "\x82\x7e\x00\x7e"; /* whose length has 16 bits */
    story_case("a client sends \"Hello\" as binary data, with a mask");
    expect_server_hears(data, sizeof data - 1, "BINARY('Hello') ");
    story_case("a client sends \"Hello\" as a text, with a mask");
    expect_server_hears(hello, sizeof hello - 1, "TEXT('Hello') ");
    story_case(
        "a server sends \"Hello\" without a mask, a ping, an empty text");
    expect_client_hears(others, sizeof others - 1,
                        "TEXT('Hello') PING('Hello') TEXT('') ");
    story_case("256 bytes of binary data, of which each is 0");
    expect_client_hears(binary, sizeof binary, "BINARY(256 bytes) ");
    story_case("126 bytes of binary data, of which each is 0");
    expect_client_hears(least, sizeof least, "BINARY(126 bytes) ");
}

/* Frames of a client, of which each has a key of its own. */
static void append_masked(struct buf *out, uint8_t first, const char *text)
{
    size_t size = strlen(text);
    uint8_t key[4], turn = (uint8_t)(60 * buf_size(out));
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(rfc_key[i] + turn);
    buf_append(out, (uint8_t[]){first, (uint8_t)(0x80 | size)}, 2);
    buf_append(out, key, sizeof key);
    for (size_t i = 0; i < size; i++)
        buf_append(out, &(char){(char)(text[i] ^ key[i % 4])}, 1);
}

static void keys_are_turned(void)
{
    struct buf in = {0};
    append_masked(&in, 0x82, "longer than a key");
    append_masked(&in, 0x82, "");
    append_masked(&in, 0x82, "x");
    story_case("three binary messages, each with a key of its own");
    expect_heard(SERVER, buf_slice(&in),
                 "BINARY('longer than a key') BINARY('') BINARY('x') ");
    buf_free(&in);
    append_masked(&in, 0x02, "Hel");
    append_masked(&in, 0x89, "ping!");
    append_masked(&in, 0x80, "lo, world");
    story_case(
        "a binary message in two fragments, the first of 3 bytes, and a ping "
        "between them: three keys");
    expect_heard(SERVER, buf_slice(&in),
                 "PING('ping!') BINARY('Hello, world') ");
    buf_free(&in);
}

static void fragments_are_joined(void)
{
    story_case("a text in three fragments, a ping and a pong between them");
    expect_client_hears("\x01\x03Hel\x89\x02hi\x00\x01l\x8a\x00\x80\x01o"
                        "\x82\x02ok",
                        21, "PING('hi') PONG('') TEXT('Hello') BINARY('ok') ");
    story_case("fragments of no byte");
    expect_client_hears("\x02\x00\x00\x00\x80\x00\x81\x01x", 9,
                        "BINARY('') TEXT('x') ");
    story_case("after a whole text, a binary message in two");
    expect_client_hears("\x81\x03one\x02\x01t\x80\x02wo", 12,
                        "TEXT('one') BINARY('two') ");
}

/* In 1000 bytes at a time, which is how a network does it. */
static void large_frames_are_read(void)
{
    enum { SIZE = 70000, PART = 1000, PARTS = (SIZE + 10 + PART - 1) / PART };
    char *bytes = allocate(SIZE + 10);
    struct slice parts[PARTS];
    memset(bytes, 'x', SIZE + 10);
    memcpy(bytes, "\x81\x7f\0\0\0\0\0\x01\x11\x70", 10);
    for (size_t i = 0; i < PARTS; i++) {
        size_t at = i * PART, rest = SIZE + 10 - at;
        parts[i] = (struct slice){bytes + at, rest < PART ? rest : PART};
    }
    reader = CLIENT;
    story_case(
        "a server sends a text of %d bytes, of which 1000 come at a time",
        SIZE);
    read_parts(parts, PARTS);
    expect_text("what was heard", buf_slice(&heard), "TEXT(70000 bytes) ");
    buf_free(&heard);
    free(bytes);
    story_case("a header promises 2^62 bytes, and 3 of them come");
    expect_client_hears("\x82\x7f\x40\0\0\0\0\0\0\0abc", 13, "");
    story_case("a header promises 2^32 + 3 bytes, and 3 of them come");
    expect_client_hears("\x82\x7f\0\0\0\x01\0\0\0\x03"
                        "abc",
                        13, "");
}

static void frames_are_judged(void)
{
    story_case("a server masks (5.1)");
    expect_client_hears("\x81\x81\x01\x02\x03\x04x", 7, "FAILED 1002 ");
    story_case("a client does not (5.1)");
    expect_server_hears("\x81\x01x", 3, "FAILED 1002 ");
    story_case("the first reserved bit (5.2)");
    expect_client_hears("\xc1\x01x", 3, "FAILED 1002 ");
    story_case("the second reserved bit (5.2)");
    expect_client_hears("\xa1\x01x", 3, "FAILED 1002 ");
    story_case("the third reserved bit, of a ping (5.2)");
    expect_client_hears("\x99\x01x", 3, "FAILED 1002 ");
    story_case("opcode 3, which means nothing yet (5.2)");
    expect_client_hears("\x83\x01x", 3, "FAILED 1002 ");
    story_case("opcode 11, which means nothing yet (5.2)");
    expect_client_hears("\x8b\x01x", 3, "FAILED 1002 ");
    story_case("a length of 5 in 16 bits (5.2)");
    expect_client_hears("\x81\x7e\x00\x05Hello", 9, "FAILED 1002 ");
    story_case("a length of 125 in 16 bits");
    expect_client_hears("\x82\x7e\x00\x7d", 4, "FAILED 1002 ");
    story_case("a length of 126 in 64 bits (5.2)");
    expect_client_hears("\x82\x7f\0\0\0\0\0\0\0\x7e", 10, "FAILED 1002 ");
    story_case("a length of 65535 in 64 bits");
    expect_client_hears("\x82\x7f\0\0\0\0\0\0\xff\xff", 10, "FAILED 1002 ");
    story_case("a length of 64 bits, the highest of them 1 (5.2)");
    expect_client_hears("\x82\x7f\x80\0\0\0\0\0\0\0", 10, "FAILED 1002 ");
}

static void order_is_judged(void)
{
    story_case("a ping in two fragments (5.5)");
    expect_client_hears("\x09\x01x", 3, "FAILED 1002 ");
    char longest[2 + 125] = "\x89\x7d";
    story_case("a ping of 125 bytes, which is not too long");
    expect_client_hears(longest, sizeof longest, "PING(125 bytes) ");
    story_case("a ping of 126 bytes (5.5)");
    expect_client_hears("\x89\x7e\x00\x7e", 4, "FAILED 1002 ");
    story_case("a continuation of no message (5.4)");
    expect_client_hears("\x80\x01x", 3, "FAILED 1002 ");
    story_case("a continuation behind a message that was complete (5.4)");
    expect_client_hears("\x81\x01x\x80\x01x", 6, "TEXT('x') FAILED 1002 ");
    story_case("a new message inside another (5.4)");
    expect_client_hears("\x01\x01x\x81\x01x", 6, "FAILED 1002 ");
}

static void texts_are_judged(void)
{
    story_case("C3 28, which is no character, in a text");
    expect_client_hears("\x81\x02\xc3\x28", 4, "FAILED 1007 ");
    story_case("a character of two bytes, one in each fragment");
    expect_client_hears("\x01\x01\xc3\x80\x01\xa9", 6, "TEXT('\xc3\xa9') ");
    story_case("a text that ends inside a character");
    expect_client_hears("\x81\x02x\xc3", 4, "FAILED 1007 ");
    story_case("C3 28, which is no character, in a binary message");
    expect_client_hears("\x82\x02\xc3\x28", 4, "BINARY('\xc3\x28') ");
}

static void expect_close(int code, const char *events)
{
    char bytes[] = {(char)0x88, 2, (char)(code >> 8), (char)code};
    story_case("the code is %d", code);
    expect_client_hears(bytes, sizeof bytes, events);
}

static void closes_are_judged(void)
{
    story_case("a close frame with a code and a reason");
    expect_client_hears("\x88\x05\x03\xe8"
                        "bye",
                        7, "1000 CLOSE('bye') ");
    story_case("a close frame without a code");
    expect_client_hears("\x88\x00", 2, "1005 CLOSE('') ");
    static const int good[] = {1000, 1001, 1003, 1007, 1014, 3000, 4999};
    static const int bad[] = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char right[20];
        snprintf(right, sizeof right, "%d CLOSE('') ", good[i]);
        expect_close(good[i], right);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_close(bad[i], "FAILED 1002 ");
    story_case("a payload of one byte, which is half a code");
    expect_client_hears("\x88\x01\x03", 3, "FAILED 1002 ");
    story_case("a reason that is not UTF-8");
    expect_client_hears("\x88\x03\x03\xe8\xff", 5, "FAILED 1007 ");
    story_case("a close frame in two fragments (5.5)");
    expect_client_hears("\x08\x02\x03\xe8", 4, "FAILED 1002 ");
    story_case("a close frame of 126 bytes (5.5)");
    expect_client_hears("\x88\x7e\x00\x7e\x03\xe8", 6, "FAILED 1002 ");
}

static const struct graded_test tests[] = {
    {"a length is sent in its shortest form, in network order",
     15,
     lengths_are_shortest,
     {"which is the longest payload whose length fits beside the mask bit?",
      "126 and 127 are no lengths: they say that 2 or 8 bytes follow, the "
      "highest first",
      "size < 126: size; size <= 65535: 126, size >> 8, size; else 127 and "
      "8 bytes, by size >> 56 first"},
     "echo hello | build/client websocket http://127.0.0.1:8080 "
     "--trace=hex -n 1"},
    {"a client masks what it sends, and a server does not",
     10,
     clients_mask,
     {"who of both must mask, and who must not?",
      "the bit 0x80 of the second byte says it; then the key; then the bytes",
      "out[i] = payload[i] ^ key[i % 4], if role == CLIENT"},
     NULL},
    {"whole frames are read, however the network cuts them",
     15,
     examples_are_read,
     {"how many bytes must be there before the length is known?",
      "take nothing out of `in` before all of the frame is there, and not "
      "more than the frame",
      "if (buf_size(in) < header + size) return NEED_MORE; ... "
      "buf_consume(in, header + size);"},
     NULL},
    {"a key is used in turn, and anew for each frame",
     10,
     keys_are_turned,
     {"which byte of the key belongs to byte 5 of a payload?",
      "the count begins at 0 with each payload, not with the frame",
      "payload[i] ^= key[i % 4]"},
     NULL},
    {"fragments are one message, and control frames come between them",
     15,
     fragments_are_joined,
     {"what must outlive a call: which message has begun, and what came of it?",
      "a ping is handed on at once, and changes nothing of the message",
      "keep the first opcode in decoder->opcode, append to decoder->message "
      "until fin, and go on over a fragment to the next frame; empty it when "
      "the next message begins: buf_consume(message, buf_size(message))"},
     NULL},
    {"a frame of 70000 bytes is read in pieces, and one of 2^62 is waited for",
     5,
     large_frames_are_read,
     {"which type holds 70000, and 2^62?",
      "the 8 bytes behind 127 are one number, the highest first; believe none "
      "of it: make room for what has come",
      "size = size << 8 | byte, in an uint64_t, 8 times"},
     NULL},
    {"what 5.1 and 5.2 forbid in a header fails with 1002",
     10,
     frames_are_judged,
     {"may a header be judged before its payload has come?",
      "who masks depends on whose end this is; how long a length has to be "
      "depends on the length",
      "fails: masked != (role == SERVER); a size < 126 that came in 2 bytes, a "
      "size <= 65535 in 8, or one with size >> 63"},
     NULL},
    {"so does a frame at a place where it may not stand",
     5,
     order_is_judged,
     {"which frames may follow one without FIN?",
      "a continuation if a message has begun, a text or binary if not; "
      "control frames always, whole and short",
      "(opcode == CONTINUATION) != (decoder->opcode != 0)"},
     NULL},
    {"a text is UTF-8 as a whole, and binary data need not be",
     5,
     texts_are_judged,
     {"may a fragment end in the middle of a character?",
      "judge the message, not its fragments",
      "utf8_is_valid() when the last fragment has come, if it is TEXT"},
     NULL},
    {"a close frame has a code that may be sent, or none",
     10,
     closes_are_judged,
     {"what do 1005, 1006 and 1015 mean, and who says so?",
      "they are for what did not come over the wire: nobody sends them",
      "size 0: 1005; size 1: fail; else payload[0] << 8 | payload[1], "
      "unsigned"},
     NULL},
    {0},
};

int main(void)
{
    return grade("08-websocket-frames", tests);
}
