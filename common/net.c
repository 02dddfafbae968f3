#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct tcp_info, of musl */
#endif

#include "common/net.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <linux/tcp.h> /* glibc's struct tcp_info ends too early */
#else
#include <netinet/tcp.h>
#endif

#include "common/limits.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* where it is missing, the programs ignore SIGPIPE */
#endif

void net_close(int fd)
{
    int saved = errno;
    close(fd); /* not again on EINTR: the descriptor is gone all the same */
    errno = saved;
}

/* The descriptor, made non-blocking and closed on exec; or closed, and -1. */
static int prepared(int fd)
{
    int on = 1;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
        fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
        net_close(fd);
        return -1;
    }
    /* We send whole messages; Nagle's algorithm would only hold back the last.
     * (It fails on a Unix-domain socket, which does not have it.) */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* ------------------------------------------------------------- peers */

static struct net_peer peer_of(const struct sockaddr_storage *address)
{
    struct net_peer peer = {.family = address->ss_family};
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        memcpy(peer.address, &in->sin_addr, sizeof in->sin_addr);
        peer.port = ntohs(in->sin_port);
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        memcpy(peer.address, &in6->sin6_addr, sizeof in6->sin6_addr);
        peer.port = ntohs(in6->sin6_port);
    }
    return peer;
}

const char *net_peer_name(const struct net_peer *peer, char name[NET_NAME_MAX])
{
    char text[INET6_ADDRSTRLEN];
    if (peer->family != AF_INET && peer->family != AF_INET6)
        return memcpy(name, "unix", sizeof "unix");
    inet_ntop(peer->family, peer->address, text, sizeof text);
    const char *format = peer->family == AF_INET ? "%s:%u" : "[%s]:%u";
    snprintf(name, NET_NAME_MAX, format, text, (unsigned)peer->port);
    return name;
}

/* ------------------------------------------------------------- server */

static int listen_at(const struct addrinfo *at)
{
    int on = 1;
    int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd == -1)
        return -1;
    /* A server that starts again must not wait for its old connections. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == -1 ||
        listen(fd, LISTEN_BACKLOG) == -1) {
        net_close(fd);
        return -1;
    }
    return prepared(fd);
}

static struct addrinfo *look_up(const char *host, const char *port, int flags,
                                const char **why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(host, port, &hints, &found);
    if (error == 0)
        return found;
    *why = error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error);
    return NULL;
}

int net_listen(const char *address, const char *port, const char **why)
{
    struct addrinfo *found = look_up(address, port, AI_PASSIVE, why);
    int fd = -1;
    for (struct addrinfo *at = found; at && fd == -1; at = at->ai_next)
        if ((fd = listen_at(at)) == -1)
            *why = strerror(errno);
    if (found != NULL)
        freeaddrinfo(found);
    return fd;
}

/* The address of a path; false, and ENAMETOOLONG, when it does not fit. */
static bool unix_address(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(address->sun_path, path, strlen(path));
    return true;
}

/* A socket file stays behind when its server was killed. */
static void remove_if_dead(const char *path, const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(path, &status) == -1 || !S_ISSOCK(status.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd == -1 || (fd = prepared(fd)) == -1)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) == -1 &&
        errno == ECONNREFUSED)
        unlink(path);
    net_close(fd);
}

static int listen_at_path(const char *path)
{
    struct sockaddr_un address;
    if (!unix_address(path, &address))
        return -1;
    remove_if_dead(path, &address);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd == -1)
        return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1 ||
        listen(fd, LISTEN_BACKLOG) == -1) {
        net_close(fd);
        return -1;
    }
    return prepared(fd);
}

/* EADDRINUSE says no more than that there is something. */
static const char *what_is_at(const char *path)
{
    struct stat status;
    bool is_socket = lstat(path, &status) == 0 && S_ISSOCK(status.st_mode);
    return is_socket ? "in use by another server"
                     : "something is there that is no socket";
}

