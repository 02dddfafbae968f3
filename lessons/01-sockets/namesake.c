/* namesake.c -- a UDP and a TCP socket, of the same address and port.
 *
 *      socket(SOCK_DGRAM)   bind       for UDP the name is free
 *      socket(SOCK_STREAM)  bind       for TCP it is not, if somebody listens
 *
 *      namesake ADDRESS PORT           (of IPv4)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void try_name(const char *kind, int type, const char *text, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)port)};
    inet_pton(AF_INET, text, &address.sin_addr);
    int fd = socket(AF_INET, type, 0);
    int got = bind(fd, (struct sockaddr *)&address, sizeof address);
    printf("socket(%s) = %d\n", kind, fd);
    printf("bind(%d, %s:%d) = %d%s%s\n", fd, text, port, got,
           got == -1 ? ", " : "", got == -1 ? strerror(errno) : "");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: namesake ADDRESS PORT\n", stderr);
        return 2;
    }
    try_name("SOCK_DGRAM", SOCK_DGRAM, argv[1], atoi(argv[2]));
    try_name("SOCK_STREAM", SOCK_STREAM, argv[1], atoi(argv[2]));
}
