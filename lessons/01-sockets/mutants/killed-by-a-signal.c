/* expect: it crashed: Broken pipe */

int send_all(int fd, struct slice bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(fd, bytes.data, bytes.size, 0);
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
