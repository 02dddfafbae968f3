/* wire.h -- a blocking socket, and what came of the other end so far.
 *
 * A test says what it needs and waits for exactly that; time is only the bound
 * after which it gives up. What goes wrong while sending is seen when reading:
 * a peer that has had enough may say so before it has read everything.
 */
#ifndef TESTS_CONFORMANCE_WIRE_H
#define TESTS_CONFORMANCE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

enum { WIRE_PATIENCE_MS = 10000 }; /* then a test has failed */

struct wire {
    int fd;
    struct buf in; /* received and not yet looked at */
};

/* Where a read stands. */
enum wire_result { WIRE_OK, WIRE_ENDED, WIRE_RESET, WIRE_SILENT };

/* A listening socket on a free port of 127.0.0.1, or -1 and errno. */
int wire_listen(int *port);

/* Connect to 127.0.0.1, or take the next connection of a listener. False: see
 * errno; nobody came within WIRE_PATIENCE_MS. */
bool wire_connect(struct wire *wire, int port);
bool wire_accept(struct wire *wire, int listener);

/* Send everything, as far as the other end takes it. */
void wire_send(struct wire *wire, const void *bytes, size_t size);

/* Send nothing more: the other end sees the end. */
void wire_finish(struct wire *wire);

/* Wait until wire->in holds `size` bytes at least, `patience_ms` at most. */
enum wire_result wire_need(struct wire *wire, size_t size, int patience_ms);

/* Wait for more than wire->in holds. */
enum wire_result wire_more(struct wire *wire);

/* Has nothing arrived that was not looked at, and has the other end not ended?
 * Waits `within_ms` for it to do so; 0: looks at once. */
bool wire_is_quiet(struct wire *wire, int within_ms);

/* Close, without a trace in the kernel's tables (RST), and forget. */
void wire_close(struct wire *wire);

/* What a result other than WIRE_OK means, for people. */
const char *wire_says(enum wire_result result);

#endif
