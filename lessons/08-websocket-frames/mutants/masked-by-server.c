/* expect: a server masks (5.1) */

static bool is_allowed(const struct decoder *decoder,
                       const struct header *header)
{
    size_t key_size = header->masked ? sizeof header->key : 0;
    bool has_begun = decoder->opcode != CONTINUATION;
    if (header->rsv != 0 || !is_known(header->opcode) ||
        (decoder->role == SERVER && !header->masked) ||
        header->payload_size >> 63 ||
        header->size != 2 + extended_size(header->payload_size) + key_size)
        return false;
    if (is_control(header->opcode))
        return header->fin && header->payload_size <= CONTROL_MAX;
    return (header->opcode == CONTINUATION) == has_begun;
}
