/* expect: not so: it says STREAM_BAD */

static int next_state(struct stream *stream, char byte)
{
    switch (stream->state) {
    case SIZE: return in_size(stream, byte);
    case DATA: return in_data(stream, byte);
    case DATA_CR: return DATA_LF;
    case DATA_LF: return SIZE;
    case LAST_CR: return byte == '\r' ? LAST_LF : BAD;
    case LAST_LF: return byte == '\n' ? ENDED : BAD;
    }
    return stream->state;
}
