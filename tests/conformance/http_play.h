/* http_play.h -- play an HTTP case to a server.
 *
 * In three ways: as a whole, cut in two at each place, and byte by byte.
 * Between two pieces the server has read the first one (see settle.h), so that
 * it meets every state in which a request can be incomplete.
 */
#ifndef TESTS_CONFORMANCE_HTTP_PLAY_H
#define TESTS_CONFORMANCE_HTTP_PLAY_H

#include "tests/conformance/http_cases.h"
#include "tests/conformance/verdict.h"
#include "tests/conformance/wire.h"

/* Play it in every way that makes sense for its size. */
struct verdict http_play(const struct http_case *http_case, int port,
                         struct wire *control);

#endif
