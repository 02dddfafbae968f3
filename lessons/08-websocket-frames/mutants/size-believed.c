/* expect: a header promises 2^62 bytes */

static bool take_frame(struct decoder *decoder, struct event *event)
{
    struct header header = read_header(&decoder->in);
    if (header.size == 0)
        return false;
    if (!is_allowed(decoder, &header)) {
        *event = fail(PROTOCOL_ERROR);
        return true;
    }
    buf_room(&decoder->message, (size_t)header.payload_size);
    if (buf_size(&decoder->in) - header.size < header.payload_size)
        return false;
    uint8_t *bytes = buf_head(&decoder->in) + header.size;
    size_t size = (size_t)header.payload_size;
    buf_consume(&decoder->in, header.size + size);
    if (header.masked)
        mask(bytes, size, header.key);
    struct slice payload = {(const char *)bytes, size};
    *event = is_control(header.opcode) ? take_control(header.opcode, payload)
                                       : take_data(decoder, &header, payload);
    return true;
}
