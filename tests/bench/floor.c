/* floor.c -- the least that a server can do: the same bytes, and no protocol.
 *
 * One thread, one epoll loop, one receive for each readiness and one send for
 * all that came together. It counts bytes and never looks at them, except at
 * the first one of a publish. What a real server costs above this, its protocol
 * costs.
 *
 *      floor echo IN OUT             for each IN bytes that came, OUT bytes
 *      floor fanout OUT ACK          for each publish, OUT bytes to everyone
 *      floor fanout-request OUT ACK  the same, to those that asked since
 *
 * A publish is what begins with P (as POST does) and is answered by ACK bytes;
 * an ask is anything else. One receive is taken for one publish or one ask: the
 * bench sends each at once and waits before the next.
 */
#define _GNU_SOURCE /* accept4 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS_PER_WAIT = 256,
    BUFFER_SIZE = 512 * 1024, /* bytes, received into and sent from */
    PEERS_MAX = 64 * 1024,    /* descriptors */
    BACKLOG = 4096,           /* connections that wait for accept */
};

enum mode { ECHO, FANOUT, FANOUT_REQUEST };

struct peer {
    size_t received;    /* bytes that have no answer yet (ECHO) */
    size_t owed;        /* bytes to send */
    unsigned seen;      /* publishes that it got (FANOUT_REQUEST) */
    bool is_waiting;    /* gets the next publish */
    bool wants_to_send; /* the kernel's buffer was full */
};

struct floor {
    enum mode mode;
    size_t in, out; /* bytes; in fan-outs `in` is the size of ACK */
    int epoll_fd, listener;
    int peers_end;      /* one past the highest descriptor of a peer */
    unsigned published; /* publishes so far */
    struct peer peers[PEERS_MAX]; /* by descriptor */
    char bytes[BUFFER_SIZE];
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(struct floor *floor, int operation, int fd, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(floor->epoll_fd, operation, fd, &event) == -1)
        die("floor: epoll_ctl");
}

static void hang_up(struct floor *floor, int fd)
{
    floor->peers[fd] = (struct peer){0};
    close(fd);
}

/* Send what is owed, in one send unless it is more than the buffer, and watch
 * for room only while something is left. */
static void pay(struct floor *floor, int fd)
{
    struct peer *peer = &floor->peers[fd];
    while (peer->owed > 0) {
        size_t size = peer->owed < BUFFER_SIZE ? peer->owed : BUFFER_SIZE;
        ssize_t sent = send(fd, floor->bytes, size, MSG_NOSIGNAL);
        if (sent == -1)
            break;
        peer->owed -= (size_t)sent;
    }
    if (peer->wants_to_send != (peer->owed > 0)) {
        peer->wants_to_send = peer->owed > 0;
        unsigned out = peer->wants_to_send ? EPOLLOUT : 0;
        watch(floor, EPOLL_CTL_MOD, fd, EPOLLIN | out);
    }
}

static void owe(struct floor *floor, int fd, size_t size)
{
    floor->peers[fd].owed += size;
    pay(floor, fd);
}

static void echo(struct floor *floor, int fd, size_t got)
{
    struct peer *peer = &floor->peers[fd];
    size_t messages = (peer->received + got) / floor->in;
    peer->received = (peer->received + got) % floor->in;
    if (messages > 0)
        owe(floor, fd, messages * floor->out);
}

static void deliver(struct floor *floor, int fd)
{
    floor->peers[fd].is_waiting = floor->mode == FANOUT;
    floor->peers[fd].seen = floor->published;
    owe(floor, fd, floor->out);
}

static void publish(struct floor *floor, int publisher)
{
    floor->published++;
    floor->peers[publisher].is_waiting = false;
    for (int fd = 0; fd < floor->peers_end; fd++)
        if (floor->peers[fd].is_waiting)
            deliver(floor, fd);
    owe(floor, publisher, floor->in);
}

/* An ask that came after the publish that it waits for is answered at once. */
static void ask(struct floor *floor, int fd)
{
    if (floor->peers[fd].seen < floor->published)
        deliver(floor, fd);
    else
        floor->peers[fd].is_waiting = true;
}

static void on_readable(struct floor *floor, int fd)
{
    ssize_t got = recv(fd, floor->bytes, BUFFER_SIZE, 0);
    if (got <= 0)
        hang_up(floor, fd);
    else if (floor->mode == ECHO)
        echo(floor, fd, (size_t)got);
    else if (floor->bytes[0] == 'P')
        publish(floor, fd);
    else
        ask(floor, fd);
}

static void accept_all(struct floor *floor)
{
    int fd, on = 1;
    while ((fd = accept4(floor->listener, NULL, NULL, SOCK_NONBLOCK)) != -1) {
        if (fd >= PEERS_MAX)
            die("floor: too many connections");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        floor->peers[fd] = (struct peer){.is_waiting = floor->mode == FANOUT,
                                         .seen = floor->published};
        if (fd >= floor->peers_end)
            floor->peers_end = fd + 1;
        watch(floor, EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

static void run(struct floor *floor)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    for (;;) {
        int count = epoll_wait(floor->epoll_fd, events, EVENTS_PER_WAIT, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == floor->listener) {
                accept_all(floor);
                continue;
            }
            if (events[i].events & EPOLLOUT)
                pay(floor, fd);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                on_readable(floor, fd);
        }
    }
}

/* Listen on any free port of 127.0.0.1, and say which. */
static void start_listening(struct floor *floor)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    floor->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    floor->epoll_fd = epoll_create1(0);
    if (bind(floor->listener, (struct sockaddr *)&address, size) == -1 ||
        listen(floor->listener, BACKLOG) == -1 ||
        getsockname(floor->listener, (struct sockaddr *)&address, &size) == -1)
        die("floor: listen");
    watch(floor, EPOLL_CTL_ADD, floor->listener, EPOLLIN);
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
}

static bool parse_arguments(struct floor *floor, int count, char **arguments)
{
    static const char *const names[] = {"echo", "fanout", "fanout-request"};
    if (count != 4)
        return false;
    size_t first = strtoul(arguments[2], NULL, 10);
    size_t second = strtoul(arguments[3], NULL, 10);
    for (int mode = ECHO; mode <= FANOUT_REQUEST; mode++) {
        if (strcmp(arguments[1], names[mode]) != 0)
            continue;
        floor->mode = (enum mode)mode;
        floor->in = mode == ECHO ? first : second;
        floor->out = mode == ECHO ? second : first;
        return first > 0 && second > 0;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct floor *floor = calloc(1, sizeof *floor);
    if (floor == NULL)
        die("floor");
    if (!parse_arguments(floor, argc, argv)) {
        fprintf(stderr, "usage: floor echo IN OUT | fanout OUT ACK | "
                        "fanout-request OUT ACK   (bytes)\n");
        return 2;
    }
    start_listening(floor);
    run(floor);
}
