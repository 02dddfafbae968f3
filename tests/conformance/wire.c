#include "tests/conformance/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_SIZE = 256 * 1024 };

static struct sockaddr_in local(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

/* A socket that no child inherits: its end must be seen when we close it. */
static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd != -1)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

int wire_listen(int *port)
{
    struct sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    int fd = new_socket();
    if (fd == -1)
        return -1;
    if (bind(fd, (struct sockaddr *)&address, size) == -1 ||
        listen(fd, SOMAXCONN) == -1 ||
        getsockname(fd, (struct sockaddr *)&address, &size) == -1) {
        close(fd);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

/* Bytes go out as they are sent, or cutting them up would be in vain. */
static void start(struct wire *wire, int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *wire = (struct wire){.fd = fd};
}

bool wire_connect(struct wire *wire, int port)
{
    struct sockaddr_in address = local(port);
    int fd = new_socket();
    if (fd == -1)
        return false;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        close(fd);
        return false;
    }
    start(wire, fd);
    return true;
}

static bool wait_for(int fd, short event, int patience_ms)
{
    struct pollfd watched = {.fd = fd, .events = event};
    int ready;
    do
        ready = poll(&watched, 1, patience_ms);
    while (ready == -1 && errno == EINTR);
    return ready == 1;
}

bool wire_accept(struct wire *wire, int listener)
{
    if (!wait_for(listener, POLLIN, WIRE_PATIENCE_MS)) {
        errno = ETIMEDOUT;
        return false;
    }
    int fd = accept(listener, NULL, NULL);
    if (fd == -1)
        return false;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    start(wire, fd);
    return true;
}

/* Take what is there. WIRE_SILENT: nothing is. */
static enum wire_result receive(struct wire *wire)
{
    uint8_t *room = buf_room(&wire->in, RECEIVE_SIZE);
    ssize_t size;
    do
        size = recv(wire->fd, room, RECEIVE_SIZE, MSG_DONTWAIT);
    while (size == -1 && errno == EINTR);
    if (size == 0)
        return WIRE_ENDED;
    if (size == -1)
        return errno == EAGAIN ? WIRE_SILENT : WIRE_RESET;
    buf_added(&wire->in, (size_t)size);
    return WIRE_OK;
}

void wire_send(struct wire *wire, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(wire->fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            at += sent;
            size -= (size_t)sent;
        } else if (errno == EAGAIN) {
            receive(wire); /* or both ends could wait for each other */
            if (!wait_for(wire->fd, POLLOUT, WIRE_PATIENCE_MS))
                return;
        } else if (errno != EINTR) {
            return;
        }
    }
}

void wire_finish(struct wire *wire)
{
    shutdown(wire->fd, SHUT_WR);
}

enum wire_result wire_need(struct wire *wire, size_t size, int patience_ms)
{
    while (buf_size(&wire->in) < size) {
        enum wire_result result = receive(wire);
        if (result == WIRE_SILENT && wait_for(wire->fd, POLLIN, patience_ms))
            continue;
        if (result != WIRE_OK)
            return result;
    }
    return WIRE_OK;
}

enum wire_result wire_more(struct wire *wire)
{
    return wire_need(wire, buf_size(&wire->in) + 1, WIRE_PATIENCE_MS);
}

bool wire_is_quiet(struct wire *wire, int within_ms)
{
    if (buf_size(&wire->in) > 0)
        return false;
    return wire_need(wire, 1, within_ms) == WIRE_SILENT;
}

void wire_close(struct wire *wire)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(wire->fd);
    buf_free(&wire->in);
}

const char *wire_says(enum wire_result result)
{
    switch (result) {
    case WIRE_OK: return "more bytes";
    case WIRE_ENDED: return "the end of the connection";
    case WIRE_RESET: return "a reset of the connection";
    case WIRE_SILENT: return "nothing";
    }
    return "";
}
