/* expect: yours: "message[]: one\nmessage[]: two\n" */

static int in_data(struct stream *stream, char byte)
{
    if (!read_text(stream, byte))
        return BAD;
    if (--stream->left > 0)
        return DATA;
    dispatch(stream);
    return DATA_CR;
}
