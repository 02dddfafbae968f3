/* child.h -- the programs that are measured: started, weighed and stopped. */
#ifndef TESTS_BENCH_CHILD_H
#define TESTS_BENCH_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int port; /* of 127.0.0.1, where it listens */
};

/* Print `bench: ` and the message, stop every child, and exit with 1. */
_Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Run this process, from now on, on one core only; nothing happens where there
 * is no such core. */
void pin_to_core(int core);

/* From now on, this process and its children do not interrupt one another when
 * they wake up (sched(7), SCHED_BATCH): whoever runs does all that there is to
 * do. */
void work_in_batches(void);

/* Start the program of `arguments` (ended by NULL) on `core` and wait for its
 * first line, which says the port. Fails the bench when no such line comes. */
struct child child_start(const char *const *arguments, int core);

/* End it and wait until it has gone. */
void child_stop(struct child *child);

/* End every child, now and also when the bench is interrupted. */
void children_stop(void);
void children_stop_on_signals(void);

/* Wait until it used no CPU for a millisecond: all that came is done. */
void child_settle(const struct child *child);

/* Nanoseconds of CPU, user and system, that it has used; taken when it has
 * settled. */
uint64_t child_cpu_ns(const struct child *child);

/* Bytes of memory that are resident. */
size_t child_memory(const struct child *child);

#endif
