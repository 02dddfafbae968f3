/* expect: the second one gets: yours differs from its beginning on */

static void drop(struct line_server *server, nfds_t i)
{
    close(server->fds[i].fd);
    server->count--;
    server->fds[i] = server->fds[server->count];
}
