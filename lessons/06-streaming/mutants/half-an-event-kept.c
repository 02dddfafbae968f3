/* expect: yours: "message[]: b|B\nmessage[2] */

void stream_restart(struct stream *stream)
{
    stream->state = SIZE;
    stream->size_size = 0;
}
