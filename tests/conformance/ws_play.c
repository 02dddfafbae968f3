#include "tests/conformance/ws_play.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/websocket_handshake.h"
#include "tests/conformance/settle.h"

enum {
    OPCODE = 0x0f,
    RSV = RSV1 | RSV2 | RSV3,
    MASK = 0x80,
    LENGTH = 0x7f,
    CONTROL_MAX = 125, /* bytes (5.5) */
    HEADER_MAX = 14,   /* bytes */
    QUIET_MS = 20,     /* for which a client must say nothing */
    NO_CODE = 1005,    /* a close frame without payload (7.1.5) */
};

/* One case that is being played. */
struct play {
    struct wire wire;
    struct wire *control; /* NULL: the other end is a client */
    size_t pieces;
    struct buf out;     /* what was not sent yet, */
    size_t held;        /* and how much of it is held back */
    struct buf message; /* what has come of one */
    unsigned opcode;    /* of that message; 0: none has begun */
    uint32_t key;       /* masks the next frame */
    struct verdict verdict;
};

/* What has come back: a message or a control frame. */
struct event {
    unsigned opcode;
    const uint8_t *bytes;
    size_t size;
};

static bool is_control(unsigned opcode)
{
    return opcode >= CLOSE;
}

/* -- Out -- */

static void send_in_pieces(struct play *play, const uint8_t *bytes, size_t size)
{
    size_t piece = play->pieces;
    for (size_t at = 0; at < size; at += piece) {
        wire_send(&play->wire, bytes + at,
                  size - at < piece ? size - at : piece);
        if (piece == 1 && play->control != NULL)
            settle(play->control);
    }
}

/* Send what is pending, but for the bytes that are held back. */
static void flush(struct play *play)
{
    size_t size = buf_size(&play->out) - play->held;
    if (play->pieces == AT_ONCE || play->pieces == FRAME_BY_FRAME)
        wire_send(&play->wire, buf_head(&play->out), size);
    else
        send_in_pieces(play, buf_head(&play->out), size);
    buf_consume(&play->out, size);
}

static size_t length_size(unsigned first, size_t size)
{
    if ((first & (LONG_64 | NEGATIVE)) || size > UINT16_MAX)
        return 8;
    return (first & LONG_16) || size > CONTROL_MAX ? 2 : 0;
}

/* Returns the header's size. */
static size_t write_header(uint8_t *bytes, unsigned first, bool is_masked,
                           size_t size)
{
    size_t extended = length_size(first, size);
    bytes[0] = (uint8_t)first;
    bytes[1] = (uint8_t)(extended == 8 ? 127 : extended == 2 ? 126 : size);
    for (size_t i = 0; i < extended; i++)
        bytes[1 + extended - i] = (uint8_t)((uint64_t)size >> 8 * i);
    if (first & NEGATIVE)
        bytes[2] |= 0x80;
    if (is_masked)
        bytes[1] |= MASK;
    return 2 + extended;
}

/* Anything that differs from frame to frame will do (xorshift). */
static void next_key(struct play *play)
{
    play->key ^= play->key << 13;
    play->key ^= play->key >> 17;
    play->key ^= play->key << 5;
}

static void mask(uint8_t *bytes, size_t size, const uint8_t key[4])
{
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= key[i % 4];
}

/* The bytes of the step's payload from `at` on. */
static void fill(uint8_t *to, size_t size, const struct ws_step *step,
                 size_t at)
{
    for (size_t i = 0, j = at; i < size; i++, j++)
        to[i] = (uint8_t)step->bytes[step->count == 1 ? 0 : j % step->count];
}

/* Append a frame with the bytes of the step's payload from `at` on. */
static void append_frame(struct play *play, unsigned first,
                         const struct ws_step *step, size_t at, size_t size)
{
    bool is_masked = (play->control != NULL) != ((first & WRONG_MASK) != 0);
    uint8_t *frame = buf_room(&play->out, HEADER_MAX + size);
    uint8_t *payload = frame + write_header(frame, first, is_masked, size);
    uint8_t *key = payload;
    if (is_masked) {
        next_key(play);
        memcpy(key, &play->key, 4);
        payload += 4;
    }
    fill(payload, size, step, at);
    if (is_masked)
        mask(payload, size, key);
    buf_added(&play->out, (size_t)(payload - frame) + size);
    if (play->pieces == FRAME_BY_FRAME)
        flush(play);
}

