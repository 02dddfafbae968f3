/* expect: what send_all() returns is -1, and 0 was right */

int send_all(int fd, struct slice bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent == -1 && errno != EINTR)
            return -1;
        if (sent > 0)
            bytes =
                (struct slice){bytes.data + sent, bytes.size - (size_t)sent};
    }
    return 0;
}
