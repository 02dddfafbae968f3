/* child.h -- the program under test, as a process of its own.
 *
 * Its end is seen on a pipe that nobody but the child holds open, so that we
 * wait for it with a bound and without asking again and again.
 */
#ifndef TESTS_CONFORMANCE_CHILD_H
#define TESTS_CONFORMANCE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int in;    /* we write to its standard input; it stays open */
    int out;   /* we read from its standard output */
    int alive; /* reads as ended when it has gone */
};

/* Start a program; argv[0] is its path. `is_mute`: its standard output and
 * error go to /dev/null, and child->out is -1. False: see errno. */
bool child_start(struct child *child, const char *const argv[], bool is_mute);

/* Ask it to end (SIGTERM). */
void child_ask_to_end(struct child *child);

/* Wait for its end, `patience_ms` at most; then it is killed. Returns its exit
 * status, or -1: a signal ended it. */
int child_wait(struct child *child, int patience_ms);

/* From now on, SIGINT and SIGTERM end the child that was started last too. */
void child_ends_with_us(void);

#endif
