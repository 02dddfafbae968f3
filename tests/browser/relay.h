/* relay.h -- a wire that can be cut.
 *
 *      browser <--> relay <--> server
 *
 * A process of its own carries bytes between the two until it is told to cut
 * all connections. New ones are carried at once.
 */
#ifndef TESTS_BROWSER_RELAY_H
#define TESTS_BROWSER_RELAY_H

#include <stdbool.h>
#include <sys/types.h>

struct relay {
    pid_t pid;       /* 0: it doesn't run */
    int control;     /* it ends when this is closed */
    char origin[32]; /* where it listens: "http://127.0.0.1:8080" */
};

/* Carry what comes to a free port to port `to` of 127.0.0.1. */
bool relay_start(struct relay *relay, int to);

/* Cut every connection there is. They are cut when this returns; false: it
 * doesn't answer. */
bool relay_cut(struct relay *relay);

/* End it, and wait until it has gone. No-op when it doesn't run. */
void relay_end(struct relay *relay);

#endif
