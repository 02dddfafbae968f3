/* measure.h -- a program of this project as a process of its own: started,
 * weighed and stopped.
 *
 * What it uses is asked of the kernel, by process: whatever else the machine
 * does at the time is not counted.
 */
#ifndef CLIENT_MEASURE_H
#define CLIENT_MEASURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { MEASURE_WHY_MAX = 256 };

enum { PROGRAM_ARGUMENTS = 3 };

/* What is started: a program that says in its first line where it listens. */
struct program {
    const char *name;                         /* of the file beside ours */
    const char *arguments[PROGRAM_ARGUMENTS]; /* behind -p 0 -q; NULL: none */
};

/* A zeroed one does not run. */
struct process {
    pid_t pid;
    int port;                  /* of 127.0.0.1 */
    const char *name;          /* of its program, borrowed */
    char why[MEASURE_WHY_MAX]; /* it could not start, or has died */
};

/* Start a program that lies beside ours and wait for the line with its port.
 * False, with the cause and a remedy in process->why. */
bool process_start(struct process *process, const struct program *program);

/* Is it still there? False, with the cause in process->why, when it has ended;
 * then it needs no process_stop(). */
bool process_is_alive(struct process *process);

/* Send it this signal, if it runs. */
void process_signal(const struct process *process, int number);

/* End it, gently at first, and wait until it is gone. */
void process_stop(struct process *process);

/* Nanoseconds of CPU that it has used, or -1 where the system does not tell. */
int64_t process_cpu_ns(const struct process *process);

/* Bytes of memory that are resident, or -1 where the system does not tell. */
int64_t process_memory(const struct process *process);

/* Why this very program must not measure, or NULL: a sanitizer is built in. */
const char *measure_refusal(void);

#endif
