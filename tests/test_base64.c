/* RFC 4648, 4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base64.h"

/* `bytes` are encoded as `text`, and decoded from it, in memory of just the
 * size that the header promises to be enough. */
static void assert_both_ways(const void *bytes, size_t size, const char *text)
{
    size_t decoded_size = 0;
    char *encoded = malloc(BASE64_SIZE(size));
    uint8_t *decoded = malloc(BASE64_DECODED_SIZE(strlen(text)));
    base64_encode(bytes, size, encoded);
    assert_string_equal(encoded, text);
    assert_true(base64_decode(slice_of(text), decoded, &decoded_size));
    assert_int_equal(decoded_size, size);
    assert_memory_equal(decoded, bytes, size);
    free(encoded);
    free(decoded);
}

static bool is_valid(const char *text)
{
    size_t size = 0;
    size_t room = BASE64_DECODED_SIZE(strlen(text));
    uint8_t *decoded = malloc(room);
    bool result = base64_decode(slice_of(text), decoded, &size);
    free(decoded);
    return result;
}

static void the_examples_of_rfc_4648_go_both_ways(void **state)
{
    (void)state; /* 10, and 9 */
    assert_both_ways("", 0, "");
    assert_both_ways("f", 1, "Zg==");
    assert_both_ways("fo", 2, "Zm8=");
    assert_both_ways("foo", 3, "Zm9v");
    assert_both_ways("foob", 4, "Zm9vYg==");
    assert_both_ways("fooba", 5, "Zm9vYmE=");
    assert_both_ways("foobar", 6, "Zm9vYmFy");
    assert_both_ways("\x14\xFB\x9C\x03\xD9\x7E", 6, "FPucA9l+");
    assert_both_ways("\x14\xFB\x9C\x03\xD9", 5, "FPucA9k=");
    assert_both_ways("\x14\xFB\x9C\x03", 4, "FPucAw==");
}

static void the_key_of_rfc_6455_goes_both_ways(void **state)
{
    (void)state; /* 1.3 */
    assert_both_ways("the sample nonce", 16, "dGhlIHNhbXBsZSBub25jZQ==");
}

static void every_character_of_the_alphabet_has_its_value(void **state)
{
    (void)state;
    uint8_t bytes[48];
    const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (unsigned i = 0; i < 16; i++) { /* four values, 4i to 4i + 3 */
        unsigned bits =
            (4 * i) << 18 | (4 * i + 1) << 12 | (4 * i + 2) << 6 | (4 * i + 3);
        bytes[3 * i] = (uint8_t)(bits >> 16);
        bytes[3 * i + 1] = (uint8_t)(bits >> 8);
        bytes[3 * i + 2] = (uint8_t)bits;
    }
    assert_both_ways(bytes, sizeof bytes, alphabet);
}

static void bytes_of_every_size_and_value_make_the_round_trip(void **state)
{
    (void)state;
    uint8_t bytes[1024], decoded[BASE64_DECODED_SIZE(BASE64_SIZE(1024))];
    char text[BASE64_SIZE(1024)];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 167 + i / 256);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        size_t decoded_size = 0;
        base64_encode(bytes, size, text);
        assert_int_equal(strlen(text) + 1, BASE64_SIZE(size));
        assert_true(base64_decode(slice_of(text), decoded, &decoded_size));
        assert_int_equal(decoded_size, size);
        assert_memory_equal(decoded, bytes, size);
    }
}

static void a_text_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    char text[] = "Zm9vYmFyZm8=";
    for (size_t size = strlen(text) - 1; size > 0; size--) {
        text[size] = '\0';
        assert_int_equal(is_valid(text), size % 4 == 0);
    }
}

static void a_character_outside_the_alphabet_is_refused(void **state)
{
    (void)state; /* 3.3 */
    for (int byte = 1; byte < 256; byte++) {
        bool is_in_alphabet =
            (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
            (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';
        for (size_t i = 0; i < 8; i++) {
            char text[] = "AAAAAAAA";
            text[i] = (char)byte;
            assert_int_equal(is_valid(text),
                             is_in_alphabet || (i == 7 && byte == '='));
        }
    }
}

static void a_nul_is_not_the_end(void **state)
{
    (void)state;
    uint8_t bytes[6];
    size_t size = 0;
    assert_false(base64_decode((struct slice){"AAAA\0AAA", 8}, bytes, &size));
    assert_false(base64_decode((struct slice){"AAAAAAA\0", 8}, bytes, &size));
}

static void padding_in_the_wrong_place_is_refused(void **state)
{
    (void)state; /* 3.2, 3.3 */
    assert_false(is_valid("Zg"));
    assert_false(is_valid("Zg="));
    assert_false(is_valid("Zg==="));
    assert_false(is_valid("Zg==Zg=="));
    assert_false(is_valid("Zm8=Zm8="));
    assert_false(is_valid("Z==="));
    assert_false(is_valid("===="));
    assert_false(is_valid("Zg=A"));
    assert_false(is_valid("=Zg="));
}

static void bits_that_no_byte_takes_must_be_zero(void **state)
{
    (void)state; /* 3.5 */
    assert_true(is_valid("Zg=="));
    assert_false(is_valid("Zh=="));
    assert_false(is_valid("Zv=="));
    assert_true(is_valid("Zm8="));
    assert_false(is_valid("Zm9="));
    assert_false(is_valid("Zm+="));
}

static void blanks_and_line_ends_are_refused(void **state)
{
    (void)state; /* 3.1 */
    assert_false(is_valid("Zm9v\r\nYmFy"));
    assert_false(is_valid("Zm9vYm\r\n"));
    assert_false(is_valid(" Zm9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_4648_go_both_ways),
        cmocka_unit_test(the_key_of_rfc_6455_goes_both_ways),
        cmocka_unit_test(every_character_of_the_alphabet_has_its_value),
        cmocka_unit_test(bytes_of_every_size_and_value_make_the_round_trip),
        cmocka_unit_test(a_text_that_is_cut_off_is_refused),
        cmocka_unit_test(a_character_outside_the_alphabet_is_refused),
        cmocka_unit_test(a_nul_is_not_the_end),
        cmocka_unit_test(padding_in_the_wrong_place_is_refused),
        cmocka_unit_test(bits_that_no_byte_takes_must_be_zero),
        cmocka_unit_test(blanks_and_line_ends_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