static void send_message(struct play *play, const struct ws_step *step)
{
    size_t most = step->fragment > 0 ? step->fragment : step->size;
    unsigned first = step->first;
    size_t at = 0;
    for (; step->size - at > most; at += most) {
        append_frame(play, first & ~(unsigned)FIN, step, at, most);
        first &= ~(unsigned)OPCODE; /* the next is a continuation */
    }
    append_frame(play, first, step, at, step->size - at);
}

static void send_code(struct play *play, size_t code, const char *reason,
                      size_t reason_size)
{
    char payload[2 + UINT8_MAX] = {(char)(code >> 8), (char)code};
    struct ws_step step = {
        .first = FIN | CLOSE,
        .bytes = payload,
        .count = 2 + reason_size,
        .size = 2 + reason_size,
    };
    memcpy(payload + 2, reason, reason_size);
    send_message(play, &step);
}

/* -- In -- */

static bool fail_wire(struct play *play, enum wire_result result,
                      const char *wanted)
{
    return verdict_fail(&play->verdict, "expected %s, got %s", wanted,
                        wire_says(result));
}

static bool need(struct play *play, size_t size, const char *wanted)
{
    enum wire_result result = wire_need(&play->wire, size, WIRE_PATIENCE_MS);
    return result == WIRE_OK || fail_wire(play, result, wanted);
}

/* Is anything wrong with the frame whose first two bytes these are? */
static const char *find_fault(const struct play *play, const uint8_t *header,
                              size_t extended, size_t size)
{
    unsigned opcode = header[0] & OPCODE;
    bool is_masked = header[1] & MASK;
    if (header[0] & RSV)
        return "a reserved bit";
    if (is_masked != (play->control == NULL))
        return is_masked ? "a mask of a server" : "no mask of a client";
    if (length_size(0, size) != extended)
        return "a length that is not in its shortest form";
    if (is_control(opcode))
        return !(header[0] & FIN) || size > CONTROL_MAX || opcode > PONG
                   ? "an impossible control frame"
                   : NULL;
    if (opcode > BINARY || (opcode == CONTINUATION) != (play->opcode != 0))
        return "an opcode that may not stand here";
    return NULL;
}

/* Wait for a whole frame. It begins at buf_head(); `at` is its payload. */
static bool read_frame(struct play *play, const char *wanted, size_t *at,
                       size_t *size)
{
    if (!need(play, 2, wanted))
        return false;
    unsigned length = buf_head(&play->wire.in)[1] & LENGTH;
    size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
    *size = extended == 0 ? length : 0;
    if (!need(play, 2 + extended, "a whole header"))
        return false;

    uint8_t *header = buf_head(&play->wire.in);
    for (size_t i = 0; i < extended; i++)
        *size = *size << 8 | header[2 + i];
    const char *fault = find_fault(play, header, extended, *size);
    if (fault != NULL)
        return verdict_fail(&play->verdict, "expected %s, got %s", wanted,
                            fault);
    *at = 2 + extended + (header[1] & MASK ? 4 : 0);
    if (!need(play, *at + *size, "a whole frame"))
        return false;
    header = buf_head(&play->wire.in);
    if (header[1] & MASK)
        mask(header + *at, *size, header + *at - 4);
    return true;
}

/* Wait for a message or a control frame; borrowed until the next call. */
static bool read_event(struct play *play, const char *wanted,
                       struct event *event)
{
    size_t at = 0, size = 0;
    bool is_whole = false;
    if (play->opcode == 0)
        buf_free(&play->message);
    while (!is_whole) {
        if (!read_frame(play, wanted, &at, &size))
            return false;
        const uint8_t *frame = buf_head(&play->wire.in);
        unsigned opcode = frame[0] & OPCODE;
        buf_consume(&play->wire.in, at + size);
        *event = (struct event){opcode, frame + at, size};
        if (is_control(opcode))
            return true;
        if (opcode != CONTINUATION)
            play->opcode = opcode;
        is_whole = frame[0] & FIN;
        buf_append(&play->message, frame + at, size);
    }
    *event = (struct event){play->opcode, buf_head(&play->message),
                            buf_size(&play->message)};
    play->opcode = 0;
    return true;
}

/* -- What was expected -- */

static const char *name_of(unsigned opcode)
{
    switch (opcode) {
    case TEXT: return "text";
    case BINARY: return "binary";
    case CLOSE: return "close";
    case PING: return "a ping";
    case PONG: return "a pong";
    }
    return "?";
}