int net_listen_unix(const char *path, const char **why)
{
    int fd = listen_at_path(path);
    if (fd == -1)
        *why = errno == EADDRINUSE ? what_is_at(path) : strerror(errno);
    return fd;
}

int net_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) == -1)
        return 0;
    return peer_of(&address).port;
}

int net_accept(int listener, struct net_peer *peer)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    int fd;
    do
        fd = accept(listener, (struct sockaddr *)&address, &size);
    while (fd == -1 && (errno == EINTR || errno == ECONNABORTED));
    if (fd == -1)
        return -1;
    *peer = peer_of(&address);
    return prepared(fd);
}

/* ------------------------------------------------------------- client */

struct addrinfo *net_resolve(const char *host, const char *port,
                             const char **why)
{
    return look_up(host, port, AI_NUMERICSERV, why);
}

static int begin_to_connect(int fd, const void *address, socklen_t size)
{
    if (fd == -1 || (fd = prepared(fd)) == -1)
        return -1;
    int result = connect(fd, address, size);
    /* EINTR: the kernel goes on connecting; asking again would fail */
    if (result == -1 && errno != EINPROGRESS && errno != EINTR) {
        net_close(fd);
        return -1;
    }
    return fd;
}

int net_connect(const struct addrinfo *address, struct net_peer *peer)
{
    struct sockaddr_storage copy = {0};
    memcpy(&copy, address->ai_addr, address->ai_addrlen);
    *peer = peer_of(&copy);
    int fd = socket(address->ai_family, address->ai_socktype, 0);
    return begin_to_connect(fd, address->ai_addr, address->ai_addrlen);
}

int net_connect_unix(const char *path, struct net_peer *peer)
{
    struct sockaddr_un address;
    *peer = (struct net_peer){.family = AF_UNIX};
    if (!unix_address(path, &address))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return begin_to_connect(fd, &address, sizeof address);
}

int net_connect_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
        return errno;
    return error;
}

/* ------------------------------------------------------------- both */

ssize_t net_receive(int fd, void *bytes, size_t size)
{
    ssize_t got;
    do
        got = recv(fd, bytes, size, 0);
    while (got == -1 && errno == EINTR);
    return got;
}

ssize_t net_send(int fd, struct slice bytes)
{
    ssize_t sent;
    do
        sent = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
    while (sent == -1 && errno == EINTR);
    return sent;
}

ssize_t net_send_parts(int fd, const struct slice *parts, uint8_t count)
{
    struct iovec vectors[NET_PARTS_MAX];
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = count};
    ssize_t sent;
    assert(count <= NET_PARTS_MAX);
    for (uint8_t i = 0; i < count; i++)
        vectors[i] = (struct iovec){.iov_base = (char *)parts[i].data,
                                    .iov_len = parts[i].size};
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent == -1 && errno == EINTR);
    return sent;
}

void net_end(int fd)
{
    shutdown(fd, SHUT_WR);
}

struct net_traffic net_traffic(int fd)
{
    struct net_traffic traffic = {0};
#ifdef __linux__
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info); /* an older kernel fills less of it */
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
        traffic = (struct net_traffic){
            .bytes_up = info.tcpi_bytes_acked,
            .bytes_down = info.tcpi_bytes_received,
            .segments_up = info.tcpi_segs_out,
            .segments_down = info.tcpi_segs_in,
        };
#else
    (void)fd;
#endif
    return traffic;
}

void net_traffic_add(struct net_traffic *sum, int fd)
{
    struct net_traffic traffic = net_traffic(fd);
    sum->bytes_up += traffic.bytes_up;
    sum->bytes_down += traffic.bytes_down;
    sum->segments_up += traffic.segments_up;
    sum->segments_down += traffic.segments_down;
}

void net_random(void *bytes, size_t size)
{
    if (getentropy(bytes, size) ==
        -1) { /* getrandom(2), as every libc has it */
        perror("getentropy");
        abort();
    }
}
