/* expect: yours: 00 1e ff 04 (4 bytes) */

static bool decode_binary(struct slice text, uint8_t **room,
                          struct packet *packet)
{
    size_t size = 0;
    if (text.size > 0 && !base64_decode(text, *room, &size))
        return false;
    *packet = (struct packet){'4', true, {(const char *)*room, size}};
    return true;
}
