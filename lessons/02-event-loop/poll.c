/* poll.c -- wait for all clients at once, and serve who is ready.
 *
 *      +--> poll(all of them) --> accept who is new --> recv and send, once,
 *      |                                                for each who is ready
 *      +-----------------------------------------------------------------+
 *
 * It returns what clients say. The set of descriptors is ours, and is handed to
 * the kernel again at each wait. Where it listens is the first line of standard
 * output; its calls are on standard error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    WAITING_MAX = 1024, /* connections that the kernel keeps until accept() */
    CLIENTS_MAX = 1000, /* more of them are not accepted */
    BUFFER_SIZE = 4096,
};

struct server {
    struct pollfd fds[1 + CLIENTS_MAX]; /* the first one is the listener's */
    nfds_t count;
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

static void watch(struct server *server, int fd)
{
    server->fds[server->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    server->count++;
}

static void accept_one(struct server *server)
{
    int fd = accept(server->fds[0].fd, NULL, NULL);
    if (fd == -1)
        return;
    fprintf(stderr, "accept() = %d\n", fd);
    if (server->count == 1 + CLIENTS_MAX)
        close(fd);
    else
        watch(server, fd);
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

/* The last one takes the place of the one that goes. */
static void drop(struct server *server, nfds_t i)
{
    close(server->fds[i].fd);
    server->fds[i] = server->fds[--server->count];
}

int main(void)
{
    struct server server = {0};
    watch(&server, open_listener());
    for (;;) {
        int ready = check(poll(server.fds, server.count, -1), "poll");
        fprintf(stderr, "poll(%d) = %d\n", (int)server.count, ready);
        /* down from the end: who takes a place has been looked at */
        for (nfds_t i = server.count - 1; i > 0; i--)
            if (server.fds[i].revents != 0 && !serve(server.fds[i].fd))
                drop(&server, i);
        if (server.fds[0].revents != 0)
            accept_one(&server);
    }
}
