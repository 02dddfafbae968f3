/* ws_utf8_cases.c -- text that is UTF-8 and text that is not: group 6.
 *
 * Most bytes are those of Markus Kuhn's UTF-8 decoder stress test.
 */
#include "tests/conformance/ws_cases.h"

#define KOSME      "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
#define GREETING_1 "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4"
#define GREETING_2 "\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!"
#define SURROGATE                                                              \
    KOSME "\xed\xa0\x80"                                                       \
          "edited"
#define TOO_LARGE                                                              \
    KOSME "\xf4\x90\x80\x80"                                                   \
          "edited"

#define VALID(number, text)                                                    \
    {                                                                          \
        .id = number, .about = "valid text",                                   \
        STEPS(SEND(FIN | TEXT, text), EXPECT(TEXT, text))                      \
    }
#define INVALID(number, text)                                                  \
    {                                                                          \
        .id = number, .about = "invalid text", STEPS(SEND(FIN | TEXT, text)),  \
        .fails = 1007                                                          \
    }

static const struct ws_case cases[] = {
    {"6.1.1", "text of 0 bytes", STEPS(SEND(FIN | TEXT, ""), EXPECT(TEXT, ""))},
    {"6.1.2", "three empty fragments",
     STEPS(SEND(MORE | TEXT, ""), SEND(MORE | CONTINUATION, ""),
           SEND(FIN | CONTINUATION, ""), EXPECT(TEXT, ""))},
    {"6.1.3", "three fragments, only the second has bytes",
     STEPS(SEND(MORE | TEXT, ""),
           SEND(MORE | CONTINUATION, "middle frame payload"),
           SEND(FIN | CONTINUATION, ""), EXPECT(TEXT, "middle frame payload"))},
    {"6.2.1", "valid text in one frame",
     STEPS(SEND(FIN | TEXT, GREETING_1 GREETING_2),
           EXPECT(TEXT, GREETING_1 GREETING_2))},
    {"6.2.2", "in two, cut between characters",
     STEPS(SEND(MORE | TEXT, GREETING_1), SEND(FIN | CONTINUATION, GREETING_2),
           EXPECT(TEXT, GREETING_1 GREETING_2))},
    {"6.2.3", "in frames of one byte",
     STEPS(SEND_MANY(FIN | TEXT, GREETING_1 GREETING_2,
                     sizeof(GREETING_1 GREETING_2) - 1, 1),
           EXPECT(TEXT, GREETING_1 GREETING_2))},
    {"6.2.4", "other text in frames of one byte",
     STEPS(SEND_MANY(FIN | TEXT, KOSME, sizeof KOSME - 1, 1),
           EXPECT(TEXT, KOSME))},
    {"6.3.1", "invalid text in one frame", STEPS(SEND(FIN | TEXT, SURROGATE)),
     .fails = 1007},
    {"6.3.2", "invalid text in frames of one byte",
     STEPS(SEND_MANY(FIN | TEXT, SURROGATE, sizeof(SURROGATE) - 1, 1)),
     .fails = 1007},

    /* Invalid from its 13th byte on. A valid beginning is no failure, and the
     * failure does not wait for the rest, which is never sent. */
    {"6.4.1", "fragments, the second is invalid",
     STEPS(SEND(MORE | TEXT, KOSME), QUIET,
           SEND(MORE | CONTINUATION, "\xf4\x90\x80\x80")),
     .fails = 1007},
    {"6.4.2", "fragments, the second is the one byte that makes it invalid",
     STEPS(SEND(MORE | TEXT, KOSME "\xf4"), QUIET,
           SEND(MORE | CONTINUATION, "\x90")),
     .fails = 1007},
    {"6.4.3", "pieces of a frame, the second is invalid",
     STEPS(SEND(FIN | TEXT, TOO_LARGE), HOLD(10), QUIET, HOLD(6)),
     .fails = 1007},
    {"6.4.4", "pieces of a frame, the second is the byte that makes it invalid",
     STEPS(SEND(FIN | TEXT, TOO_LARGE), HOLD(9), QUIET, HOLD(8)),
     .fails = 1007},

    /* 6.5: some valid text */
    VALID("6.5.1", "hello$world"),
    VALID("6.5.2", "hello\xc2\xa2world"),
    VALID("6.5.3", "hello\xe2\x82\xacworld"),
    VALID("6.5.4", "hello\xf0\xa4\xad\xa2world"),
    VALID("6.5.5", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"),
    /* 6.6: each beginning of a valid text */
    INVALID("6.6.1", "\xce"),
    VALID("6.6.2", "\xce\xba"),
    INVALID("6.6.3", "\xce\xba\xe1"),
    INVALID("6.6.4", "\xce\xba\xe1\xbd"),
    VALID("6.6.5", "\xce\xba\xe1\xbd\xb9"),
    INVALID("6.6.6", "\xce\xba\xe1\xbd\xb9\xcf"),
    VALID("6.6.7", "\xce\xba\xe1\xbd\xb9\xcf\x83"),
    INVALID("6.6.8", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce"),
    VALID("6.6.9", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc"),
    INVALID("6.6.10", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce"),
    VALID("6.6.11", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"),
    /* 6.7: the first character of each length */
    VALID("6.7.1", "\x00"),
    VALID("6.7.2", "\xc2\x80"),
    VALID("6.7.3", "\xe0\xa0\x80"),
    VALID("6.7.4", "\xf0\x90\x80\x80"),
    /* 6.8: the first of 5 and 6 bytes, which are none */
    INVALID("6.8.1", "\xf8\x88\x80\x80\x80"),
    INVALID("6.8.2", "\xfc\x84\x80\x80\x80\x80"),
    /* 6.9: the last character of each length */
    VALID("6.9.1", "\x7f"),
    VALID("6.9.2", "\xdf\xbf"),
    VALID("6.9.3", "\xef\xbf\xbf"),
    VALID("6.9.4", "\xf4\x8f\xbf\xbf"),
    /* 6.10: the last of 4, 5 and 6 bytes, which are none */
    INVALID("6.10.1", "\xf7\xbf\xbf\xbf"),
    INVALID("6.10.2", "\xfb\xbf\xbf\xbf\xbf"),
    INVALID("6.10.3", "\xfd\xbf\xbf\xbf\xbf\xbf"),
    /* 6.11: beside the gaps */
    VALID("6.11.1", "\xed\x9f\xbf"),
    VALID("6.11.2", "\xee\x80\x80"),
    VALID("6.11.3", "\xef\xbf\xbd"),
    VALID("6.11.4", "\xf4\x8f\xbf\xbf"),
    INVALID("6.11.5", "\xf4\x90\x80\x80"),
    /* 6.12: continuation bytes of nothing */
    INVALID("6.12.1", "\x80"),
    INVALID("6.12.2", "\xbf"),
    INVALID("6.12.3", "\x80\xbf"),
    INVALID("6.12.4", "\x80\xbf\x80"),
    INVALID("6.12.5", "\x80\xbf\x80\xbf"),
    INVALID("6.12.6", "\x80\xbf\x80\xbf\x80"),
    INVALID("6.12.7", "\x80\xbf\x80\xbf\x80\xbf"),
    INVALID("6.12.8",
            "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
            "\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f"
            "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf"
            "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe"),
    /* 6.13: first bytes alone */
    INVALID("6.13.1", "\xc0 \xc1 \xc2 \xc3 \xc4 \xc5 \xc6 \xc7 \xc8 \xc9 \xca "
                      "\xcb \xcc \xcd \xce \xcf \xd0 \xd1 \xd2 \xd3 \xd4 \xd5 "
                      "\xd6 \xd7 \xd8 \xd9 \xda \xdb \xdc \xdd \xde "),
    INVALID("6.13.2", "\xe0 \xe1 \xe2 \xe3 \xe4 \xe5 \xe6 \xe7 \xe8 \xe9 \xea "
                      "\xeb \xec \xed \xee "),
    INVALID("6.13.3", "\xf0 \xf1 \xf2 \xf3 \xf4 \xf5 \xf6 "),
    INVALID("6.13.4", "\xf8 \xf9 \xfa "),
    INVALID("6.13.5", "\xfc "),
    /* 6.14: the last byte is missing */
    INVALID("6.14.1", "\xc0"),
    INVALID("6.14.2", "\xe0\x80"),
    INVALID("6.14.3", "\xf0\x80\x80"),
    INVALID("6.14.4", "\xf8\x80\x80\x80"),
    INVALID("6.14.5", "\xfc\x80\x80\x80\x80"),
    INVALID("6.14.6", "\xdf"),
    INVALID("6.14.7", "\xef\xbf"),
    INVALID("6.14.8", "\xf7\xbf\xbf"),
    INVALID("6.14.9", "\xfb\xbf\xbf\xbf"),
    INVALID("6.14.10", "\xfd\xbf\xbf\xbf\xbf"),
    /* 6.15: several of them in a row */
    INVALID("6.15.1",
            "\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\xdf"
            "\xef\xbf\xf7\xbf\xbf\xfb\xbf\xbf\xbf\xfd\xbf\xbf\xbf\xbf"),
    /* 6.16: bytes that never occur */
    INVALID("6.16.1", "\xfe"),
    INVALID("6.16.2", "\xff"),
    INVALID("6.16.3", "\xfe\xfe\xff\xff"),
    /* 6.17: a slash in too many bytes */
    INVALID("6.17.1", "\xc0\xaf"),
    INVALID("6.17.2", "\xe0\x80\xaf"),
    INVALID("6.17.3", "\xf0\x80\x80\xaf"),
    INVALID("6.17.4", "\xf8\x80\x80\x80\xaf"),
    INVALID("6.17.5", "\xfc\x80\x80\x80\x80\xaf"),
    /* 6.18: the largest in too many bytes */
    INVALID("6.18.1", "\xc1\xbf"),
    INVALID("6.18.2", "\xe0\x9f\xbf"),
    INVALID("6.18.3", "\xf0\x8f\xbf\xbf"),
    INVALID("6.18.4", "\xf8\x87\xbf\xbf\xbf"),
    INVALID("6.18.5", "\xfc\x83\xbf\xbf\xbf\xbf"),
    /* 6.19: NUL in too many bytes */
    INVALID("6.19.1", "\xc0\x80"),
    INVALID("6.19.2", "\xe0\x80\x80"),
    INVALID("6.19.3", "\xf0\x80\x80\x80"),
    INVALID("6.19.4", "\xf8\x80\x80\x80\x80"),
    INVALID("6.19.5", "\xfc\x80\x80\x80\x80\x80"),
    /* 6.20: half a surrogate pair */
    INVALID("6.20.1", "\xed\xa0\x80"),
    INVALID("6.20.2", "\xed\xad\xbf"),
    INVALID("6.20.3", "\xed\xae\x80"),
    INVALID("6.20.4", "\xed\xaf\xbf"),
    INVALID("6.20.5", "\xed\xb0\x80"),
    INVALID("6.20.6", "\xed\xbe\x80"),
    INVALID("6.20.7", "\xed\xbf\xbf"),
    /* 6.21: surrogate pairs */
    INVALID("6.21.1", "\xed\xa0\x80\xed\xb0\x80"),
    INVALID("6.21.2", "\xed\xa0\x80\xed\xbf\xbf"),
    INVALID("6.21.3", "\xed\xad\xbf\xed\xb0\x80"),
    INVALID("6.21.4", "\xed\xad\xbf\xed\xbf\xbf"),
    INVALID("6.21.5", "\xed\xae\x80\xed\xb0\x80"),
    INVALID("6.21.6", "\xed\xae\x80\xed\xbf\xbf"),
    INVALID("6.21.7", "\xed\xaf\xbf\xed\xb0\x80"),
    INVALID("6.21.8", "\xed\xaf\xbf\xed\xbf\xbf"),
    /* 6.22: noncharacters, which are valid */
    VALID("6.22.1", "\xef\xbf\xbe"),
    VALID("6.22.2", "\xef\xbf\xbf"),
    VALID("6.22.3", "\xf0\x9f\xbf\xbe"),
    VALID("6.22.4", "\xf0\x9f\xbf\xbf"),
    VALID("6.22.5", "\xf0\xaf\xbf\xbe"),
    VALID("6.22.6", "\xf0\xaf\xbf\xbf"),
    VALID("6.22.7", "\xf0\xbf\xbf\xbe"),
    VALID("6.22.8", "\xf0\xbf\xbf\xbf"),
    VALID("6.22.9", "\xf1\x8f\xbf\xbe"),
    VALID("6.22.10", "\xf1\x8f\xbf\xbf"),
    VALID("6.22.11", "\xf1\x9f\xbf\xbe"),
    VALID("6.22.12", "\xf1\x9f\xbf\xbf"),
    VALID("6.22.13", "\xf1\xaf\xbf\xbe"),
    VALID("6.22.14", "\xf1\xaf\xbf\xbf"),
    VALID("6.22.15", "\xf1\xbf\xbf\xbe"),
    VALID("6.22.16", "\xf1\xbf\xbf\xbf"),
    VALID("6.22.17", "\xf2\x8f\xbf\xbe"),
    VALID("6.22.18", "\xf2\x8f\xbf\xbf"),
    VALID("6.22.19", "\xf2\x9f\xbf\xbe"),
    VALID("6.22.20", "\xf2\x9f\xbf\xbf"),
    VALID("6.22.21", "\xf2\xaf\xbf\xbe"),
    VALID("6.22.22", "\xf2\xaf\xbf\xbf"),
    VALID("6.22.23", "\xf2\xbf\xbf\xbe"),
    VALID("6.22.24", "\xf2\xbf\xbf\xbf"),
    VALID("6.22.25", "\xf3\x8f\xbf\xbe"),
    VALID("6.22.26", "\xf3\x8f\xbf\xbf"),
    VALID("6.22.27", "\xf3\x9f\xbf\xbe"),
    VALID("6.22.28", "\xf3\x9f\xbf\xbf"),
    VALID("6.22.29", "\xf3\xaf\xbf\xbe"),
    VALID("6.22.30", "\xf3\xaf\xbf\xbf"),
    VALID("6.22.31", "\xf3\xbf\xbf\xbe"),
    VALID("6.22.32", "\xf3\xbf\xbf\xbf"),
    VALID("6.22.33", "\xf4\x8f\xbf\xbe"),
    VALID("6.22.34", "\xf4\x8f\xbf\xbf"),
    /* 6.23: specials */
    VALID("6.23.1", "\xef\xbf\xb9"),
    VALID("6.23.2", "\xef\xbf\xba"),
    VALID("6.23.3", "\xef\xbf\xbb"),
    VALID("6.23.4", "\xef\xbf\xbc"),
    VALID("6.23.5", "\xef\xbf\xbd"),
    VALID("6.23.6", "\xef\xbf\xbe"),
    VALID("6.23.7", "\xef\xbf\xbf"),
};

GROUP(ws_utf8_cases, cases);
