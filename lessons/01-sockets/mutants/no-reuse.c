/* expect: not so: the server can start again at once */

static int listen_at(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd == -1)
        return -1;
    if (bind(fd, at->ai_addr, at->ai_addrlen) == -1 ||
        listen(fd, WAITING_MAX) == -1)
        return give_up(fd);
    return fd;
}
