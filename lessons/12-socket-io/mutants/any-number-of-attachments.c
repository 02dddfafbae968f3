/* expect: comes: "511-["hello"]" */

static bool take_attachments(struct slice *text, struct packet *packet)
{
    uint64_t count;
    if (packet->type != BINARY_EVENT && packet->type != BINARY_ACK)
        return true;
    if (!take_number(text, &count) || count < 1 || text->size == 0 ||
        text->data[0] != '-')
        return false;
    packet->attachments = (size_t)count;
    advance(text, 1);
    return true;
}
