#include "common/signals.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static int signal_pipe[2];

static void on_signal(int number)
{
    int saved = errno;
    char byte = (char)number;
    if (write(signal_pipe[1], &byte, 1) == -1)
        _exit(1);
    errno = saved;
}

static void on_ready(struct watch *watch, unsigned ready)
{
    struct signals *signals = CONTAINER(watch, struct signals, watch);
    char byte;
    (void)ready;
    if (read(watch->fd, &byte, 1) == 1)
        signals->on_signal(signals, byte);
}

void signals_watch(struct signals *signals, struct loop *loop)
{
    signals->watch = (struct watch){.fd = -1, .on_ready = on_ready};
    signal(SIGPIPE, SIG_IGN); /* of standard output; sockets say EPIPE */
    if (pipe(signal_pipe) == -1)
        return;
    signals->watch.fd = signal_pipe[0];
    signals_add(signals, SIGINT);
    signals_add(signals, SIGTERM);
    loop_watch(loop, &signals->watch, LOOP_READ);
}

void signals_add(struct signals *signals, int number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    if (signals->watch.fd != -1)
        sigaction(number, &action, NULL);
}

void signals_stop(struct signals *signals, struct loop *loop)
{
    if (signals->watch.fd != -1)
        loop_watch(loop, &signals->watch, 0);
}
