/* expect: yours: "" */

static long read_size(const char *line)
{
    long size = 0;
    size_t i = 0;
    for (; hex_digit(line[i]) >= 0; i++) {
        if (i == 6)
            return -1;
        size = 10 * size + hex_digit(line[i]);
    }
    bool is_end = line[i] == '\r' || line[i] == ';' || line[i] == ' ';
    return i > 0 && is_end ? size : -1;
}
