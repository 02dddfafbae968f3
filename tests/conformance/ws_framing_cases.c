/* ws_framing_cases.c -- frames, pings, reserved bits, opcodes, fragments and
 * the closing handshake: groups 1, 2, 3, 4, 5, 7 and 10.
 */
#include "tests/conformance/ws_cases.h"

/* -- What several cases send, cut up differently -- */

#define HELLO       "Hello, world!"
#define UNSOLICITED "unsolicited pong payload"
#define RESERVED    "reserved opcode payload"
#define NOT_TEXT    "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
#define KOSME       "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"

#define SENT_AND_RETURNED(opcode, text, size)                                  \
    STEPS(SEND_MANY(FIN | opcode, text, size, 0),                              \
          EXPECT_MANY(opcode, text, size))

#define A_PING(n) SEND(FIN | PING, "payload-" n)
#define A_PONG(n) EXPECT(PONG, "payload-" n)

static const struct ws_step ten_pings[] = {
    A_PING("0"), A_PING("1"), A_PING("2"),
    A_PING("3"), A_PING("4"), A_PING("5"),
    A_PING("6"), A_PING("7"), A_PING("8"),
    A_PING("9"), A_PONG("0"), A_PONG("1"),
    A_PONG("2"), A_PONG("3"), A_PONG("4"),
    A_PONG("5"), A_PONG("6"), A_PONG("7"),
    A_PONG("8"), A_PONG("9"), {STEP_END, 0, NULL, 0, 0, 0},
};

/* A good message, a bad frame, and a ping that is answered no more. */
#define GOOD_BAD_PING(bad, text)                                               \
    STEPS(SEND(FIN | TEXT, HELLO), SEND(bad, text), SEND(FIN | PING, ""),      \
          EXPECT(TEXT, HELLO))

#define TWO_FRAGMENTS                                                          \
    STEPS(SEND(MORE | TEXT, "fragment1"),                                      \
          SEND(FIN | CONTINUATION, "fragment2"),                               \
          EXPECT(TEXT, "fragment1fragment2"))

#define PING_BETWEEN                                                           \
    STEPS(SEND(MORE | TEXT, "fragment1"), SEND(FIN | PING, "ping payload"),    \
          SEND(FIN | CONTINUATION, "fragment2"), EXPECT(PONG, "ping payload"), \
          EXPECT(TEXT, "fragment1fragment2"))

#define NOTHING_TO_CONTINUE(fin)                                               \
    STEPS(SEND(fin | CONTINUATION, "non-continuation payload"),                \
          SEND(FIN | TEXT, "Hello, world!"))

#define TWICE_NOTHING_TO_CONTINUE(fin)                                         \
    STEPS(                                                                     \
        SEND(fin | CONTINUATION, "fragment1"), SEND(MORE | TEXT, "fragment2"), \
        SEND(FIN | CONTINUATION, "fragment3"),                                 \
        SEND(fin | CONTINUATION, "fragment1"), SEND(MORE | TEXT, "fragment2"), \
        SEND(FIN | CONTINUATION, "fragment3"))

/* The first pong comes before the message is complete. */
#define FIVE_FRAGMENTS_TWO_PINGS                                               \
    STEPS(SEND(MORE | TEXT, "fragment1"),                                      \
          SEND(MORE | CONTINUATION, "fragment2"),                              \
          SEND(FIN | PING, "pongme 1!"), EXPECT(PONG, "pongme 1!"), QUIET,     \
          SEND(MORE | CONTINUATION, "fragment3"),                              \
          SEND(MORE | CONTINUATION, "fragment4"),                              \
          SEND(FIN | PING, "pongme 2!"),                                       \
          SEND(FIN | CONTINUATION, "fragment5"), EXPECT(PONG, "pongme 2!"),    \
          EXPECT(TEXT, "fragment1fragment2fragment3fragment4fragment5"))

#define VALID_CODE(number, code)                                               \
    {                                                                          \
        .id = number, .about = "close with code " #code,                       \
        STEPS(SEND_CODE(code, "")), .fails = code                              \
    }
#define INVALID_CODE(number, code)                                             \
    {                                                                          \
        .id = number,                                                          \
        .about = "close with code " #code ", which is not allowed",            \
        STEPS(SEND_CODE(code, "")), .fails = 1002                              \
    }

