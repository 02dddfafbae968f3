/* Whole, in pieces, and by a decoder that goes through the text a character
 * at a time: three verdicts that must be one. The first byte of the input
 * says how large the pieces are, the rest is the text. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "common/utf8.h"

/* The size of the character at the head of the text: 0 if it is malformed,
 * and -1 if it is only cut off. From its value, as RFC 3629, 3 tells it. */
static int character_size(const uint8_t *bytes, size_t size)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    int count = bytes[0] < 0x80             ? 1
                : (bytes[0] & 0xE0) == 0xC0 ? 2
                : (bytes[0] & 0xF0) == 0xE0 ? 3
                : (bytes[0] & 0xF8) == 0xF0 ? 4
                                            : 0;
    uint32_t low = count > 1 ? bytes[0] & (0x7FU >> count) : bytes[0];
    uint32_t high = low; /* what the value is at least, and at most */
    for (int i = 1; i < count; i++) {
        bool is_here = (size_t)i < size;
        if (is_here && (bytes[i] & 0xC0) != 0x80)
            return 0;
        low = low << 6 | (is_here ? bytes[i] & 0x3F : 0);
        high = high << 6 | (is_here ? bytes[i] & 0x3F : 0x3F);
    }
    if (count == 0 || high < smallest[count] || low > 0x10FFFF ||
        (low >= 0xD800 && high <= 0xDFFF))
        return 0;
    return (size_t)count <= size ? count : -1;
}

/* May more bytes make the text valid? *is_complete: is it, without them? */
static bool may_be_valid(const uint8_t *bytes, size_t size, bool *is_complete)
{
    *is_complete = true;
    while (size > 0) {
        int count = character_size(bytes, size);
        *is_complete = count > 0;
        if (count <= 0)
            return count < 0;
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    size_t piece = 1 + bytes[0];
    const uint8_t *text = bytes + 1;
    size--;

    bool is_complete;
    bool expected = may_be_valid(text, size, &is_complete);
    struct utf8 whole = {{0}}, cut = {{0}};
    assert(utf8_check(&whole, text, size) == expected);
    assert(utf8_is_valid(text, size) == (expected && is_complete));

    bool is_good = true;
    for (size_t i = 0; i < size && is_good; i += piece) {
        size_t end = size - i < piece ? size : i + piece;
        is_good = utf8_check(&cut, text + i, end - i);
        assert(is_good == may_be_valid(text, end, &is_complete));
        assert(!is_good || utf8_is_complete(&cut) == is_complete);
    }
    assert(is_good == expected);
    return 0;
}
