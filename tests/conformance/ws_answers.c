/* ws_answers.c -- what a client must make of the answer to its opening
 * handshake (RFC 6455, 4.1).
 */
#include "tests/conformance/ws_cases.h"

#define STATUS     "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADE    "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define ACCEPT     "Sec-WebSocket-Accept: $\r\n"
#define GOOD       STATUS UPGRADE CONNECTION ACCEPT

enum { GOES_ON = false, LEAVES = true };

const struct ws_answer ws_answers[] = {
    {"h.1", "a good one", GOES_ON, WS_GOOD_ANSWER},
    {"h.2", "names and tokens in any case", GOES_ON,
     STATUS "UPGRADE: WebSocket\r\nconnection: upgrade\r\n"
            "sec-websocket-accept: $\r\n\r\n"},
    {"h.3", "Connection is a list", GOES_ON,
     STATUS UPGRADE "Connection: keep-alive, Upgrade\r\n" ACCEPT "\r\n"},
    {"h.4", "Connection in two lines (9110, 5.3)", GOES_ON,
     STATUS UPGRADE "Connection: keep-alive\r\n" CONNECTION ACCEPT "\r\n"},
    {"h.5", "fields that nobody knows, no reason phrase", GOES_ON,
     "HTTP/1.1 101 \r\nX: a\r\n" UPGRADE CONNECTION ACCEPT "\r\n"},
    {"h.6", "an interim response before it (9110, 15.2)", GOES_ON,
     "HTTP/1.1 103 Early Hints\r\nX: a\r\n\r\n" WS_GOOD_ANSWER},
    {"h.7", "200", LEAVES,
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" UPGRADE CONNECTION ACCEPT
     "\r\n"},
    {"h.8", "404", LEAVES,
     "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
    {"h.9", "no Upgrade", LEAVES, STATUS CONNECTION ACCEPT "\r\n"},
    {"h.10", "another Upgrade", LEAVES,
     STATUS "Upgrade: h2c\r\n" CONNECTION ACCEPT "\r\n"},
    {"h.11", "no Connection", LEAVES, STATUS UPGRADE ACCEPT "\r\n"},
    {"h.12", "another Connection", LEAVES,
     STATUS UPGRADE "Connection: keep-alive\r\n" ACCEPT "\r\n"},
    {"h.13", "no accept", LEAVES, STATUS UPGRADE CONNECTION "\r\n"},
    {"h.14", "the accept of another key", LEAVES,
     STATUS UPGRADE CONNECTION
     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"},
    {"h.15", "the accept and more", LEAVES,
     STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept: $x\r\n\r\n"},
    {"h.16", "an extension that was not offered", LEAVES,
     GOOD "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
    {"h.17", "a subprotocol that was not offered", LEAVES,
     GOOD "Sec-WebSocket-Protocol: x\r\n\r\n"},
    {"h.18", "lines that end in LF", LEAVES,
     "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n"
     "Connection: Upgrade\nSec-WebSocket-Accept: $\n\n"},
    {"h.19", "a blank before a colon", LEAVES,
     STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept : $\r\n\r\n"},
    {"h.20", "no HTTP at all", LEAVES, "220 welcome\r\n\r\n"},
    {"h.21", "two accepts, of which one is right (11.3.3)", LEAVES,
     GOOD "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"},
};

const size_t ws_answer_count = sizeof ws_answers / sizeof *ws_answers;
