/* expect: the server closes the first one's connection */

static bool serve(struct line_reader *reader, int fd)
{
    char bytes[BUFFER_SIZE];
    struct slice line;
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (got == -1)
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
