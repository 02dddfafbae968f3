/* expect: a character of two bytes, one in each fragment */

static struct event take_data(struct decoder *decoder,
                              const struct header *header, struct slice payload)
{
    if (header->opcode != CONTINUATION) {
        decoder->opcode = header->opcode;
        buf_free(&decoder->message);
    }
    buf_append_slice(&decoder->message, payload);
    if (decoder->opcode == TEXT && !utf8_is_valid(payload.data, payload.size))
        return fail(BAD_DATA);
    if (!header->fin)
        return (struct event){.type = NEED_MORE};

    struct slice whole = buf_slice(&decoder->message);
    struct event event = {
        .type = MESSAGE, .opcode = decoder->opcode, .payload = whole};
    decoder->opcode = CONTINUATION;
    if (event.opcode == TEXT && !utf8_is_valid(whole.data, whole.size))
        return fail(BAD_DATA);
    return event;
}
