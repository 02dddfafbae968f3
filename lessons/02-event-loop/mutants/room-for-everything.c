/* expect: index 80 out of bounds */

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
        reader->bytes[reader->size++] = *in->data;
    }
    return LINE_NEED_MORE;
}
