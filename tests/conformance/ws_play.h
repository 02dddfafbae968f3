/* ws_play.h -- play a WebSocket case to a server, or to a client.
 *
 * The frames are made and read by code of its own, so that the codec under test
 * does not judge itself. Whatever comes back must be right down to the bit:
 * mask, reserved bits, shortest length, one close frame and then the end.
 */
#ifndef TESTS_CONFORMANCE_WS_PLAY_H
#define TESTS_CONFORMANCE_WS_PLAY_H

#include "tests/conformance/verdict.h"
#include "tests/conformance/wire.h"
#include "tests/conformance/ws_cases.h"

/* Play to the server at this port. `pieces`: as in ws_case, whose own it need
 * not be. `control`: for settle(). */
struct verdict ws_play_to_server(const struct ws_case *ws_case, size_t pieces,
                                 int port, struct wire *control);

/* Play to the client that has connected, which is closed at the end. */
struct verdict ws_play_to_client(const struct ws_case *ws_case, size_t pieces,
                                 struct wire *client);

/* Answer the opening handshake of the client that has connected with this. */
struct verdict ws_play_answer(const struct ws_answer *ws_answer,
                              struct wire *client);

/* Bytes of payload that are sent in this case. */
size_t ws_case_size(const struct ws_case *ws_case);

#endif