static const struct ws_case cases[] = {
    /* 1: whole messages */
    {"1.1.1", "text of 0 bytes", SENT_AND_RETURNED(TEXT, "*", 0)},
    {"1.1.2", "text of 125 bytes", SENT_AND_RETURNED(TEXT, "*", 125)},
    {"1.1.3", "text of 126 bytes", SENT_AND_RETURNED(TEXT, "*", 126)},
    {"1.1.4", "text of 127 bytes", SENT_AND_RETURNED(TEXT, "*", 127)},
    {"1.1.5", "text of 128 bytes", SENT_AND_RETURNED(TEXT, "*", 128)},
    {"1.1.6", "text of 65535 bytes", SENT_AND_RETURNED(TEXT, "*", 65535)},
    {"1.1.7", "text of 65536 bytes", SENT_AND_RETURNED(TEXT, "*", 65536)},
    {"1.1.8", "text of 65536 bytes in pieces of 997",
     SENT_AND_RETURNED(TEXT, "*", 65536), .pieces = 997},
    {"1.2.1", "binary of 0 bytes", SENT_AND_RETURNED(BINARY, "\xfe", 0)},
    {"1.2.2", "binary of 125 bytes", SENT_AND_RETURNED(BINARY, "\xfe", 125)},
    {"1.2.3", "binary of 126 bytes", SENT_AND_RETURNED(BINARY, "\xfe", 126)},
    {"1.2.4", "binary of 127 bytes", SENT_AND_RETURNED(BINARY, "\xfe", 127)},
    {"1.2.5", "binary of 128 bytes", SENT_AND_RETURNED(BINARY, "\xfe", 128)},
    {"1.2.6", "binary of 65535 bytes",
     SENT_AND_RETURNED(BINARY, "\xfe", 65535)},
    {"1.2.7", "binary of 65536 bytes",
     SENT_AND_RETURNED(BINARY, "\xfe", 65536)},
    {"1.2.8", "binary of 65536 bytes in pieces of 997",
     SENT_AND_RETURNED(BINARY, "\xfe", 65536), .pieces = 997},

    /* 2: pings and pongs */
    {"2.1", "a ping without payload",
     STEPS(SEND(FIN | PING, ""), EXPECT(PONG, ""))},
    {"2.2", "a ping with text",
     STEPS(SEND(FIN | PING, HELLO), EXPECT(PONG, HELLO))},
    {"2.3", "a ping that is not UTF-8",
     STEPS(SEND(FIN | PING, NOT_TEXT), EXPECT(PONG, NOT_TEXT))},
    {"2.4", "a ping of 125 bytes",
     STEPS(SEND_MANY(FIN | PING, "\xfe", 125, 0),
           EXPECT_MANY(PONG, "\xfe", 125))},
    {"2.5", "a ping of 126 bytes", STEPS(SEND_MANY(FIN | PING, "\xfe", 126, 0)),
     .fails = 1002},
    {"2.6", "a ping of 125 bytes in pieces of 1",
     STEPS(SEND_MANY(FIN | PING, "\xfe", 125, 0),
           EXPECT_MANY(PONG, "\xfe", 125)),
     .pieces = 1},
    {"2.7", "a pong that nobody asked for", STEPS(SEND(FIN | PONG, ""), QUIET)},
    {"2.8", "the same with payload",
     STEPS(SEND(FIN | PONG, UNSOLICITED), QUIET)},
    {"2.9", "the same before a ping",
     STEPS(SEND(FIN | PONG, UNSOLICITED), SEND(FIN | PING, "ping payload"),
           EXPECT(PONG, "ping payload"))},
    {"2.10", "ten pings", .steps = ten_pings},
    {"2.11", "ten pings in pieces of 1", .steps = ten_pings, .pieces = 1},

    /* 3: reserved bits */
    {"3.1", "text with RSV3", STEPS(SEND(FIN | RSV3 | TEXT, HELLO)),
     .fails = 1002},
    {"3.2", "good text, then text with RSV2",
     GOOD_BAD_PING(FIN | RSV2 | TEXT, HELLO), .fails = 1002},
    {"3.3", "good text, then text with RSV2 and RSV3, frame by frame",
     GOOD_BAD_PING(FIN | RSV2 | RSV3 | TEXT, HELLO), .pieces = FRAME_BY_FRAME,
     .fails = 1002},
    {"3.4", "good text, then text with RSV1, in pieces of 1",
     GOOD_BAD_PING(FIN | RSV1 | TEXT, HELLO), .pieces = 1, .fails = 1002},
    {"3.5", "binary with RSV1 and RSV3",
     STEPS(SEND(FIN | RSV1 | RSV3 | BINARY, NOT_TEXT)), .fails = 1002},
    {"3.6", "a ping with RSV1 and RSV2",
     STEPS(SEND(FIN | RSV1 | RSV2 | PING, HELLO)), .fails = 1002},
    {"3.7", "a close with all three",
     STEPS(SEND(FIN | RSV1 | RSV2 | RSV3 | CLOSE, "")), .fails = 1002},

    /* 4: reserved opcodes */
    {"4.1.1", "opcode 3", STEPS(SEND(FIN | 3, "")), .fails = 1002},
    {"4.1.2", "opcode 4 with payload", STEPS(SEND(FIN | 4, RESERVED)),
     .fails = 1002},
    {"4.1.3", "good text, then opcode 5", GOOD_BAD_PING(FIN | 5, ""),
     .fails = 1002},
    {"4.1.4", "good text, then opcode 6 with payload",
     GOOD_BAD_PING(FIN | 6, RESERVED), .fails = 1002},
    {"4.1.5", "good text, then opcode 7 with payload, in pieces of 1",
     GOOD_BAD_PING(FIN | 7, RESERVED), .pieces = 1, .fails = 1002},
    {"4.2.1", "opcode 11", STEPS(SEND(FIN | 11, "")), .fails = 1002},
    {"4.2.2", "opcode 12 with payload", STEPS(SEND(FIN | 12, RESERVED)),
     .fails = 1002},
    {"4.2.3", "good text, then opcode 13", GOOD_BAD_PING(FIN | 13, ""),
     .fails = 1002},
    {"4.2.4", "good text, then opcode 14 with payload",
     GOOD_BAD_PING(FIN | 14, RESERVED), .fails = 1002},
    {"4.2.5", "good text, then opcode 15 with payload, in pieces of 1",
     GOOD_BAD_PING(FIN | 15, RESERVED), .pieces = 1, .fails = 1002},

    /* 5: fragments */
    {"5.1", "a ping in two fragments",
     STEPS(SEND(MORE | PING, "fragment1"),
           SEND(FIN | CONTINUATION, "fragment2")),
     .fails = 1002},
    {"5.2", "a pong in two fragments",
     STEPS(SEND(MORE | PONG, "fragment1"),
           SEND(FIN | CONTINUATION, "fragment2")),
     .fails = 1002},
    {"5.3", "text in two fragments", TWO_FRAGMENTS},
    {"5.4", "the same, frame by frame", TWO_FRAGMENTS,
     .pieces = FRAME_BY_FRAME},
    {"5.5", "the same, in pieces of 1", TWO_FRAGMENTS, .pieces = 1},
    {"5.6", "a ping between two fragments", PING_BETWEEN},
    {"5.7", "the same, frame by frame", PING_BETWEEN, .pieces = FRAME_BY_FRAME},
    {"5.8", "the same, in pieces of 1", PING_BETWEEN, .pieces = 1},
    {"5.9", "the last fragment of nothing, then text", NOTHING_TO_CONTINUE(FIN),
     .fails = 1002},
    {"5.10", "the same, frame by frame", NOTHING_TO_CONTINUE(FIN),
     .pieces = FRAME_BY_FRAME, .fails = 1002},
    {"5.11", "the same, in pieces of 1", NOTHING_TO_CONTINUE(FIN), .pieces = 1,
     .fails = 1002},
    {"5.12", "a fragment of nothing, then text", NOTHING_TO_CONTINUE(MORE),
     .fails = 1002},
    {"5.13", "the same, frame by frame", NOTHING_TO_CONTINUE(MORE),
     .pieces = FRAME_BY_FRAME, .fails = 1002},
    {"5.14", "the same, in pieces of 1", NOTHING_TO_CONTINUE(MORE), .pieces = 1,
     .fails = 1002},
    {"5.15", "text in two fragments, then a fragment of nothing, then text",
     STEPS(SEND(MORE | TEXT, "fragment1"),
           SEND(FIN | CONTINUATION, "fragment2"),
           SEND(MORE | CONTINUATION, "fragment3"),
           SEND(FIN | TEXT, "fragment4"), EXPECT(TEXT, "fragment1fragment2")),
     .fails = 1002},
    {"5.16", "twice: a fragment of nothing, then text in two",
     TWICE_NOTHING_TO_CONTINUE(MORE), .fails = 1002},
    {"5.17", "twice: the last fragment of nothing, then text in two",
     TWICE_NOTHING_TO_CONTINUE(FIN), .fails = 1002},
    {"5.18", "a second fragment that is called text",
     STEPS(SEND(MORE | TEXT, "fragment1"), SEND(FIN | TEXT, "fragment2")),
     .fails = 1002},
    {"5.19", "five fragments, with pings and a wait between them",
     FIVE_FRAGMENTS_TWO_PINGS},
    {"5.20", "the same, frame by frame", FIVE_FRAGMENTS_TWO_PINGS,
     .pieces = FRAME_BY_FRAME},

    /* 7: the closing handshake */
    {"7.1.1", "text, then close",
     STEPS(SEND(FIN | TEXT, "Hello World!"), EXPECT(TEXT, "Hello World!"))},
    {"7.1.2", "two close frames",
     STEPS(SEND_CODE(1000, ""), SEND_CODE(1000, "")), .fails = 1000},
    {"7.1.3", "a ping behind a close frame",
     STEPS(SEND_CODE(1000, ""), SEND(FIN | PING, "")), .fails = 1000},
    {"7.1.4", "text behind a close frame",
     STEPS(SEND_CODE(1000, ""), SEND(FIN | TEXT, "Hello World!")),
     .fails = 1000},
    {"7.1.5", "a close frame between two fragments",
     STEPS(SEND(MORE | TEXT, "fragment1"), SEND_CODE(1000, ""),
           SEND(FIN | CONTINUATION, "fragment2")),
     .fails = 1000},
    {"7.1.6", "256 KiB and a text before the close frame, a ping behind it",
     STEPS(SEND_MANY(FIN | TEXT, PATTERN, 256 * 1024, 0),
           SEND(FIN | TEXT, "Hello World!"), SEND_CODE(1000, ""),
           SEND(FIN | PING, ""), EXPECT_MANY(TEXT, PATTERN, 256 * 1024),
           EXPECT(TEXT, "Hello World!")),
     .fails = 1000},
    {"7.3.1", "close without payload", STEPS(SEND(FIN | CLOSE, "")),
     .fails = 1005},
    {"7.3.2", "close with 1 byte", STEPS(SEND(FIN | CLOSE, "a")),
     .fails = 1002},
    {"7.3.3", "close with a code", STEPS(SEND_CODE(1000, "")), .fails = 1000},
    {"7.3.4", "close with a code and a reason",
     STEPS(SEND_CODE(1000, "Hello World!")), .fails = 1000},
    {"7.3.5", "close with the longest reason, 123 bytes",
     STEPS(SEND_CODE(1000, "*****************************************"
                           "*****************************************"
                           "*****************************************")),
     .fails = 1000},
    {"7.3.6", "close with a reason of 124 bytes",
     STEPS(SEND_CODE(1000, "******************************************"
                           "*****************************************"
                           "*****************************************")),
     .fails = 1002},
    {"7.5.1", "close with a reason that is not UTF-8",
     STEPS(SEND_CODE(1000, KOSME "\xed\xa0\x80"
                                 "edited")),
     .fails = 1007},
    VALID_CODE("7.7.1", 1000),
    VALID_CODE("7.7.2", 1001),
    VALID_CODE("7.7.3", 1002),
    VALID_CODE("7.7.4", 1003),
    VALID_CODE("7.7.5", 1007),
    VALID_CODE("7.7.6", 1008),
    VALID_CODE("7.7.7", 1009),
    VALID_CODE("7.7.8", 1010),
    VALID_CODE("7.7.9", 1011),
    VALID_CODE("7.7.10", 3000),
    VALID_CODE("7.7.11", 3999),
    VALID_CODE("7.7.12", 4000),
    VALID_CODE("7.7.13", 4999),
    INVALID_CODE("7.9.1", 0),
    INVALID_CODE("7.9.2", 999),
    INVALID_CODE("7.9.3", 1004),
    INVALID_CODE("7.9.4", 1005),
    INVALID_CODE("7.9.5", 1006),
    INVALID_CODE("7.9.6", 1016),
    INVALID_CODE("7.9.7", 1100),
    INVALID_CODE("7.9.8", 2000),
    INVALID_CODE("7.9.9", 2999),
    INVALID_CODE("7.13.1", 5000), /* 7.4.2 leaves no range for these two */
    INVALID_CODE("7.13.2", 65535),

    /* 10 */
    {"10.1.1", "text of 64 KiB in frames of 1300 bytes",
     STEPS(SEND_MANY(FIN | TEXT, "*", 65536, 1300),
           EXPECT_MANY(TEXT, "*", 65536))},
};

GROUP(ws_framing_cases, cases);
