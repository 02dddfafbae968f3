/* expect: comes: 34 68 65 6c 6c 6f 1e 32 1e 34 */

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
