/* expect: an event comes of one line of 306 bytes */

static bool read_text(struct stream *stream, char byte)
{
    bool is_behind_cr = stream->is_after_cr && byte == '\n';
    stream->is_after_cr = byte == '\r';
    if (is_behind_cr)
        return true;
    if (byte == '\n' || byte == '\r')
        return end_line(stream);
    if (stream->line_size + 1 == LINE_SIZE)
        return true;
    stream->line[stream->line_size++] = byte;
    return true;
}
