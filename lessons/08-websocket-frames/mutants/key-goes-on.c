/* expect: three binary messages, each with a key of its own */

static size_t turn; /* of the key */

static void mask(uint8_t *bytes, size_t size, const uint8_t key[4])
{
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= key[turn++ % 4];
}
