#include "common/utf8.h"

#include <string.h>

enum {
    LOOKBACK = 3,     /* bytes before the last one of the longest character */
    STEP = 16,        /* bytes checked at once: what fits a vector register */
    FIRST = 2 * STEP, /* bytes checked in a copy, with those that came before */
    BLOCK = 128,      /* bytes between two branches in a long text */
};

/* Must a continuation byte stand at `byte`, after the three before it? */
static inline unsigned is_wanted(const uint8_t *byte)
{
    return (byte[-1] >= 0xC0) | (byte[-2] >= 0xE0) | (byte[-3] >= 0xF0);
}

/* Is *byte impossible after the three before it? Without a branch, so that a
 * loop can be vectorized. As signed numbers 80..BF come before all others:
 * there a single comparison is enough, and cheaper than an unsigned one. */
static inline unsigned is_wrong(const uint8_t *byte)
{
    uint8_t it = byte[0], before = byte[-1];
    int8_t signed_it = (int8_t)it;
    unsigned is_continuation = signed_it < (int8_t)0xC0;
    unsigned is_never_used = (it == 0xC0) | (it == 0xC1) | (it > 0xF4);
    unsigned is_too_low = ((before == 0xE0) & (signed_it < (int8_t)0xA0)) |
                          ((before == 0xF0) & (signed_it < (int8_t)0x90));
    unsigned is_too_high = ((before == 0xED) & (signed_it > (int8_t)0x9F)) |
                           ((before == 0xF4) & (signed_it > (int8_t)0x8F));
    return (is_wanted(byte) ^ is_continuation) | is_never_used | is_too_low |
           is_too_high;
}

/* Is each of the `size` bytes possible where it stands? */
static inline bool is_right(const uint8_t *bytes, size_t size)
{
    uint8_t wrong = 0;
    for (size_t i = 0; i < size; i++)
        wrong |= (uint8_t)is_wrong(bytes + i);
    return !wrong;
}

static inline bool is_ascii(const uint8_t *bytes, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    return any < 0x80;
}

/* How many bytes at the start are ASCII? Up to a word fewer, unless all are. */
static size_t skip_ascii(const uint8_t *bytes, size_t size)
{
    uint64_t word;
    size_t i = 0;
    while (size - i >= BLOCK && is_ascii(bytes + i, BLOCK))
        i += BLOCK;
    for (; size - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if (word & 0x8080808080808080)
            return i;
    }
    while (i < size && bytes[i] < 0x80)
        i++;
    return i;
}

/* The same for `size` bytes, FIRST or more, the FIRST of which have been
 * checked. The last step goes back to be a whole one; bytes that are checked
 * twice do no harm. */
static bool is_rest_right(const uint8_t *bytes, size_t size)
{
    size_t i = FIRST;
    for (; size - i >= BLOCK; i += BLOCK) {
        if (is_ascii(bytes + i, BLOCK) ? is_wanted(bytes + i)
                                       : !is_right(bytes + i, BLOCK))
            return false;
    }
    for (; size - i >= STEP; i += STEP) {
        if (!is_right(bytes + i, STEP))
            return false;
    }
    return is_right(bytes + size - STEP, STEP);
}

/* Remember the character, if any, that the bytes before `end` leave cut off. */
static void keep_begun(struct utf8 *utf8, const uint8_t *end)
{
    size_t size = end[-1] >= 0xC0   ? 1
                  : end[-2] >= 0xE0 ? 2
                  : end[-3] >= 0xF0 ? 3
                                    : 0;
    *utf8 = (struct utf8){{0}};
    memcpy(utf8->begun + LOOKBACK - size, end - size, size);
}

bool utf8_check(struct utf8 *utf8, const uint8_t *bytes, size_t size)
{
    size_t skipped = utf8_is_complete(utf8) ? skip_ascii(bytes, size) : 0;
    if (skipped == size)
        return true;
    bytes += skipped;
    size -= skipped;

    /* NULs | begun | the first bytes: ASCII and a good beginning cannot be
     * wrong. */
    uint8_t copy[2 * LOOKBACK + FIRST] = {0};
    uint8_t *end = copy + sizeof copy;
    size_t first = size < FIRST ? size : FIRST;
    memcpy(end - first, bytes, first);
    memcpy(end - first - LOOKBACK, utf8->begun, LOOKBACK);
    keep_begun(utf8, size < FIRST ? end : bytes + size);
    return is_right(end - FIRST, FIRST) &&
           (size <= FIRST || is_rest_right(bytes, size));
}

bool utf8_is_complete(const struct utf8 *utf8)
{
    return utf8->begun[LOOKBACK - 1] == 0;
}

bool utf8_is_valid(const void *bytes, size_t size)
{
    struct utf8 utf8 = {{0}};
    return utf8_check(&utf8, bytes, size) && utf8_is_complete(&utf8);
}
