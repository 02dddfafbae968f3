/* expect: it crashed: Broken pipe */

static bool send_line(int fd, struct slice line)
{
    char bytes[LINE_SIZE_MAX + 1];
    memcpy(bytes, line.data, line.size);
    bytes[line.size] = '\n';
    return send(fd, bytes, line.size + 1, MSG_DONTWAIT) ==
           (ssize_t)line.size + 1;
}
