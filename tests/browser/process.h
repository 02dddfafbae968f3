/* process.h -- a program that runs beside us, and tells us something.
 *
 * It gets a process group of its own: whatever it starts ends with it. Of its
 * standard output or standard error we hold the other end; when all that could
 * write there have gone, that pipe ends.
 */
#ifndef TESTS_BROWSER_PROCESS_H
#define TESTS_BROWSER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/slice.h"

struct process {
    pid_t pid;          /* 0: it doesn't run */
    int output;         /* what it says; close-on-exec */
    struct buf said;    /* of that, what is not a whole line yet, */
    struct buf current; /* and the line that was returned last */
};

/* Start the program argv[0], found as a shell finds it. Its descriptor
 * `output`, 1 or 2, becomes our end of the pipe. False and errno when it can't
 * be started. */
bool process_start(struct process *process, const char *const argv[],
                   int output);

/* The next line that it says, without its end, as a string. Borrowed until the
 * next call; NULL when none came in time. */
const char *process_line(struct process *process, int64_t deadline);

/* Throw away what it has said, so that the pipe doesn't fill up. */
void process_drain(struct process *process);

/* Wait until it has ended, all of it; at the deadline it is killed. Returns its
 * exit status, or -1 if it had none. No-op, and 0, when it doesn't run. */
int process_end(struct process *process, int64_t deadline);

#endif
