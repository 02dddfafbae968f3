/* expect: comes: "" (0 bytes) */

int payload_decode(struct slice payload, uint8_t *room,
                   struct packet packets[PACKETS_MAX])
{
    size_t start = 0;
    int count = 0;
    for (size_t i = 0; i <= payload.size; i++) {
        if (i < payload.size && payload.data[i] != '\x1e')
            continue;
        struct slice encoded = {payload.data + start, i - start};
        start = i + 1;
        if (encoded.size == 0)
            continue;
        if (count == PACKETS_MAX || !decode(encoded, &room, &packets[count]))
            return PAYLOAD_BAD;
        count++;
    }
    return count;
}
