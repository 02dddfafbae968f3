/* base64.h -- any bytes as text of 64 characters (RFC 4648, 4).
 *
 * Three bytes are four characters of six bits; what is missing at the end is
 * said by one or two `=`. A handshake carries its key like this (RFC 6455,
 * 4.1), and so does Engine.IO binary data in places where only text may go.
 *
 *      |   byte 0  |   byte 1  |   byte 2  |     QUI=  is two bytes
 *      | char 0 | char 1 | char 2 | char 3 |     QQ==  is one
 */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/slice.h"

/* Room for the text of `size` bytes, with its NUL. */
#define BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)

/* Room for the bytes of a text of `size` characters; they may be two fewer. */
#define BASE64_DECODED_SIZE(size) ((size) / 4 * 3)

/* Write `size` bytes as BASE64_SIZE(size) characters, the last of which is a
 * NUL. */
void base64_encode(const void *bytes, size_t size, char *text);

/* Write the bytes of `text`, at most BASE64_DECODED_SIZE(text.size), and set
 * *size to how many they are. Returns false, and *size says nothing, unless
 * it is what an encoder writes: whole groups of four, padded (3.2), nothing
 * outside the alphabet, no blanks (3.3), and zeros in the bits that no byte
 * takes (3.5). */
bool base64_decode(struct slice text, uint8_t *bytes, size_t *size);

#endif
