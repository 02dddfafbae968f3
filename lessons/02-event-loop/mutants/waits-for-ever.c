/* expect: it hangs */
#include "lessons/02-event-loop/exercise.h"

#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 4096 };

static enum line_result end_line(struct line_reader *reader, struct slice *line)
{
    *line = (struct slice){reader->bytes, reader->size};
    if (line->size > 0 && line->data[line->size - 1] == '\r')
        line->size--;
    reader->is_complete = true;
    return LINE_COMPLETE;
}

enum line_result line_next(struct line_reader *reader, struct slice *in,
                           struct slice *line)
{
    if (reader->is_complete)
        *reader = (struct line_reader){0};
    for (; in->size > 0; in->data++, in->size--) {
        if (*in->data == '\n') {
            in->data++;
            in->size--;
            return end_line(reader, line);
        }
        if (reader->size == LINE_SIZE_MAX)
            return LINE_TOO_LONG;
        reader->bytes[reader->size++] = *in->data;
    }
    return LINE_NEED_MORE;
}

static bool send_line(int fd, struct slice line)
{
    char bytes[LINE_SIZE_MAX + 1];
    memcpy(bytes, line.data, line.size);
    bytes[line.size] = '\n';
    return send(fd, bytes, line.size + 1, MSG_DONTWAIT | MSG_NOSIGNAL) ==
           (ssize_t)line.size + 1;
}

/* False: part with this client. */
static bool serve(struct line_reader *reader, int fd)
{
    char bytes[BUFFER_SIZE];
    struct slice line;
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0)
        return false;
    struct slice in = {bytes, (size_t)got};
    for (;;) {
        enum line_result result = line_next(reader, &in, &line);
        if (result != LINE_COMPLETE)
            return result == LINE_NEED_MORE;
        if (!send_line(fd, line))
            return false;
    }
}

static void add(struct line_server *server, int fd)
{
    if (fd == -1)
        return;
    if (server->count == 1 + CLIENTS_MAX) {
        close(fd);
        return;
    }
    server->fds[server->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    server->readers[server->count] = (struct line_reader){0};
    server->count++;
}

static void drop(struct line_server *server, nfds_t i)
{
    close(server->fds[i].fd);
    server->count--;
    server->fds[i] = server->fds[server->count];
    server->readers[i] = server->readers[server->count];
}

bool line_server_turn(struct line_server *server, int timeout_ms)
{
    (void)timeout_ms;
    if (poll(server->fds, server->count, -1) <= 0)
        return true;
    for (nfds_t i = server->count - 1; i > 0; i--)
        if (server->fds[i].revents != 0 &&
            !serve(&server->readers[i], server->fds[i].fd))
            drop(server, i);
    if (server->fds[0].revents != 0)
        add(server, accept(server->fds[0].fd, NULL, NULL));
    return true;
}
