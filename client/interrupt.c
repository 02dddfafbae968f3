#include "client/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/net.h"

enum { PATIENCE_S = 1 };

/* A signal becomes a byte in a pipe, and so an event like any other: a handler
 * may call next to nothing (POSIX, 2.4.3). */
static int signal_pipe[2];
static volatile sig_atomic_t was_signalled;

static void on_signal(int number)
{
    int saved = errno;
    char byte = (char)number;
    if (was_signalled || write(signal_pipe[1], &byte, 1) == -1)
        _exit(OUTCOME_OTHER);
    was_signalled = 1;
    alarm(PATIENCE_S); /* should we hang, as in a name server's silence */
    errno = saved;
}

static void on_signal_byte(struct watch *watch, unsigned ready)
{
    struct interrupt *interrupt = CONTAINER(watch, struct interrupt, watch);
    (void)ready;
    loop_watch(interrupt->loop, watch, 0);
    interrupt->on_interrupt(interrupt, OUTCOME_DONE);
}

static void on_time_over(struct timer *timer)
{
    struct interrupt *interrupt = CONTAINER(timer, struct interrupt, timer);
    interrupt->on_interrupt(interrupt, OUTCOME_TIMEOUT);
}

void interrupt_start(struct interrupt *interrupt, struct loop *loop,
                     int max_time_ms,
                     void (*on_interrupt)(struct interrupt *, enum outcome))
{
    struct sigaction action = {.sa_handler = on_signal};
    *interrupt = (struct interrupt){
        .loop = loop,
        .timer.on_due = on_time_over,
        .on_interrupt = on_interrupt,
    };
    if (max_time_ms > 0)
        loop_timer_set(loop, &interrupt->timer, max_time_ms);
    signal(SIGPIPE, SIG_IGN);
    if (pipe(signal_pipe) == -1)
        return;
    fcntl(signal_pipe[0], F_SETFD, FD_CLOEXEC);
    fcntl(signal_pipe[1], F_SETFD, FD_CLOEXEC);
    interrupt->watch =
        (struct watch){.fd = signal_pipe[0], .on_ready = on_signal_byte};
    loop_watch(loop, &interrupt->watch, LOOP_READ);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

void interrupt_stop(struct interrupt *interrupt)
{
    loop_watch(interrupt->loop, &interrupt->watch, 0);
    loop_timer_cancel(interrupt->loop, &interrupt->timer);
}
