/* expect: comes: "2/chat,17["hello"]" */

enum result packet_read(struct slice text, struct packet *packet)
{
    *packet = (struct packet){0};
    if (text.size == 0 || text.data[0] < '0' || text.data[0] > '6')
        return BAD;
    packet->type = (enum packet_type)text.data[0];
    advance(&text, 1);
    if (!take_attachments(&text, packet))
        return BAD;
    packet->has_id = is_digit(text);
    if (!take_number(&text, &packet->id))
        return BAD;
    take_namespace(&text, packet);
    packet->payload = text;
    return is_payload(packet) ? COMPLETE : BAD;
}
