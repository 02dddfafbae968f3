/* expect: a binary message in two fragments, the first of 3 bytes */

static void mask(uint8_t *bytes, size_t size, const uint8_t key[4], size_t turn)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= key[(turn + i) % 4];
}

void encode_frame(struct buf *out, enum role role, const struct frame *frame)
{
    size_t size = frame->payload.size;
    size_t extended = extended_size(size);
    uint64_t length = extended == 0 ? size : extended == 2 ? 126 : 127;
    append_number(out, (frame->fin ? 0x80u : 0u) | frame->opcode, 1);
    append_number(out, (role == CLIENT ? 0x80u : 0u) | length, 1);
    append_number(out, size, extended);
    if (role == CLIENT)
        buf_append(out, frame->key, sizeof frame->key);
    buf_append_slice(out, frame->payload);
    if (role == CLIENT)
        mask(buf_head(out) + buf_size(out) - size, size, frame->key, 0);
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
    if (buf_size(&decoder->in) - header.size < header.payload_size)
        return false;
    uint8_t *bytes = buf_head(&decoder->in) + header.size;
    size_t size = (size_t)header.payload_size;
    buf_consume(&decoder->in, header.size + size);
    if (header.masked)
        mask(bytes, size, header.key,
             header.opcode == CONTINUATION ? buf_size(&decoder->message) : 0);
    struct slice payload = {(const char *)bytes, size};
    *event = is_control(header.opcode) ? take_control(header.opcode, payload)
                                       : take_data(decoder, &header, payload);
    return true;
}
