/* expect: it crashed: heap-buffer-overflow at */

static struct header read_header(const struct buf *in)
{
    const uint8_t *at = buf_head(in);
    if (buf_size(in) < 2)
        return (struct header){0};
    struct header header = {
        .fin = at[0] & 0x80,
        .rsv = at[0] & 0x70,
        .opcode = at[0] & 0x0f,
        .masked = at[1] & 0x80,
        .payload_size = at[1] & 0x7f,
    };
    size_t extended = header.payload_size == LENGTH_16   ? 2
                      : header.payload_size == LENGTH_64 ? 8
                                                         : 0;
    size_t size = 2 + extended;
    if (buf_size(in) < size)
        return (struct header){0};
    header.size = size + (header.masked ? sizeof header.key : 0);
    if (extended > 0)
        header.payload_size = read_number(at + 2, extended);
    if (header.masked)
        memcpy(header.key, at + 2 + extended, sizeof header.key);
    return header;
}

static bool take_frame(struct decoder *decoder, struct event *event)
{
    struct header header = read_header(&decoder->in);
    if (header.size == 0)
        return false;
    if (!is_allowed(decoder, &header)) {
        *event = fail(PROTOCOL_ERROR);
        return true;
    }
    if (buf_size(&decoder->in) < header.size + header.payload_size)
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
