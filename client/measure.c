#include "client/measure.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

enum {
    PATH_SIZE = 4096,
    LINE_SIZE = 128,
    START_MS = 5000, /* until the first line */
    STOP_MS = 1500,  /* until it is killed */
};

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { IS_SANITIZED = 1 };
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||     \
    __has_feature(thread_sanitizer) ||                                         \
    __has_feature(undefined_behavior_sanitizer)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif
#else
enum { IS_SANITIZED = 0 };
#endif

const char *measure_refusal(void)
{
    return IS_SANITIZED
               ? "built with a sanitizer, it would measure that; build "
                 "it with plain `make`"
               : NULL;
}

/* ---------------------------------------------------------------- starting */

/* The file in the directory of this program, or in build/ where the system does
 * not tell. False when it is too long. */
static bool find_beside(const char *program, char path[PATH_SIZE])
{
    ssize_t size = readlink("/proc/self/exe", path, PATH_SIZE - 1);
    if (size < 0)
        size = snprintf(path, PATH_SIZE, "build/client");
    if (size >= PATH_SIZE - 1)
        return false;
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    char *name = slash != NULL ? slash + 1 : path;
    size_t room = PATH_SIZE - (size_t)(name - path);
    return (size_t)snprintf(name, room, "%s", program) < room;
}

static _Noreturn void become(const char *path, const struct program *program,
                             int output)
{
    const char *const *more = program->arguments;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* should we be killed hard */
#endif
    dup2(output, STDOUT_FILENO);
    execl(path, path, "-p", "0", "-q", more[0], more[1], more[2], (char *)NULL);
    fprintf(stderr, "client: %s: %s\n", path, strerror(errno));
    _exit(127);
}

/* The first line that can be read from `fd`, or what there is of it. */
static void read_line(int fd, char line[LINE_SIZE])
{
    size_t size = 0;
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    memset(line, 0, LINE_SIZE);
    while (strchr(line, '\n') == NULL && size < LINE_SIZE - 1) {
        int polled = poll(&ready, 1, START_MS);
        if (polled == -1 && errno == EINTR)
            continue;
        ssize_t got =
            polled == 1 ? read(fd, line + size, LINE_SIZE - 1 - size) : 0;
        if (got <= 0)
            return;
        size += (size_t)got;
    }
}

/* Start it, and return the end of a pipe with its output; -1 and errno. */
static int spawn(struct process *process, const char *path,
                 const struct program *program)
{
    int output[2];
    if (pipe(output) == -1)
        return -1;
    process->pid = fork();
    if (process->pid == 0) {
        close(output[0]);
        become(path, program, output[1]);
    }
    close(output[1]);
    if (process->pid == -1) {
        process->pid = 0;
        close(output[0]);
        return -1;
    }
    return output[0];
}

static bool fail(struct process *process, const char *path, const char *cause)
{
    snprintf(process->why, sizeof process->why,
             "%.150s: %s; build it with `make`", path, cause);
    return false;
}

bool process_start(struct process *process, const struct program *program)
{
    char path[PATH_SIZE], line[LINE_SIZE];
    *process = (struct process){.name = program->name};
    if (!find_beside(program->name, path))
        return fail(process, program->name, "its path is too long");
    if (access(path, X_OK) == -1)
        return fail(process, path, strerror(errno));
    int output = spawn(process, path, program);
    if (output == -1)
        return fail(process, path, strerror(errno));
    read_line(output, line);
    close(output);
    if (sscanf(line, "listening on http://127.0.0.1:%d", &process->port) == 1)
        return true;
    process_stop(process);
    return fail(process, path, "it did not say where it listens");
}

/* ---------------------------------------------------------------- ending */

bool process_is_alive(struct process *process)
{
    int status;
    pid_t ended = waitpid(process->pid, &status, WNOHANG);
    if (ended == 0 || (ended == -1 && errno == EINTR))
        return true;
    if (ended == process->pid && WIFSIGNALED(status))
        snprintf(process->why, sizeof process->why,
                 "the %s (process %d) was killed by signal %d", process->name,
                 (int)process->pid, WTERMSIG(status));
    else
        snprintf(process->why, sizeof process->why,
                 "the %s (process %d) has ended", process->name,
                 (int)process->pid);
    process->pid = 0;
    return false;
}

void process_signal(const struct process *process, int number)
{
    if (process->pid > 0)
        kill(process->pid, number);
}

void process_stop(struct process *process)
{
    const struct timespec millisecond = {.tv_nsec = 1000000};
    if (process->pid <= 0)
        return;
    kill(process->pid, SIGTERM);
    for (int i = 0; i < STOP_MS; i++) {
        if (waitpid(process->pid, NULL, WNOHANG) != 0)
            break;
        nanosleep(&millisecond, NULL);
        if (i == STOP_MS - 1) {
            kill(process->pid, SIGKILL);
            waitpid(process->pid, NULL, 0);
        }
    }
    process->pid = 0;
}

/* ---------------------------------------------------------------- weighing */

int64_t process_cpu_ns(const struct process *process)
{
#if defined _POSIX_CPUTIME && _POSIX_CPUTIME >= 0
    clockid_t clock;
    struct timespec used;
    if (process->pid > 0 && clock_getcpuclockid(process->pid, &clock) == 0 &&
        clock_gettime(clock, &used) == 0)
        return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
#else
    (void)process;
#endif
    return -1;
}

/* The number behind "Rss:" is in KiB, and exact; that of statm may lag
 * behind. */
int64_t process_memory(const struct process *process)
{
    char path[64], line[LINE_SIZE];
    long long kib = -1;
    if (process->pid <= 0)
        return -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)process->pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;
    while (kib == -1 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Rss: %lld", &kib) != 1)
            kib = -1;
    fclose(file);
    return kib == -1 ? -1 : kib * 1024;
}
