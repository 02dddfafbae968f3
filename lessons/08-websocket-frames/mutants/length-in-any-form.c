/* expect: a length of 5 in 16 bits */

static bool is_allowed(const struct decoder *decoder,
                       const struct header *header)
{
    bool has_begun = decoder->opcode != CONTINUATION;
    if (header->rsv != 0 || !is_known(header->opcode) ||
        header->masked != (decoder->role == SERVER) ||
        header->payload_size >> 63)
        return false;
    if (is_control(header->opcode))
        return header->fin && header->payload_size <= CONTROL_MAX;
    return (header->opcode == CONTINUATION) == has_begun;
}
