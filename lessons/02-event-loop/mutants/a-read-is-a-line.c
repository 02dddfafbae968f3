/* expect: yours: "<on>" */

enum line_result line_next(struct line_reader *reader, struct slice *in,
                           struct slice *line)
{
    if (reader->is_complete)
        *reader = (struct line_reader){0};
    for (; in->size > 0; in->data++, in->size--) {
        if (*in->data == '\n') {
            in->data++;
            in->size--;
            return end_line(reader, line);
        }
        if (reader->size == LINE_SIZE_MAX)
            return LINE_TOO_LONG;
        reader->bytes[reader->size++] = *in->data;
    }
    return reader->size > 0 ? end_line(reader, line) : LINE_NEED_MORE;
}
