/* settle.h -- know that a server has read what was sent to it, without waiting.
 *
 * One thread serves all connections. So when a request on another connection is
 * answered, the turn of the loop in which it came is over; and when the next
 * one is, so is the turn after it, in which everything sent before was read.
 */
#ifndef TESTS_CONFORMANCE_SETTLE_H
#define TESTS_CONFORMANCE_SETTLE_H

#include "tests/conformance/wire.h"

/* Two requests and their answers on `control`, a connection to the same server
 * that is used for nothing else. False: it did not answer. */
bool settle(struct wire *control);

#endif
