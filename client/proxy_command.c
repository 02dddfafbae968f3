#include "client/proxy_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/net.h"

/* A shell that cannot find a command says so itself, in its own words. We ask
 * first, and say it in ours; unless the command begins with more than a plain
 * word. */
static void append_check(struct buf *out, const char *command)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._/";
    int size = (int)strspn(command, plain);
    if (size == 0 || strchr(" \t", command[size]) == NULL)
        return;
    if (memchr(command, '/', (size_t)size) != NULL)
        buf_printf(out, "test -f %.*s && test -x %.*s", size, command, size,
                   command);
    else
        buf_printf(out, "command -v %.*s >/dev/null", size, command);
    buf_printf(out, " || exit %d\n", PROXY_COMMAND_MISSING);
}

/* The text of the command, ended by a NUL. A host comes from a URL that was
 * parsed strictly, but is quoted all the same: a shell reads it. */
static void append_command(struct buf *out, const char *command,
                           const struct url *url)
{
    for (const char *at = command; *at != '\0'; at++) {
        char what = at[0] == '%' ? at[1] : '\0';
        if (what == 'h')
            buf_printf(out, "'%.*s'", (int)url->host.size, url->host.data);
        else if (what == 'p')
            buf_printf(out, "%u", (unsigned)url->port);
        else
            buf_append(out, at, 1);
        at += what == 'h' || what == 'p' || what == '%';
    }
    buf_append(out, "", 1);
}

/* The child: becomes the shell, whose standard error is ours. */
static void become(const char *command, int fd)
{
    signal(SIGPIPE, SIG_DFL); /* an ignored signal would stay ignored */
    if (dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
        _exit(126);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(PROXY_COMMAND_MISSING);
}

static int start(const char *command, pid_t *pid)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
        return -1;
    if (fcntl(pair[0], F_SETFL, O_NONBLOCK) == -1 ||
        fcntl(pair[0], F_SETFD, FD_CLOEXEC) == -1 ||
        fcntl(pair[1], F_SETFD, FD_CLOEXEC) == -1 || (*pid = fork()) == -1) {
        net_close(pair[0]);
        net_close(pair[1]);
        return -1;
    }
    if (*pid == 0)
        become(command, pair[1]);
    net_close(pair[1]);
    return pair[0];
}

int proxy_command_start(const char *command, const struct url *url, pid_t *pid)
{
    struct buf text = {0};
    append_check(&text, command);
    append_command(&text, command, url);
    int fd = start((const char *)buf_head(&text), pid);
    buf_free(&text);
    return fd;
}

int proxy_command_end(pid_t pid)
{
    int status = 0;
    kill(pid, SIGTERM); /* one that has exited keeps its status */
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
