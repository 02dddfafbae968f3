/* expect: what payload_decode() returns is 2, and 3 was right */

int payload_decode(struct slice payload, uint8_t *room,
                   struct packet packets[PACKETS_MAX])
{
    size_t start = 0;
    int count = 0;
    for (size_t i = 0; i < payload.size; i++) {
        if (payload.data[i] != '\x1e')
            continue;
        struct slice encoded = {payload.data + start, i - start};
        if (count == PACKETS_MAX || !decode(encoded, &room, &packets[count]))
            return PAYLOAD_BAD;
        count++;
        start = i + 1;
    }
    return count;
}
