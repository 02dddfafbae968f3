/* ws_limits_cases.c -- large messages, many frames, many pieces: group 9. */
#include "tests/conformance/ws_cases.h"

enum { KI = 1024, MI = 1024 * 1024 };

/* What the fields behind "about" are for each kind of case. */
#define WHOLE(opcode, size)                                                    \
    STEPS(SEND_MANY(FIN | opcode, PATTERN, size, 0),                           \
          EXPECT_MANY(opcode, PATTERN, size)),                                 \
        .is_large = true
#define FRAGMENTS(opcode, fragment)                                            \
    STEPS(SEND_MANY(FIN | opcode, PATTERN, 4 * MI, fragment),                  \
          EXPECT_MANY(opcode, PATTERN, 4 * MI)),                               \
        .is_large = true
#define PIECES(opcode, size)                                                   \
    STEPS(SEND_MANY(FIN | opcode, PATTERN, 1 * MI, 0),                         \
          EXPECT_MANY(opcode, PATTERN, 1 * MI)),                               \
        .pieces = size, .is_large = true
#define ROUND_TRIPS(opcode, size)                                              \
    STEPS(TRIPS(FIN | opcode, size, 1000)), .is_large = true

static const struct ws_case cases[] = {
    {"9.1.1", "text of 64 KiB", WHOLE(TEXT, 64 * KI)},
    {"9.1.2", "text of 256 KiB", WHOLE(TEXT, 256 * KI)},
    {"9.1.3", "text of 1 MiB", WHOLE(TEXT, 1 * MI)},
    {"9.1.4", "text of 4 MiB", WHOLE(TEXT, 4 * MI)},
    {"9.1.5", "text of 8 MiB", WHOLE(TEXT, 8 * MI)},
    {"9.1.6", "text of 16 MiB", WHOLE(TEXT, 16 * MI)},
    {"9.2.1", "binary of 64 KiB", WHOLE(BINARY, 64 * KI)},
    {"9.2.2", "binary of 256 KiB", WHOLE(BINARY, 256 * KI)},
    {"9.2.3", "binary of 1 MiB", WHOLE(BINARY, 1 * MI)},
    {"9.2.4", "binary of 4 MiB", WHOLE(BINARY, 4 * MI)},
    {"9.2.5", "binary of 8 MiB", WHOLE(BINARY, 8 * MI)},
    {"9.2.6", "binary of 16 MiB", WHOLE(BINARY, 16 * MI)},
    {"9.3.1", "text of 4 MiB in frames of 64 bytes", FRAGMENTS(TEXT, 64)},
    {"9.3.2", "text of 4 MiB in frames of 256 bytes", FRAGMENTS(TEXT, 256)},
    {"9.3.3", "text of 4 MiB in frames of 1 KiB", FRAGMENTS(TEXT, 1 * KI)},
    {"9.3.4", "text of 4 MiB in frames of 4 KiB", FRAGMENTS(TEXT, 4 * KI)},
    {"9.3.5", "text of 4 MiB in frames of 16 KiB", FRAGMENTS(TEXT, 16 * KI)},
    {"9.3.6", "text of 4 MiB in frames of 64 KiB", FRAGMENTS(TEXT, 64 * KI)},
    {"9.3.7", "text of 4 MiB in frames of 256 KiB", FRAGMENTS(TEXT, 256 * KI)},
    {"9.3.8", "text of 4 MiB in frames of 1 MiB", FRAGMENTS(TEXT, 1 * MI)},
    {"9.3.9", "text of 4 MiB in frames of 4 MiB", FRAGMENTS(TEXT, 4 * MI)},
    {"9.4.1", "binary of 4 MiB in frames of 64 bytes", FRAGMENTS(BINARY, 64)},
    {"9.4.2", "binary of 4 MiB in frames of 256 bytes", FRAGMENTS(BINARY, 256)},
    {"9.4.3", "binary of 4 MiB in frames of 1 KiB", FRAGMENTS(BINARY, 1 * KI)},
    {"9.4.4", "binary of 4 MiB in frames of 4 KiB", FRAGMENTS(BINARY, 4 * KI)},
    {"9.4.5", "binary of 4 MiB in frames of 16 KiB",
     FRAGMENTS(BINARY, 16 * KI)},
    {"9.4.6", "binary of 4 MiB in frames of 64 KiB",
     FRAGMENTS(BINARY, 64 * KI)},
    {"9.4.7", "binary of 4 MiB in frames of 256 KiB",
     FRAGMENTS(BINARY, 256 * KI)},
    {"9.4.8", "binary of 4 MiB in frames of 1 MiB", FRAGMENTS(BINARY, 1 * MI)},
    {"9.4.9", "binary of 4 MiB in frames of 4 MiB", FRAGMENTS(BINARY, 4 * MI)},
    {"9.5.1", "text of 1 MiB in pieces of 64 bytes", PIECES(TEXT, 64)},
    {"9.5.2", "text of 1 MiB in pieces of 128 bytes", PIECES(TEXT, 128)},
    {"9.5.3", "text of 1 MiB in pieces of 256 bytes", PIECES(TEXT, 256)},
    {"9.5.4", "text of 1 MiB in pieces of 512 bytes", PIECES(TEXT, 512)},
    {"9.5.5", "text of 1 MiB in pieces of 1 KiB", PIECES(TEXT, 1 * KI)},
    {"9.5.6", "text of 1 MiB in pieces of 2 KiB", PIECES(TEXT, 2 * KI)},
    {"9.6.1", "binary of 1 MiB in pieces of 64 bytes", PIECES(BINARY, 64)},
    {"9.6.2", "binary of 1 MiB in pieces of 128 bytes", PIECES(BINARY, 128)},
    {"9.6.3", "binary of 1 MiB in pieces of 256 bytes", PIECES(BINARY, 256)},
    {"9.6.4", "binary of 1 MiB in pieces of 512 bytes", PIECES(BINARY, 512)},
    {"9.6.5", "binary of 1 MiB in pieces of 1 KiB", PIECES(BINARY, 1 * KI)},
    {"9.6.6", "binary of 1 MiB in pieces of 2 KiB", PIECES(BINARY, 2 * KI)},
    {"9.7.1", "1000 round trips, text of 0 bytes", ROUND_TRIPS(TEXT, 0)},
    {"9.7.2", "1000 round trips, text of 16 bytes", ROUND_TRIPS(TEXT, 16)},
    {"9.7.3", "1000 round trips, text of 64 bytes", ROUND_TRIPS(TEXT, 64)},
    {"9.7.4", "1000 round trips, text of 256 bytes", ROUND_TRIPS(TEXT, 256)},
    {"9.7.5", "1000 round trips, text of 1 KiB", ROUND_TRIPS(TEXT, 1 * KI)},
    {"9.7.6", "1000 round trips, text of 4 KiB", ROUND_TRIPS(TEXT, 4 * KI)},
    {"9.8.1", "1000 round trips, binary of 0 bytes", ROUND_TRIPS(BINARY, 0)},
    {"9.8.2", "1000 round trips, binary of 16 bytes", ROUND_TRIPS(BINARY, 16)},
    {"9.8.3", "1000 round trips, binary of 64 bytes", ROUND_TRIPS(BINARY, 64)},
    {"9.8.4", "1000 round trips, binary of 256 bytes",
     ROUND_TRIPS(BINARY, 256)},
    {"9.8.5", "1000 round trips, binary of 1 KiB", ROUND_TRIPS(BINARY, 1 * KI)},
    {"9.8.6", "1000 round trips, binary of 4 KiB", ROUND_TRIPS(BINARY, 4 * KI)},
};

GROUP(ws_limits_cases, cases);
