/* expect: it hangs */

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
    if (!serve(&server->readers[server->count - 1], fd))
        close(server->fds[--server->count].fd);
}
