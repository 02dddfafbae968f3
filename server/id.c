#include "server/id.h"

#include <stdint.h>

#include "common/net.h"

void id_make(char id[ID_SIZE])
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t bytes[ID_SIZE - 1];
    net_random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        id[i] = digits[bytes[i] & 63];
    id[sizeof bytes] = '\0';
}
