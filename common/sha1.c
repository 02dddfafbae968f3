#include "common/sha1.h"

#include <stdbool.h>
#include <string.h>

enum {
    BLOCK_SIZE = 64, /* bytes that are digested together (RFC 3174, 4) */
    LENGTH_SIZE = 8, /* bytes of the message's length, at the end of the last */
};

/* S^n(X), a circular left shift (3). */
static uint32_t rotate(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t read_word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

/* f(t;B,C,D) + K(t) (5). */
static uint32_t mix(int t, uint32_t b, uint32_t c, uint32_t d)
{
    if (t < 20)
        return ((b & c) | (~b & d)) + 0x5A827999;
    if (t < 40)
        return (b ^ c ^ d) + 0x6ED9EBA1;
    if (t < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
    return (b ^ c ^ d) + 0xCA62C1D6;
}

/* Digest one block into H0 to H4 (6.1). */
static void add_block(uint32_t h[5], const uint8_t block[BLOCK_SIZE])
{
    uint32_t w[80];
    for (int t = 0; t < 16; t++)
        w[t] = read_word(block + 4 * t);
    for (int t = 16; t < 80; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);

    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int t = 0; t < 80; t++) {
        uint32_t next = rotate(a, 5) + mix(t, b, c, d) + e + w[t];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

/* Digest the rest of the message: a one bit, zeros, and the length in bits,
 * which make it one block or two (4). */
static void add_last(uint32_t h[5], const uint8_t *rest, size_t size)
{
    uint8_t blocks[2 * BLOCK_SIZE] = {0};
    size_t used = size % BLOCK_SIZE;
    if (used > 0)
        memcpy(blocks, rest, used);
    blocks[used] = 0x80;

    bool is_one = used + 1 + LENGTH_SIZE <= BLOCK_SIZE;
    uint8_t *end = blocks + (is_one ? BLOCK_SIZE : 2 * BLOCK_SIZE);
    uint64_t bits = (uint64_t)size * 8;
    for (int i = 1; i <= LENGTH_SIZE; i++, bits >>= 8)
        end[-i] = (uint8_t)bits;

    for (uint8_t *block = blocks; block < end; block += BLOCK_SIZE)
        add_block(h, block);
}

void sha1(const void *bytes, size_t size, uint8_t digest[SHA1_SIZE])
{
    uint32_t h[] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    const uint8_t *rest = bytes;
    for (size_t i = 0; i < size / BLOCK_SIZE; i++, rest += BLOCK_SIZE)
        add_block(h, rest);
    add_last(h, rest, size);

    for (unsigned i = 0; i < SHA1_SIZE; i++)
        digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}
