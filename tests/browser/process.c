#include "tests/browser/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/browser/wait.h"

enum { CANNOT_RUN = 127 }; /* as a shell's exit status */

/* In the child. */
static void become(const char *const argv[], int from, int to)
{
    setpgid(0, 0);
    dup2(from, to);
    execvp(argv[0], (char *const *)argv);
    _exit(CANNOT_RUN);
}

bool process_start(struct process *process, const char *const argv[],
                   int output)
{
    int ends[2];
    if (pipe(ends) == -1)
        return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, ends[1], output);
    close(ends[1]);
    if (pid == -1) {
        close(ends[0]);
        return false;
    }
    setpgid(pid, pid); /* whoever comes first */
    *process = (struct process){.pid = pid, .output = ends[0]};
    return true;
}

const char *process_line(struct process *process, int64_t deadline)
{
    struct buf *said = &process->said, *line = &process->current;
    const char *end;
    for (;;) {
        size_t size = buf_size(said);
        end = size == 0 ? NULL : memchr(buf_head(said), '\n', size);
        if (end != NULL)
            break;
        if (wait_read(process->output, said, deadline) <= 0)
            return NULL;
    }
    size_t size = (size_t)(end - (char *)buf_head(said));
    buf_consume(line, buf_size(line));
    buf_append(line, buf_head(said), size);
    buf_append(line, "", 1);
    buf_consume(said, size + 1);
    return (const char *)buf_head(line);
}

void process_drain(struct process *process)
{
    while (wait_read(process->output, &process->said, deadline_in(0)) > 0)
        buf_consume(&process->said, buf_size(&process->said));
}

static ssize_t throw_away(struct process *process, int64_t deadline)
{
    buf_consume(&process->said, buf_size(&process->said));
    return wait_read(process->output, &process->said, deadline);
}

int process_end(struct process *process, int64_t deadline)
{
    int status = 0;
    ssize_t size;
    if (process->pid == 0)
        return 0;
    while ((size = throw_away(process, deadline)) > 0)
        continue;
    if (size == -1)
        kill(-process->pid, SIGKILL);
    while (waitpid(process->pid, &status, 0) == -1 && errno == EINTR)
        kill(-process->pid, SIGKILL);
    close(process->output);
    buf_free(&process->said);
    buf_free(&process->current);
    *process = (struct process){0};
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
