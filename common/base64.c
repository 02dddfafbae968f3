#include "common/base64.h"

#include <string.h>

/* Table 1 of RFC 4648. */
static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The way back. Each value stands here with VALID added, so that 0 is left
 * for what is not in the alphabet. */
enum { VALID = 64 };
/* clang-format off */
static const uint8_t value_of[256] = {
    ['A'] = 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76,
            77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89,
    ['a'] = 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103,
            104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,
    ['0'] = 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,
    ['+'] = 126,
    ['/'] = 127,
};
/* clang-format on */

static void encode_group(uint32_t bits, char *text)
{
    text[0] = alphabet[bits >> 18];
    text[1] = alphabet[bits >> 12 & 63];
    text[2] = alphabet[bits >> 6 & 63];
    text[3] = alphabet[bits & 63];
}

void base64_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;
    for (; size >= 3; size -= 3, from += 3, text += 4)
        encode_group((uint32_t)(from[0] << 16 | from[1] << 8 | from[2]), text);
    if (size > 0) {
        encode_group((uint32_t)(from[0] << 16 | (size == 2 ? from[1] << 8 : 0)),
                     text);
        text[3] = '=';
        if (size == 1)
            text[2] = '=';
        text += 4;
    }
    *text = '\0';
}

/* Write the three bytes of four characters; returns whether all of them are
 * in the alphabet. */
static bool decode_group(const uint8_t *text, uint8_t *bytes)
{
    uint8_t a = value_of[text[0]], b = value_of[text[1]];
    uint8_t c = value_of[text[2]], d = value_of[text[3]];
    bytes[0] = (uint8_t)(a << 2 | (b >> 4 & 3));
    bytes[1] = (uint8_t)(b << 4 | (c >> 2 & 15));
    bytes[2] = (uint8_t)(c << 6 | (d & 63));
    return a & b & c & d & VALID;
}

/* The last four characters may have padding. Where it stands, zero bits are
 * decoded; bits that remain before it must be zeros as well. */
static bool decode_last(const uint8_t *text, uint8_t *bytes, size_t *size)
{
    uint8_t group[4], decoded[3];
    size_t padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
    memcpy(group, text, sizeof group);
    memset(group + 4 - padding, 'A', padding);
    if (!decode_group(group, decoded))
        return false;
    *size += 3 - padding;
    memcpy(bytes, decoded, 3 - padding);
    return (padding < 1 || decoded[2] == 0) && (padding < 2 || decoded[1] == 0);
}

bool base64_decode(struct slice text, uint8_t *bytes, size_t *size)
{
    const uint8_t *from = (const uint8_t *)text.data;
    *size = 0;
    if (text.size == 0)
        return true;
    if (text.size % 4 != 0)
        return false;
    bool is_valid = true;
    for (; *size < (text.size / 4 - 1) * 3; from += 4, *size += 3)
        is_valid &= decode_group(from, bytes + *size);
    return is_valid && decode_last(from, bytes + *size, size);
}
