/* expect: the fourth one gets: */

static void add(struct line_server *server, int fd)
{
    if (fd == -1)
        return;
    if (server->count == 1 + CLIENTS_MAX) {
        close(fd);
        return;
    }
    server->fds[server->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    server->count++;
}
