#include "tests/conformance/child.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/program.h"

/* For the handler below, which can be told in no other way. */
static volatile sig_atomic_t running;

static void close_pipe(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* in, out, alive: [0] is read from and [1] written to. */
static bool open_pipes(int pipes[3][2])
{
    for (int i = 0; i < 3; i++) {
        if (pipe(pipes[i]) == -1) {
            while (i-- > 0)
                close_pipe(pipes[i]);
            return false;
        }
        fcntl(pipes[i][0], F_SETFD, FD_CLOEXEC);
        fcntl(pipes[i][1], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

/* The end of `alive` that the child inherits closes when it ends. */
static pid_t start(const char *const argv[], int pipes[3][2], bool is_mute)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int speaking[] = {pipes[0][0], pipes[1][1], STDERR_FILENO};
    const int mute[] = {pipes[0][0], null, null};
    fcntl(pipes[2][1], F_SETFD, 0);
    pid_t pid = program_start(argv, is_mute ? mute : speaking, 0);
    close(null);
    return pid;
}

bool child_start(struct child *child, const char *const argv[], bool is_mute)
{
    int pipes[3][2];
    if (access(argv[0], X_OK) == -1 || !open_pipes(pipes))
        return false;
    pid_t pid = start(argv, pipes, is_mute);
    *child = (struct child){pid, pipes[0][1], pipes[1][0], pipes[2][0]};
    close(pipes[0][0]);
    close(pipes[1][1]);
    close(pipes[2][1]);
    if (is_mute) {
        close(child->out);
        child->out = -1;
    }
    running = (sig_atomic_t)child->pid;
    return child->pid != -1;
}

void child_ask_to_end(struct child *child)
{
    kill(child->pid, SIGTERM);
}

int child_wait(struct child *child, int patience_ms)
{
    if (!program_is_readable(child->alive, patience_ms))
        kill(child->pid, SIGKILL);
    int status = program_wait(child->pid);
    running = 0;
    close(child->in);
    close(child->alive);
    if (child->out != -1)
        close(child->out);
    return status;
}

static void on_signal(int number)
{
    if (running > 0)
        kill((pid_t)running, SIGTERM);
    _exit(128 + number);
}

void child_ends_with_us(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
