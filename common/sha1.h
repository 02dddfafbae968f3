/* sha1.h -- the digest that an opening handshake needs (RFC 3174).
 *
 * SHA-1 no longer protects anything: two texts with the same digest can be
 * made. Sec-WebSocket-Accept does not ask for protection, only for proof that
 * the server has read the key (RFC 6455, 10.8). Use it for nothing else.
 */
#ifndef COMMON_SHA1_H
#define COMMON_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SHA1_SIZE = 20 }; /* bytes in a digest (RFC 3174, 1) */

/* Write the digest of `size` bytes. Cannot fail. */
void sha1(const void *bytes, size_t size, uint8_t digest[SHA1_SIZE]);

#endif
