#define _GNU_SOURCE /* sched_setaffinity */
#include "tests/bench/child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/program.h"

enum {
    CHILDREN_MAX = 4,
    START_MAX_MS = 5000,  /* until the first line */
    SETTLE_MAX_MS = 1000, /* one that never sleeps is weighed anyway */
};

/* Mutable and global: a signal handler is handed nothing else. 0: free. */
static volatile pid_t running[CHILDREN_MAX];

/* Replace one process id by another in the list of those that run. */
static void exchange_running(pid_t before, pid_t after)
{
    for (int i = 0; i < CHILDREN_MAX; i++) {
        if (running[i] == before) {
            running[i] = after;
            return;
        }
    }
}

void children_stop(void)
{
    for (int i = 0; i < CHILDREN_MAX; i++) {
        if (running[i] == 0)
            continue;
        kill(running[i], SIGKILL);
        waitpid(running[i], NULL, 0);
        running[i] = 0;
    }
}

static void on_signal(int number)
{
    children_stop();
    _exit(128 + number);
}

void children_stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    children_stop();
    exit(1);
}

void work_in_batches(void)
{
    const struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
}

void pin_to_core(int core)
{
    cpu_set_t cores;
    if (core < 0)
        return;
    CPU_ZERO(&cores);
    CPU_SET((size_t)core, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

static _Noreturn void become(const char *const *arguments, int core, int output)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the bench be killed hard */
    pin_to_core(core);
    dup2(output, STDOUT_FILENO);
    execv(arguments[0], (char *const *)arguments);
    fprintf(stderr, "bench: %s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

struct child child_start(const char *const *arguments, int core)
{
    int output[2];
    char line[128];
    struct child child;
    if (pipe(output) == -1 || (child.pid = fork()) == -1)
        fail("cannot start a process: %s", strerror(errno));
    if (child.pid == 0) {
        close(output[0]);
        become(arguments, core, output[1]);
    }
    exchange_running(0, child.pid);
    close(output[1]);
    bool has_line = program_line(output[0], line, sizeof line, START_MAX_MS);
    close(output[0]);
    child.port = has_line ? program_port(line) : -1;
    if (child.port == -1)
        fail("%s did not say \"listening on http://127.0.0.1:PORT\"",
             arguments[0]);
    return child;
}

void child_stop(struct child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    exchange_running(child->pid, 0);
}

static uint64_t cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 ||
        clock_gettime(clock, &used) == -1)
        fail("process %d has gone", (int)pid);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

void child_settle(const struct child *child)
{
    const struct timespec millisecond = {.tv_nsec = 1000000};
    uint64_t before = cpu_ns(child->pid);
    for (int i = 0; i < SETTLE_MAX_MS; i++) {
        nanosleep(&millisecond, NULL);
        uint64_t after = cpu_ns(child->pid);
        if (after == before)
            return;
        before = after;
    }
}

uint64_t child_cpu_ns(const struct child *child)
{
    child_settle(child);
    return cpu_ns(child->pid);
}

size_t child_memory(const struct child *child)
{
    char path[64], line[128];
    size_t resident = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)child->pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Rss: %zu kB", &resident) == 1)
            break;
    fclose(file);
    return resident * 1024;
}
