/* measure.h -- the server as a process of its own: started, weighed and
 * stopped.
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

/* A zeroed one does not run. */
struct server_process {
    pid_t pid;
    int port;                  /* of 127.0.0.1 */
    char why[MEASURE_WHY_MAX]; /* it could not start, or has died */
};

/* Start the program `server` that lies beside ours and wait for the line with
 * its port. False, with the cause and a remedy in process->why. */
bool server_start(struct server_process *process);

/* Is it still there? False, with the cause in process->why, when it has ended;
 * then it needs no server_stop(). */
bool server_is_alive(struct server_process *process);

/* End it, gently at first, and wait until it is gone. */
void server_stop(struct server_process *process);

/* Nanoseconds of CPU that it has used, or -1 where the system does not tell. */
int64_t server_cpu_ns(const struct server_process *process);

/* Bytes of memory that are resident, or -1 where the system does not tell. */
int64_t server_memory(const struct server_process *process);

/* Why this very program must not measure, or NULL: a sanitizer is built in. */
const char *measure_refusal(void);

#endif
