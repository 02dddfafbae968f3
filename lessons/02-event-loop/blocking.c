/* blocking.c -- serve one client, then the next one.
 *
 *      accept  recv ... send  recv ... send  recv ... = 0  close  accept
 *                  ^ waits here for this client, and serves nobody else
 *
 * It returns what clients say. Where it listens is the first line of standard
 * output; its calls are on standard error.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    WAITING_MAX = 1024, /* connections that the kernel keeps until accept() */
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
    check(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* Return what comes, until the client has ended. */
static void serve(int fd)
{
    char bytes[BUFFER_SIZE];
    ssize_t got;
    while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        fprintf(stderr, "recv(%d) = %zd\n", fd, got);
        if (send(fd, bytes, (size_t)got, MSG_NOSIGNAL) != got)
            break;
    }
    fprintf(stderr, "close(%d)\n", fd);
    close(fd);
}

int main(void)
{
    int listener = open_listener();
    for (;;) {
        int fd = check(accept(listener, NULL, NULL), "accept");
        fprintf(stderr, "accept() = %d\n", fd);
        serve(fd);
    }
}
