/* expect: comes: "20["hello"]" */

enum result packet_read(struct slice text, struct packet *packet)
{
    *packet = (struct packet){0};
    if (text.size == 0 || text.data[0] < '0' || text.data[0] > '6')
        return BAD;
    packet->type = (enum packet_type)text.data[0];
    advance(&text, 1);
    if (!take_attachments(&text, packet))
        return BAD;
    take_namespace(&text, packet);
    if (!take_number(&text, &packet->id))
        return BAD;
    packet->has_id = packet->id != 0;
    packet->payload = text;
    return is_payload(packet) ? COMPLETE : BAD;
}
