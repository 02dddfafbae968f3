/* expect: it comes one byte at a time */

static enum line_result end_line(struct line_reader *reader, struct slice *line,
                                 bool has_cr)
{
    *line = (struct slice){reader->bytes, reader->size};
    if (has_cr)
        line->size--;
    reader->is_complete = true;
    return LINE_COMPLETE;
}

enum line_result line_next(struct line_reader *reader, struct slice *in,
                           struct slice *line)
{
    if (reader->is_complete)
        *reader = (struct line_reader){0};
    const char *begin = in->data;
    for (; in->size > 0; in->data++, in->size--) {
        if (*in->data == '\n') {
            bool has_cr = in->data > begin && in->data[-1] == '\r';
            in->data++;
            in->size--;
            return end_line(reader, line, has_cr);
        }
        if (reader->size == LINE_SIZE_MAX)
            return LINE_TOO_LONG;
        reader->bytes[reader->size++] = *in->data;
    }
    return LINE_NEED_MORE;
}
