/* expect: yours: "message[]: one\nmessage[]: two\n" */

static bool read_text(struct stream *stream, char byte)
{
    bool is_behind_cr = stream->is_after_cr && byte == '\n';
    stream->is_after_cr = byte == '\r';
    (void)is_behind_cr;
    if (byte == '\n' || byte == '\r')
        return end_line(stream);
    if (stream->line_size + 1 == LINE_SIZE)
        return false;
    stream->line[stream->line_size++] = byte;
    return true;
}
