/* expect: out of bounds */

static void add(struct line_server *server, int fd)
{
    if (fd == -1)
        return;
    server->fds[server->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    server->readers[server->count] = (struct line_reader){0};
    server->count++;
}
