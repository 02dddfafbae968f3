/* expect: bytes that came out is */

int send_all(int fd, struct slice bytes)
{
    ssize_t sent = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
    return sent == -1 ? -1 : 0;
}
