/* client.c -- the calls of a client, each printed when it has been made.
 *
 *      server   socket  bind  listen  accept -+- recv  send ... recv = 0  close
 *      client   socket  connect --------------+- send  recv ... close
 *
 *      client ADDRESS PORT TEXT
 *
 * It sends the text, reads until as much has come back, and ends. The calls are
 * on standard error, as the server's are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 4096,
    SHOWN_MAX = 12, /* bytes of a text that are printed */
    NAME_MAX_SIZE = 64,
};

/* Print a call and its result. An error ends the program: the real server and
 * client live on. */
static void did(long result, const char *format, ...)
{
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " = %ld", result);
    fprintf(stderr, result == -1 ? ", %s\n" : "\n", strerror(error));
    if (result == -1)
        exit(1);
}

/* "127.0.0.1:47504" or "[::1]:47504". */
static const char *name_of(const struct sockaddr *address, socklen_t size,
                           char name[NAME_MAX_SIZE])
{
    char host[INET6_ADDRSTRLEN], port[8];
    getnameinfo(address, size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    const char *format = address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s";
    snprintf(name, NAME_MAX_SIZE, format, host, port);
    return name;
}

/* An address is of one family or the other; returns how long it is. */
static socklen_t read_address(const char *text, const char *port,
                              struct sockaddr_storage *address)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    in_port_t number = htons((in_port_t)atoi(port));
    *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = number};
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        return sizeof *v4;
    *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = number};
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
        return sizeof *v6;
    fprintf(stderr, "client: %s is no address\n", text);
    exit(2);
}

static int open_connection(struct sockaddr *address, socklen_t size)
{
    char name[NAME_MAX_SIZE];
    int fd = socket(address->sa_family, SOCK_STREAM, 0);
    did(fd, "socket(SOCK_STREAM)");
    did(connect(fd, address, size), "connect(%d, %s)", fd,
        name_of(address, size, name));
    return fd;
}

/* A read may bring less than was sent: read on. */
static void read_answer(int fd, size_t size)
{
    char bytes[BUFFER_SIZE];
    ssize_t got = 1;
    for (size_t left = size; left > 0 && got > 0; left -= (size_t)got) {
        got = recv(fd, bytes, sizeof bytes, 0);
        int shown = got < SHOWN_MAX ? (int)got : SHOWN_MAX;
        did(got, "recv(%d, \"%.*s\")", fd, shown, bytes);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_storage address = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: client ADDRESS PORT TEXT\n");
        return 2;
    }
    const char *text = argv[3];
    socklen_t size = read_address(argv[1], argv[2], &address);
    int fd = open_connection((struct sockaddr *)&address, size);
    ssize_t sent = send(fd, text, strlen(text), MSG_NOSIGNAL);
    did(sent, "send(%d, \"%.*s\")", fd, SHOWN_MAX, text);
    read_answer(fd, (size_t)sent);
    did(close(fd), "close(%d)", fd);
}
