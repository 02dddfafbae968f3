/* expect: the frame: the first byte that differs is number 7 */

static void mask(uint8_t *bytes, size_t size, const uint8_t key[4])
{
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= key[0];
}
