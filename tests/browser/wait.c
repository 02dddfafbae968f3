#include "tests/browser/wait.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/net.h"

enum { READ_SIZE = 64 * 1024 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t deadline_in(int ms)
{
    return now_ms() + ms;
}

/* ------------------------------------------------------------- signals */

/* For the handler, which can be told in no other way. */
static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
    (void)number;
    is_over = 1;
}

void give_up_on_signals(unsigned seconds)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGPIPE, &action, NULL); /* nobody reads our lines any more */
    alarm(seconds);
}

bool has_given_up(void)
{
    return is_over;
}

/* ------------------------------------------------------------- waiting */

bool has_passed(int64_t deadline)
{
    return is_over || now_ms() >= deadline;
}

bool wait_for(int fd, short events, int64_t deadline)
{
    enum { SLICE_MS = 500 }; /* a signal may come just before poll(2) */
    struct pollfd watched = {.fd = fd, .events = events};
    while (!is_over) {
        int64_t left = deadline - now_ms();
        if (left < 0)
            left = 0;
        int ready = poll(&watched, 1, left < SLICE_MS ? (int)left : SLICE_MS);
        if (ready == 1)
            return true;
        if (ready == 0 && left == 0)
            return false;
    }
    return false;
}

int wait_connect(int port, int64_t deadline)
{
    char digits[12];
    const char *why;
    struct net_peer peer;
    snprintf(digits, sizeof digits, "%d", port);
    struct addrinfo *address = net_resolve("127.0.0.1", digits, &why);
    int fd = address == NULL ? -1 : net_connect(address, &peer);
    if (address != NULL)
        freeaddrinfo(address);
    if (fd == -1)
        return -1;
    if (wait_for(fd, POLLOUT, deadline) && net_connect_error(fd) == 0)
        return fd;
    net_close(fd);
    return -1;
}

bool wait_send(int fd, struct buf *out, int64_t deadline)
{
    while (buf_size(out) > 0) {
        if (!wait_for(fd, POLLOUT, deadline))
            return false;
        ssize_t sent = net_send(fd, buf_slice(out));
        if (sent >= 0)
            buf_consume(out, (size_t)sent);
        else if (errno != EAGAIN)
            return false;
    }
    return true;
}

ssize_t wait_read(int fd, struct buf *in, int64_t deadline)
{
    ssize_t size;
    do {
        if (!wait_for(fd, POLLIN, deadline))
            return -1;
        size = read(fd, buf_room(in, READ_SIZE), READ_SIZE);
    } while (size == -1 && (errno == EAGAIN || errno == EINTR));
    if (size > 0)
        buf_added(in, (size_t)size);
    return size > 0 ? size : 0; /* a reset is an end as well */
}
