/* expect: a client sends "Hello" twice, the second time behind the first */

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
        mask(buf_head(out) + 2 + extended + 4, buf_size(out) - 6 - extended,
             frame->key);
}
