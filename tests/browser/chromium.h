/* chromium.h -- a browser without a window, to be driven from outside.
 *
 * It has a new profile in a temporary folder, so nothing is left of earlier
 * runs and nothing stays. Where it can be driven it says itself, on standard
 * error:
 *
 *      DevTools listening on ws://127.0.0.1:40123/devtools/browser/6e1c...
 */
#ifndef TESTS_BROWSER_CHROMIUM_H
#define TESTS_BROWSER_CHROMIUM_H

#include "tests/browser/process.h"

struct chromium {
    struct process process;
    char profile[64]; /* the folder; empty: there is none */
    int port;         /* of 127.0.0.1, where DevTools listens, */
    char path[128];   /* and the target to ask for */
};

/* The program: $CHROMIUM, or what is installed under one of its usual names.
 * NULL: nothing is. Borrowed for ever. */
const char *chromium_find(void);

/* Start it and learn where it listens. False when it doesn't say that in time;
 * chromium_end() it in any case. */
bool chromium_start(struct chromium *chromium, const char *program);

/* Wait until it has gone, which it was asked to before, or kill it. Its profile
 * is removed. */
void chromium_end(struct chromium *chromium);

#endif