static unsigned code_of(const struct event *event)
{
    return event->size < 2 ? NO_CODE
                           : (unsigned)event->bytes[0] << 8 | event->bytes[1];
}

static void describe(const struct event *event, char *text, size_t size)
{
    if (event->opcode == CLOSE)
        snprintf(text, size, "close %u", code_of(event));
    else
        snprintf(text, size, "%s of %zu bytes", name_of(event->opcode),
                 event->size);
}

static bool is_payload(const struct event *event, const struct ws_step *step)
{
    if (event->size != step->size)
        return false;
    for (size_t at = 0; at < event->size; at += step->count) {
        size_t left = event->size - at;
        if (memcmp(event->bytes + at, step->bytes,
                   left < step->count ? left : step->count) != 0)
            return false;
    }
    return true;
}

static bool expect(struct play *play, const struct ws_step *step)
{
    struct event event;
    char wanted[64], got[64];
    unsigned opcode = step->first & OPCODE;
    describe(&(struct event){opcode, NULL, step->size}, wanted, sizeof wanted);
    flush(play);
    if (!read_event(play, wanted, &event))
        return false;
    describe(&event, got, sizeof got);
    if (event.opcode != opcode || event.size != step->size)
        return verdict_fail(&play->verdict, "expected %s, got %s", wanted, got);
    if (!is_payload(&event, step))
        return verdict_fail(&play->verdict, "other bytes came than were sent");
    return true;
}

static bool expect_quiet(struct play *play)
{
    flush(play);
    bool is_settled = play->control == NULL || settle(play->control);
    if (!is_settled ||
        !wire_is_quiet(&play->wire, play->control ? 0 : QUIET_MS))
        return verdict_fail(&play->verdict, "something came back too early");
    return true;
}

static bool make_trips(struct play *play, const struct ws_step *step)
{
    struct ws_step once = *step;
    once.fragment = 0;
    for (size_t i = 0; i < step->fragment; i++) {
        send_message(play, &once);
        if (!expect(play, &once))
            return false;
    }
    return true;
}

/* 7.1.1: a server closes the TCP connection, a client waits for it to do so. */
static bool expect_end(struct play *play)
{
    if (play->control == NULL)
        wire_finish(&play->wire);
    enum wire_result result = wire_need(&play->wire, 1, WIRE_PATIENCE_MS);
    return result == WIRE_ENDED ||
           fail_wire(play, result, "the end behind the close frame");
}

static bool expect_close(struct play *play, unsigned code)
{
    struct event event;
    char wanted[64], got[64];
    snprintf(wanted, sizeof wanted, "close %u", code);
    if (!read_event(play, wanted, &event))
        return false;
    describe(&event, got, sizeof got);
    if (event.opcode != CLOSE || code_of(&event) != code || event.size == 1)
        return verdict_fail(&play->verdict, "expected %s, got %s", wanted, got);
    return expect_end(play);
}

/* -- The play -- */

static bool take_step(struct play *play, const struct ws_step *step)
{
    switch (step->type) {
    case STEP_END: break;
    case STEP_SEND: send_message(play, step); break;
    case STEP_SEND_CODE:
        send_code(play, step->size, step->bytes, step->count);
        break;
    case STEP_HOLD:
        play->held = step->size;
        flush(play);
        break;
    case STEP_EXPECT: return expect(play, step);
    case STEP_QUIET: return expect_quiet(play);
    case STEP_TRIPS: return make_trips(play, step);
    }
    return true;
}

static void perform(struct play *play, const struct ws_case *ws_case)
{
    const struct ws_step *step = ws_case->steps;
    for (; step->type != STEP_END; step++)
        if (!take_step(play, step))
            return;
    if (ws_case->fails == 0)
        send_code(play, 1000, "", 0);
    flush(play);
    expect_close(play, ws_case->fails == 0 ? 1000 : ws_case->fails);
}

static struct verdict finish(struct play *play)
{
    wire_close(&play->wire);
    buf_free(&play->out);
    buf_free(&play->message);
    return play->verdict;
}

size_t ws_case_size(const struct ws_case *ws_case)
{
    size_t size = 0;
    for (size_t i = 0; ws_case->steps[i].type != STEP_END; i++)
        if (ws_case->steps[i].type == STEP_SEND)
            size += ws_case->steps[i].size;
    return size;
}

/* -- The opening handshake (4) -- */

