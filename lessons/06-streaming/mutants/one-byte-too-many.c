/* expect: index 512 out of bounds */

static bool add_data(struct stream *stream, const char *value)
{
    size_t size = strlen(value);
    if (stream->data_size + size > DATA_SIZE)
        return false;
    memcpy(stream->data + stream->data_size, value, size);
    stream->data_size += size;
    stream->data[stream->data_size++] = '\n';
    return true;
}
