/* expect: it comes one byte at a time */

enum stream_result stream_feed(struct stream *stream, struct slice bytes)
{
    stream->line_size = 0;
    for (size_t i = 0; i < bytes.size; i++)
        stream->state = next_state(stream, bytes.data[i]);
    if (stream->state == BAD)
        return STREAM_BAD;
    return stream->state == ENDED ? STREAM_ENDED : STREAM_OPEN;
}