/* Take the head of a request or response, with a NUL behind it. */
static bool read_head(struct play *play, char *head, size_t size)
{
    struct buf *in = &play->wire.in;
    for (size_t i = 0; i + 1 < size; i++) {
        if (!need(play, 1, "a whole head"))
            return false;
        head[i] = (char)*buf_head(in);
        head[i + 1] = '\0';
        buf_consume(in, 1);
        if (i >= 3 && memcmp(head + i - 3, "\r\n\r\n", 4) == 0)
            return true;
    }
    return verdict_fail(&play->verdict, "the head does not end");
}

/* The key and the answer are the example of RFC 6455, 1.3. */
static bool open_as_client(struct play *play)
{
    static const char request[] =
        "GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n";
    char head[2048];
    wire_send(&play->wire, request, sizeof request - 1);
    if (!read_head(play, head, sizeof head))
        return false;
    if (strncmp(head, "HTTP/1.1 101 ", 13) != 0 ||
        strstr(head, "\r\nSec-WebSocket-Accept: "
                     "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") == NULL ||
        strstr(head, "\r\nUpgrade: websocket\r\n") == NULL ||
        strstr(head, "\r\nConnection: Upgrade\r\n") == NULL)
        return verdict_fail(&play->verdict, "the answer is not a right 101");
    return true;
}

/* Read what a client asks for, and what it wants to see in the answer. */
static bool read_request(struct play *play, char accept[WS_ACCEPT_SIZE])
{
    static const char name[] = "\r\nSec-WebSocket-Key: ";
    char head[2048];
    if (!read_head(play, head, sizeof head))
        return false;
    const char *key = strstr(head, name);
    if (strncmp(head, "GET /", 5) != 0 || key == NULL ||
        strstr(head, "\r\nHost: ") == NULL ||
        strstr(head, "\r\nUpgrade: websocket\r\n") == NULL ||
        strstr(head, "\r\nConnection: Upgrade\r\n") == NULL ||
        strstr(head, "\r\nSec-WebSocket-Version: 13\r\n") == NULL)
        return verdict_fail(&play->verdict, "the request is no handshake");
    key += sizeof name - 1;
    ws_accept_key((struct slice){key, WS_KEY_SIZE - 1}, accept);
    return true;
}

/* Answer a client with this text, `$` replaced by what it wants to see. */
static bool answer(struct play *play, const char *text)
{
    char accept[WS_ACCEPT_SIZE];
    if (!read_request(play, accept))
        return false;
    const char *rest = strchr(text, '$');
    struct buf head = {0};
    buf_append(&head, text, rest ? (size_t)(rest - text) : strlen(text));
    if (rest != NULL) {
        buf_append_text(&head, accept);
        buf_append_text(&head, rest + 1);
    }
    wire_send(&play->wire, buf_head(&head), buf_size(&head));
    buf_free(&head);
    return true;
}

struct verdict ws_play_to_server(const struct ws_case *ws_case, size_t pieces,
                                 int port, struct wire *control)
{
    struct play play = {.control = control, .pieces = pieces, .key = 1};
    if (!wire_connect(&play.wire, port)) {
        verdict_fail(&play.verdict, "cannot connect: %s", strerror(errno));
        return play.verdict;
    }
    if (open_as_client(&play))
        perform(&play, ws_case);
    return finish(&play);
}

struct verdict ws_play_to_client(const struct ws_case *ws_case, size_t pieces,
                                 struct wire *client)
{
    struct play play = {.wire = *client, .pieces = pieces, .key = 1};
    if (answer(&play, WS_GOOD_ANSWER))
        perform(&play, ws_case);
    return finish(&play);
}

/* 4.1: a client that is not content says nothing more and leaves. */
static void expect_refusal(struct play *play)
{
    enum wire_result result = wire_need(&play->wire, 1, WIRE_PATIENCE_MS);
    if (result != WIRE_ENDED)
        fail_wire(play, result, "that the client leaves");
}

struct verdict ws_play_answer(const struct ws_answer *ws_answer,
                              struct wire *client)
{
    static const struct ws_step ping[] = {SEND(FIN | PING, "a"),
                                          EXPECT(PONG, "a"), THE_END};
    static const struct ws_case a_ping = {.steps = ping};
    struct play play = {.wire = *client, .key = 1};
    if (answer(&play, ws_answer->text)) {
        if (ws_answer->is_refused)
            expect_refusal(&play);
        else
            perform(&play, &a_ping);
    }
    return finish(&play);
}
