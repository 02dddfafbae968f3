/* epoll.c -- let the kernel keep the set of clients, and serve who is ready.
 *
 *      epoll_ctl: once for each  +--> epoll_wait --> recv and send, once, for
 *      descriptor                |                   each who is ready
 *                                +-----------------------------------------+
 *
 * It returns what clients say. A wait costs what is ready, however many are not
 * (epoll(7), Linux). Where it listens is the first line of standard output; its
 * calls are on standard error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    WAITING_MAX = 1024, /* connections that the kernel keeps until accept() */
    EVENTS_MAX = 64,    /* of one wait; who is left over is in the next */
    BUFFER_SIZE = 4096,
};

static int check(int result, const char *what)
{
    if (result != -1)
        return result;
    perror(what);
    exit(1);
}

static int open_listener(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(fd, (struct sockaddr *)&address, size), "bind");
    check(listen(fd, WAITING_MAX), "listen");
    /* a client that has gone again must not make accept() wait for another */
    check(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
    check(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    fprintf(stderr, "epoll_ctl(ADD, %d)\n", fd);
}

static void accept_one(int epoll_fd, int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd == -1)
        return;
    fprintf(stderr, "accept() = %d\n", fd);
    watch(epoll_fd, fd);
}

/* Return what has come. False: the client has ended, or does not read what we
 * send it; it may not make the others wait, so we part. */
static bool serve(int fd)
{
    char bytes[BUFFER_SIZE];
    ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    fprintf(stderr, "recv(%d) = %zd\n", fd, got);
    if (got == -1)
        return errno == EAGAIN;
    return got > 0 &&
           send(fd, bytes, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL) == got;
}

int main(void)
{
    struct epoll_event events[EVENTS_MAX];
    int listener = open_listener();
    int epoll_fd = check(epoll_create1(0), "epoll_create1");
    watch(epoll_fd, listener);
    for (;;) {
        int ready =
            check(epoll_wait(epoll_fd, events, EVENTS_MAX, -1), "epoll_wait");
        fprintf(stderr, "epoll_wait() = %d\n", ready);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                accept_one(epoll_fd, listener);
            else if (!serve(fd))
                close(fd); /* which takes it out of the kernel's set */
        }
    }
}
