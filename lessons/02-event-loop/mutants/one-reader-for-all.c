/* expect: the second one gets: */

bool line_server_turn(struct line_server *server, int timeout_ms)
{
    if (poll(server->fds, server->count, timeout_ms) <= 0)
        return true;
    for (nfds_t i = server->count - 1; i > 0; i--)
        if (server->fds[i].revents != 0 &&
            !serve(&server->readers[0], server->fds[i].fd))
            drop(server, i);
    if (server->fds[0].revents != 0)
        add(server, accept(server->fds[0].fd, NULL, NULL));
    return true;
}
