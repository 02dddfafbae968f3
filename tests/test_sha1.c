/* RFC 3174, and the one use that RFC 6455 makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/alloc.h"
#include "common/sha1.h"

/* The digest of `size` bytes is `hex`. They are digested in memory of just
 * their size, so that reading too far is noticed. */
static void assert_digest(const void *bytes, size_t size, const char *hex)
{
    uint8_t *copy = allocate(size + 1);
    uint8_t digest[SHA1_SIZE];
    char text[2 * SHA1_SIZE + 1];
    if (size > 0)
        memcpy(copy + 1, bytes, size);
    sha1(copy + 1, size, digest);
    for (int i = 0; i < SHA1_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(text, hex);
    free(copy);
}

/* `part`, `times` times over. */
static void assert_repeated(const char *part, size_t times, const char *hex)
{
    size_t size = strlen(part);
    char *text = allocate(size * times);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * size, part, size);
    assert_digest(text, size * times, hex);
    free(text);
}

static void the_examples_of_rfc_3174_have_their_digests(void **state)
{
    (void)state; /* 7.3, TEST1 to TEST4 */
    assert_repeated("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_repeated("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                    1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    assert_repeated("a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    assert_repeated("01234567012345670123456701234567", 20,
                    "dea356a2cddd90c7a7ecedc5ebb563934f460452");
}

static void the_key_of_rfc_6455_has_its_digest(void **state)
{
    (void)state; /* 1.3 */
    assert_repeated("dGhlIHNhbXBsZSBub25jZQ=="
                    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                    1, "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
}

static void nothing_has_a_digest(void **state)
{
    (void)state;
    assert_digest(NULL, 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* The one bit and the length fit behind 55 bytes, but no longer behind 56. */
static void padding_takes_a_block_of_its_own_when_it_must(void **state)
{
    (void)state;
    assert_repeated("a", 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a");
    assert_repeated("a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699");
    assert_repeated("a", 63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
    assert_repeated("a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d");
    assert_repeated("a", 65, "11655326c708d70319be2610e8a57d9a5b959d3b");
    assert_repeated("a", 119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56");
    assert_repeated("a", 120, "f34c1488385346a55709ba056ddd08280dd4c6d6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_3174_have_their_digests),
        cmocka_unit_test(the_key_of_rfc_6455_has_its_digest),
        cmocka_unit_test(nothing_has_a_digest),
        cmocka_unit_test(padding_takes_a_block_of_its_own_when_it_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
