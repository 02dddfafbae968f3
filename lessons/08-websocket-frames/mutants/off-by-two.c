/* expect: a server sends a text of 126 bytes */

static size_t extended_size(uint64_t payload_size)
{
    return payload_size <= LENGTH_16 ? 0 : payload_size <= UINT16_MAX ? 2 : 8;
}
