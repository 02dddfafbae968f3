/* expect: listening twice at the same port */
#include "lessons/01-sockets/exercise.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAITING_MAX = 16 };

/* close(2), and errno stays what it was. */
static int give_up(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int listen_at(const struct addrinfo *at)
{
    int on = 1;
    int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd == -1)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == -1 ||
        listen(fd, WAITING_MAX) == -1)
        return give_up(fd);
    return fd;
}

static int connect_at(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd == -1)
        return -1;
    if (connect(fd, at->ai_addr, at->ai_addrlen) == -1)
        return give_up(fd);
    return fd;
}

/* NULL, and errno is EINVAL, when nobody knows these names. */
static struct addrinfo *look_up(const char *host, const char *port, int flags)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) == 0)
        return found;
    errno = EINVAL;
    return NULL;
}

static void forget(struct addrinfo *found)
{
    int error = errno;
    if (found != NULL)
        freeaddrinfo(found);
    errno = error;
}

int listen_on(const char *address, const char *port)
{
    struct addrinfo *found = look_up(address, port, AI_PASSIVE);
    int fd = -1;
    for (const struct addrinfo *at = found; at && fd == -1; at = at->ai_next)
        fd = listen_at(at);
    forget(found);
    return fd;
}

int connect_first(const struct addrinfo *addresses)
{
    int fd = -1;
    for (const struct addrinfo *at = addresses; at && fd == -1;
         at = at->ai_next)
        fd = connect_at(at);
    return fd;
}

int connect_to(const char *host, const char *port)
{
    struct addrinfo *found = look_up(host, port, 0);
    int fd = connect_first(found);
    forget(found);
    return fd;
}

int send_all(int fd, struct slice bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent == -1 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else if (sent == -1 && errno != EINTR)
            return -1;
        if (sent > 0)
            bytes =
                (struct slice){bytes.data + sent, bytes.size - (size_t)sent};
    }
    return 0;
}
