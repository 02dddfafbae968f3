#include "tests/browser/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/net.h"
#include "tests/browser/wait.h"

enum {
    LINKS = 32, /* connections that are carried; others wait */
    /* what is polled: */
    CONTROL = 0,
    LISTENER = 1,
    SIDES = 2, /* from here on, two of each link, neighbours */
    WATCHED = SIDES + 2 * LINKS,
};

/* The process that carries. A descriptor of -1 is not polled. */
struct carrier {
    struct pollfd watched[WATCHED];
    int to;
};

static void cut(struct carrier *carrier, size_t side)
{
    size_t first = side & ~(size_t)1;
    for (size_t i = first; i < first + 2; i++) {
        if (carrier->watched[i].fd != -1)
            net_close(carrier->watched[i].fd);
        carrier->watched[i].fd = -1;
    }
}

static void accept_one(struct carrier *carrier)
{
    struct net_peer peer;
    size_t side = SIDES;
    while (side < WATCHED && carrier->watched[side].fd != -1)
        side += 2;
    if (side == WATCHED)
        return;
    carrier->watched[side].fd =
        net_accept(carrier->watched[LISTENER].fd, &peer);
    carrier->watched[side + 1].fd =
        wait_connect(carrier->to, deadline_in(PATIENCE_MS));
    if (carrier->watched[side].fd == -1 || carrier->watched[side + 1].fd == -1)
        cut(carrier, side);
}

/* The end of one side, or trouble with it, is the end of both. */
static void carry(struct carrier *carrier, size_t side)
{
    struct buf bytes = {0};
    int from = carrier->watched[side].fd, to = carrier->watched[side ^ 1].fd;
    if (wait_read(from, &bytes, deadline_in(0)) <= 0 ||
        !wait_send(to, &bytes, deadline_in(PATIENCE_MS)))
        cut(carrier, side);
    buf_free(&bytes);
}

/* Each byte is an order to cut; the same byte says that it was done. */
static bool obey(struct carrier *carrier)
{
    char byte;
    int control = carrier->watched[CONTROL].fd;
    if (read(control, &byte, 1) != 1)
        return false;
    for (size_t side = SIDES; side < WATCHED; side += 2)
        cut(carrier, side);
    return write(control, &byte, 1) == 1;
}

static void run(struct carrier *carrier)
{
    struct pollfd *watched = carrier->watched;
    while (!has_given_up()) {
        if (poll(watched, WATCHED, -1) == -1)
            continue;
        if (watched[CONTROL].revents != 0 && !obey(carrier))
            return;
        for (size_t side = SIDES; side < WATCHED; side++)
            if (watched[side].fd != -1 && watched[side].revents != 0)
                carry(carrier, side);
        if (watched[LISTENER].revents != 0)
            accept_one(carrier);
    }
}

static void become(int control, int listener, int to)
{
    struct carrier carrier = {.to = to};
    for (size_t i = 0; i < WATCHED; i++)
        carrier.watched[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    carrier.watched[CONTROL].fd = control;
    carrier.watched[LISTENER].fd = listener;
    run(&carrier);
    _exit(0);
}

bool relay_start(struct relay *relay, int to)
{
    int ends[2];
    const char *why;
    int listener = net_listen("127.0.0.1", "0", &why);
    if (listener == -1)
        return false;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1) {
        net_close(listener);
        return false;
    }
    snprintf(relay->origin, sizeof relay->origin, "http://127.0.0.1:%d",
             net_port(listener));
    relay->pid = fork();
    relay->control = ends[0];
    if (relay->pid == 0) {
        net_close(ends[0]);
        become(ends[1], listener, to);
    }
    net_close(ends[1]);
    net_close(listener);
    return relay->pid != -1;
}

bool relay_cut(struct relay *relay)
{
    char byte = 'x';
    return write(relay->control, &byte, 1) == 1 &&
           wait_for(relay->control, POLLIN, deadline_in(PATIENCE_MS)) &&
           read(relay->control, &byte, 1) == 1;
}

void relay_end(struct relay *relay)
{
    if (relay->pid == 0)
        return;
    net_close(relay->control);
    while (relay->pid > 0 && waitpid(relay->pid, NULL, 0) == -1 &&
           errno == EINTR)
        continue;
    relay->pid = 0;
}
