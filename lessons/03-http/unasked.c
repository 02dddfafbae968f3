/* unasked.c -- a connection to a web server, and at first nothing is asked.
 *
 *      unasked ADDRESS PORT PATH
 *
 * It connects, and waits for a line on standard input: meanwhile the server may
 * have something to say. Then it counts what came, asks, and counts again.
 */
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

#include "common/buf.h"
#include "common/net.h"

enum { BUFFER_SIZE = 4096, LINE_SIZE = 16 };

static int connect_to(const char *address, const char *port)
{
    const char *why = "refused";
    struct addrinfo *found = net_resolve(address, port, &why);
    int fd = found ? socket(found->ai_family, SOCK_STREAM, 0) : -1;
    if (fd == -1 || connect(fd, found->ai_addr, found->ai_addrlen) == -1) {
        fprintf(stderr, "unasked: not connected: %s\n", why);
        return -1;
    }
    freeaddrinfo(found);
    return fd;
}

/* How many bytes come until the end; or, with MSG_DONTWAIT, are here now. */
static size_t count_bytes(int fd, int flags)
{
    char bytes[BUFFER_SIZE];
    size_t count = 0;
    ssize_t got;
    while ((got = recv(fd, bytes, sizeof bytes, flags)) > 0)
        count += (size_t)got;
    return count;
}

int main(int argc, char **argv)
{
    char line[LINE_SIZE];
    struct buf request = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: unasked ADDRESS PORT PATH\n");
        return 2;
    }
    int fd = connect_to(argv[1], argv[2]);
    if (fd == -1 || fgets(line, sizeof line, stdin) == NULL)
        return 1;
    printf("unasked %zu\n", count_bytes(fd, MSG_DONTWAIT));
    buf_printf(&request,
               "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
               argv[3], argv[1]);
    net_send(fd, buf_slice(&request));
    printf("asked %zu\n", count_bytes(fd, 0));
    buf_free(&request);
    net_close(fd);
}
