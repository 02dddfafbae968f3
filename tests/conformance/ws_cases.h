/* ws_cases.h -- what is played to one end of a WebSocket connection (RFC 6455).
 *
 * The ids and the scenes are those of the Autobahn TestSuite, groups 1 to 7, 9
 * and 10, which implementers compare by; group x is our own. What that suite
 * takes for "non-strict" or "informational" has one right outcome here.
 *
 * A case is a list of steps. The other end returns every message as it came.
 *
 *      "5.6"  send: fragment 1, ping, fragment 2; expect: pong, text; we close
 *      "5.9"  send: the last fragment of nothing; expect: it closes with 1002
 */
#ifndef TESTS_CONFORMANCE_WS_CASES_H
#define TESTS_CONFORMANCE_WS_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first byte of a frame (5.2), */
enum {
    FIN = 0x80,
    MORE = 0, /* another fragment follows */
    RSV1 = 0x40,
    RSV2 = 0x20,
    RSV3 = 0x10,
    CONTINUATION = 0,
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10,
};

/* and beside it, what no frame may be. */
enum {
    WRONG_MASK = 0x100, /* masked by a server, or not by a client (5.1) */
    LONG_16 = 0x200,    /* a length of 16 bits where 7 would do (5.2) */
    LONG_64 = 0x400,    /* of 64 where fewer would do */
    NEGATIVE = 0x800,   /* of 64 with the first bit set */
};

enum ws_step_type {
    STEP_END,       /* of the list */
    STEP_SEND,      /* a frame, or a message in frames of `fragment` bytes */
    STEP_SEND_CODE, /* a close frame: `size` is the code, `bytes` the reason */
    STEP_HOLD,      /* send all but the last `size` bytes, which wait */
    STEP_EXPECT,    /* a message or a control frame: this one and no other */
    STEP_QUIET,     /* nothing may have come back */
    STEP_TRIPS,     /* `fragment` times: send a message, expect it back */
};

struct ws_step {
    enum ws_step_type type;
    unsigned first;    /* byte of a frame */
    const char *bytes; /* of the payload, */
    size_t count;      /* and how many; repeated until they fill */
    size_t size;       /* the whole payload */
    size_t fragment;   /* 0: one frame */
};

/* How what is sent between two waits is cut up; any other number: into pieces
 * of so many bytes. */
enum ws_pieces {
    AT_ONCE = 0,
    FRAME_BY_FRAME = 1 << 30,
};

struct ws_case {
    const char *id, *about;
    const struct ws_step *steps;
    size_t pieces;
    unsigned fails; /* the close code that must come without our asking; 0: we
                       close with 1000 at the end, and 1000 comes back */
    bool is_large;  /* played once, as it is */
};

/* A group of cases. */
struct ws_group {
    const struct ws_case *cases;
    size_t count;
};

/* An answer to a client's opening handshake (4.1). */
struct ws_answer {
    const char *id, *about;
    bool is_refused;  /* the client must leave; else it must go on */
    const char *text; /* `$`: where the right Sec-WebSocket-Accept stands */
};

#define WS_GOOD_ANSWER                                                         \
    "HTTP/1.1 101 Switching Protocols\r\n"                                     \
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"                            \
    "Sec-WebSocket-Accept: $\r\n\r\n"

extern const struct ws_answer ws_answers[];
extern const size_t ws_answer_count;

extern const struct ws_group ws_framing_cases;    /* 1 to 5, 7, 10 */
extern const struct ws_group ws_utf8_cases;       /* 6 */
extern const struct ws_group ws_limits_cases;     /* 9 */
extern const struct ws_group ws_additional_cases; /* x */

/* -- To write cases with: data, no control flow -- */

#define BYTES(text) text, sizeof(text) - 1

/* clang-format off */

/* A frame whose payload is this text. */
#define SEND(first, text)                                                      \
    {STEP_SEND, first, BYTES(text), sizeof(text) - 1, 0}
#define EXPECT(first, text)                                                    \
    {STEP_EXPECT, first, BYTES(text), sizeof(text) - 1, 0}

/* A message of `size` bytes, in frames of `fragment`; 0: in one. */
#define SEND_MANY(first, text, size, fragment)                                 \
    {STEP_SEND, first, BYTES(text), size, fragment}
#define EXPECT_MANY(first, text, size)                                         \
    {STEP_EXPECT, first, BYTES(text), size, 0}

#define SEND_CODE(code, reason) {STEP_SEND_CODE, 0, BYTES(reason), code, 0}
#define HOLD(size) {STEP_HOLD, 0, NULL, 0, size, 0}
#define QUIET {STEP_QUIET, 0, NULL, 0, 0, 0}
#define TRIPS(first, size, times)                                              \
    {STEP_TRIPS, first, BYTES(PATTERN), size, times}
#define THE_END {STEP_END, 0, NULL, 0, 0, 0}

#define STEPS(...)                                                             \
    .steps = (const struct ws_step[]) {__VA_ARGS__, THE_END}

/* clang-format on */

#define GROUP(name, cases)                                                     \
    const struct ws_group name = {cases, sizeof(cases) / sizeof *(cases)}

/* What fills large messages. */
#define PATTERN "BAsd7&jh23"

#endif
