/* expect: the body: "0\r\n\rx" */

static int next_state(struct stream *stream, char byte)
{
    switch (stream->state) {
    case SIZE: return in_size(stream, byte);
    case DATA: return in_data(stream, byte);
    case DATA_CR: return byte == '\r' ? DATA_LF : BAD;
    case DATA_LF: return byte == '\n' ? SIZE : BAD;
    case LAST_CR: return byte == '\r' ? ENDED : BAD;
    case LAST_LF: return BAD;
    }
    return stream->state;
}
