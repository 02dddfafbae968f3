/* utf8.h -- is this text UTF-8? (RFC 3629; RFC 6455, 8.1 asks it of every text)
 *
 * A character has one to four bytes, and only these sequences are well-formed.
 * The narrower ranges leave out what has a shorter form (C0, C1, E0 80, F0 80),
 * the surrogates (ED A0) and what lies beyond 10FFFF (F4 90, F5): RFC 3629, 3
 * and 4.
 *
 *      00..7F
 *      C2..DF  80..BF
 *      E0      A0..BF  80..BF
 *      E1..EC  80..BF  80..BF
 *      ED      80..9F  80..BF
 *      EE..EF  80..BF  80..BF
 *      F0      90..BF  80..BF  80..BF
 *      F1..F3  80..BF  80..BF  80..BF
 *      F4      80..8F  80..BF  80..BF
 *
 * Whether a byte may stand where it stands can be seen from it and the three
 * bytes before it. So no byte waits for the verdict on another, which lets the
 * compiler check many at once, and a text that arrives in pieces has next to no
 * state.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text that arrives in pieces. A zeroed struct is the start of a text. */
struct utf8 {
    uint8_t begun[3]; /* a character that is cut off so far, after NULs */
};

/* Check the next `size` bytes of a text; they may begin and end in the
 * middle of a character. Returns false as soon as no more bytes could make
 * the text valid (F4 90 is enough); the struct says nothing any more then. */
bool utf8_check(struct utf8 *utf8, const uint8_t *bytes, size_t size);

/* Do the bytes so far end with a whole character? If not, more must come. */
bool utf8_is_complete(const struct utf8 *utf8);

/* Are these `size` bytes a valid text from its first character to its last? */
bool utf8_is_valid(const void *bytes, size_t size);

#endif
