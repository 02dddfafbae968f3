/* wait.h -- to wait for others, but never for ever.
 *
 * Whatever the tests wait for has a deadline, and a signal is the end of all
 * waiting: then every call below fails at once, so that the program comes to
 * its end in the usual way, and leaves nothing behind.
 */
#ifndef TESTS_BROWSER_WAIT_H
#define TESTS_BROWSER_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"

enum { PATIENCE_MS = 10000 }; /* for one answer */

/* The moment, in milliseconds of the monotonic clock, that is `ms` from now. */
int64_t deadline_in(int ms);

/* Is it over, or was all waiting given up? */
bool has_passed(int64_t deadline);

/* Give up waiting on SIGINT, SIGTERM and SIGPIPE, and after `seconds`. */
void give_up_on_signals(unsigned seconds);
bool has_given_up(void);

/* Wait for POLLIN or POLLOUT, or an error. False: not before the deadline. */
bool wait_for(int fd, short events, int64_t deadline);

/* Connect to a port of 127.0.0.1. -1: nobody is there. */
int wait_connect(int port, int64_t deadline);

/* Send all of `out`, and leave it empty. False: the peer doesn't take it. */
bool wait_send(int fd, struct buf *out, int64_t deadline);

/* Append to `in` what arrives next, on a socket or a pipe. Returns how many
 * bytes, 0 at the end, or -1 when nothing came in time. */
ssize_t wait_read(int fd, struct buf *in, int64_t deadline);

#endif
