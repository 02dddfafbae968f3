/* expect: the result is HEAD_COMPLETE, and HEAD_BAD was right */

static bool find_end(struct slice bytes, struct head *head)
{
    size_t line = 0; /* where it begins */
    size_t end = bytes.size < HEAD_SIZE_MAX ? bytes.size : HEAD_SIZE_MAX;
    for (size_t i = 0; i < end; i++) {
        if (http_has_class(bytes.data[i], HTTP_CLASS_TEXT))
            continue;
        if (bytes.data[i] != '\n')
            continue;
        if (i == line || (i == line + 1 && bytes.data[line] == '\r')) {
            head->size = i + 1;
            return true;
        }
        line = i + 1;
    }
    return bytes.size < HEAD_SIZE_MAX ||
           refuse(head, "a head that is too large");
}

static struct slice next_line(struct slice *lines)
{
    const char *lf = memchr(lines->data, '\n', lines->size);
    struct slice line = {lines->data, (size_t)(lf - lines->data)};
    *lines = slice_from(*lines, line.size + 1);
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}
