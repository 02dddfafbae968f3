#include "tests/conformance/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* In the child. The end of `alive` that it inherits closes when it ends. */
static void become(char *const argv[], int pipes[3][2], bool is_mute)
{
    int out = is_mute ? open("/dev/null", O_WRONLY) : pipes[1][1];
    dup2(pipes[0][0], STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    if (is_mute)
        dup2(out, STDERR_FILENO);
    fcntl(pipes[2][1], F_SETFD, 0);
    execv(argv[0], argv);
    _exit(127);
}

bool child_start(struct child *child, char *const argv[], bool is_mute)
{
    int pipes[3][2];
    if (access(argv[0], X_OK) == -1 || !open_pipes(pipes))
        return false;
    *child = (struct child){fork(), pipes[0][1], pipes[1][0], pipes[2][0]};
    if (child->pid == 0)
        become(argv, pipes, is_mute);
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

/* Is there something to read, or an end to see? */
static bool is_readable(int fd, int patience_ms)
{
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&watched, 1, patience_ms);
    while (ready == -1 && errno == EINTR);
    return ready == 1;
}

bool child_first_line(struct child *child, char *line, int size,
                      int patience_ms)
{
    for (int i = 0; i < size; i++) {
        if (!is_readable(child->out, patience_ms) ||
            read(child->out, &line[i], 1) != 1)
            return false;
        if (line[i] == '\n') {
            line[i] = '\0';
            return true;
        }
    }
    return false;
}

void child_ask_to_end(struct child *child)
{
    kill(child->pid, SIGTERM);
}

int child_wait(struct child *child, int patience_ms)
{
    int status = 0;
    if (!is_readable(child->alive, patience_ms))
        kill(child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) == -1 && errno == EINTR)
        continue;
    running = 0;
    close(child->in);
    close(child->alive);
    if (child->out != -1)
        close(child->out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
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
