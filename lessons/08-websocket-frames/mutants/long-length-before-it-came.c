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
    size_t size = 2 + extended + (header.masked ? sizeof header.key : 0);
    header.size = size;
    if (extended == 2 && buf_size(in) < 4)
        return (struct header){0};
    if (extended > 0)
        header.payload_size = read_number(at + 2, extended);
    if (buf_size(in) < size)
        return (struct header){0};
    if (header.masked)
        memcpy(header.key, at + 2 + extended, sizeof header.key);
    return header;
}
