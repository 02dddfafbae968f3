/* RFC 3629, and what RFC 6455, 8.1 builds on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/alloc.h"
#include "common/utf8.h"

/* A text of one- to four-byte characters: the smallest and the largest of
 * each size, and the neighbours of the surrogates. */
static const char mixed[] = "a\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF"
                            "\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"
                            "z\xF4\x8F\xBF\xBF\xC3\xA9";

/* Is the text valid? It is checked in memory of just its size, so that
 * reading too far is noticed. */
static bool is_valid(const void *bytes, size_t size)
{
    uint8_t *copy = allocate(size + 1);
    if (size > 0)
        memcpy(copy + 1, bytes, size);
    bool result = utf8_is_valid(copy + 1, size);
    free(copy);
    return result;
}

static void assert_valid(const char *text)
{
    assert_true(is_valid(text, strlen(text)));
}

/* All bytes but the last of `text` may begin a valid text, with the last
 * they may not; no matter how many ASCII characters come before. */
static void assert_bad_last_byte(const char *text)
{
    size_t size = strlen(text);
    for (size_t before = 0; before < 300; before++) {
        uint8_t bytes[310];
        struct utf8 good = {{0}}, whole = {{0}};
        memset(bytes, 'a', before);
        memcpy(bytes + before, text, size);
        assert_true(utf8_check(&good, bytes, before + size - 1));
        assert_false(utf8_check(&good, bytes + before + size - 1, 1));
        assert_false(utf8_check(&whole, bytes, before + size));
    }
}

/* Write the character in as many bytes as RFC 3629, 3 says; return how many. */
static size_t encode(uint32_t character, uint8_t bytes[4])
{
    size_t size = character < 0x80      ? 1
                  : character < 0x800   ? 2
                  : character < 0x10000 ? 3
                                        : 4;
    static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--, character >>= 6)
        bytes[i] = (uint8_t)(0x80 | (character & 0x3F));
    bytes[0] = (uint8_t)(lead[size] | character);
    return size;
}

static void the_examples_of_rfc_3629_are_valid(void **state)
{
    (void)state; /* section 7 */
    assert_valid("\x41\xE2\x89\xA2\xCE\x91\x2E");
    assert_valid("\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4");
    assert_valid("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E");
    assert_valid("\xEF\xBB\xBF\xF0\xA3\x8E\xB4");
}

static void an_empty_text_is_valid_and_a_nul_is_a_character(void **state)
{
    (void)state;
    struct utf8 utf8 = {{0}};
    assert_true(utf8_is_valid(NULL, 0));
    assert_true(utf8_check(&utf8, NULL, 0));
    assert_true(utf8_is_complete(&utf8));
    assert_true(is_valid("\0\0\0", 3));
}

static void every_character_but_the_surrogates_is_valid(void **state)
{
    (void)state;
    for (uint32_t character = 0; character <= 0x10FFFF; character++) {
        uint8_t bytes[4];
        size_t size = encode(character, bytes);
        bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
        assert_int_equal(utf8_is_valid(bytes, size), !is_surrogate);
    }
}

static void
a_character_beyond_10ffff_is_refused_at_its_second_byte(void **state)
{
    (void)state;
    assert_bad_last_byte("\xF4\x90");
    assert_bad_last_byte("\xF4\xBF");
    assert_bad_last_byte("\xF5");
    assert_bad_last_byte("\xF8");
    assert_bad_last_byte("\xFC");
    assert_bad_last_byte("\xFE");
    assert_bad_last_byte("\xFF");
}

static void a_surrogate_is_refused_at_its_second_byte(void **state)
{
    (void)state;
    assert_bad_last_byte("\xED\xA0");
    assert_bad_last_byte("\xED\xBF");
}

static void an_overlong_form_is_refused_as_soon_as_it_shows(void **state)
{
    (void)state;
    assert_bad_last_byte("\xC0");
    assert_bad_last_byte("\xC1");
    assert_bad_last_byte("\xE0\x80");
    assert_bad_last_byte("\xE0\x9F");
    assert_bad_last_byte("\xF0\x80");
    assert_bad_last_byte("\xF0\x8F");
}

static void a_continuation_byte_without_a_character_is_refused(void **state)
{
    (void)state;
    assert_bad_last_byte("\x80");
    assert_bad_last_byte("\xBF");
    assert_bad_last_byte("\xC3\xA9\x80");
    assert_bad_last_byte("\xE2\x82\xAC\x80");
    assert_bad_last_byte("\xF0\x9F\x98\x80\x80");
}

static void a_character_that_is_not_finished_is_refused(void **state)
{
    (void)state;
    assert_bad_last_byte("\xC3z");
    assert_bad_last_byte("\xE2z");
    assert_bad_last_byte("\xE2\x82z");
    assert_bad_last_byte("\xED\x9Fz");
    assert_bad_last_byte("\xF0\x9Fz");
    assert_bad_last_byte("\xF0\x9F\x98z");
    assert_bad_last_byte("\xF4\x8F\xBF\xC3");
}

static void an_unfinished_character_before_much_ascii_is_refused(void **state)
{
    (void)state;
    for (size_t before = 0; before < 300; before++) {
        uint8_t bytes[1000];
        for (size_t i = 0; i < before; i++)
            bytes[i] = (uint8_t) "\xC3\xA9"[(before - i) % 2];
        memset(bytes + before, 'a', sizeof bytes - before);
        if (before % 2 == 1)
            bytes[0] = 'a';
        memcpy(bytes + before, "\xE2\x82", 2);
        assert_false(is_valid(bytes, sizeof bytes));
        bytes[before + 2] = 0xAC;
        assert_true(is_valid(bytes, sizeof bytes));
    }
}

/* The second column of the table in RFC 3629, 4. */
static bool may_follow(int first, int second)
{
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    bool is_lead = second < 0x80 || (second >= 0xC2 && second <= 0xF4);
    return first < 0x80 ? is_lead : second >= low && second <= high;
}

static void every_pair_of_bytes_is_judged_as_the_table_says(void **state)
{
    (void)state;
    for (int first = 0; first < 256; first++) {
        bool may_begin = first < 0x80 || (first >= 0xC2 && first <= 0xF4);
        for (int second = 0; second < 256; second++) {
            struct utf8 whole = {{0}}, cut = {{0}};
            uint8_t pair[] = {(uint8_t)first, (uint8_t)second};
            bool expected = may_begin && may_follow(first, second);
            assert_int_equal(utf8_check(&whole, pair, 2), expected);
            assert_int_equal(utf8_check(&cut, pair, 1) &&
                                 utf8_check(&cut, pair + 1, 1),
                             expected);
        }
    }
}

static void a_text_is_complete_only_between_characters(void **state)
{
    (void)state;
    struct utf8 utf8 = {{0}};
    for (size_t i = 0; i < sizeof mixed; i++) {
        uint8_t next = (uint8_t)mixed[i];
        assert_int_equal(utf8_is_complete(&utf8), (next & 0xC0) != 0x80);
        assert_int_equal(is_valid(mixed, i), (next & 0xC0) != 0x80);
        assert_true(utf8_check(&utf8, &next, 1));
    }
}

static void a_text_may_be_cut_at_any_two_places(void **state)
{
    (void)state;
    uint8_t text[200];
    size_t size = 0;
    for (; size + strlen(mixed) <= sizeof text; size += strlen(mixed))
        memcpy(text + size, mixed, strlen(mixed));
    for (size_t i = 0; i <= size; i++) {
        for (size_t j = i; j <= size; j++) {
            struct utf8 utf8 = {{0}};
            assert_true(utf8_check(&utf8, text, i));
            assert_true(utf8_check(&utf8, text + i, j - i));
            assert_true(utf8_check(&utf8, text + j, size - j));
            assert_true(utf8_is_complete(&utf8));
        }
    }
}

static void one_bad_byte_is_found_anywhere_in_a_text_of_any_size(void **state)
{
    (void)state;
    uint8_t text[400];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t) "\xC3\xA9"[i % 2];
    for (size_t size = 2; size <= sizeof text; size += 2) {
        assert_true(is_valid(text, size));
        for (size_t i = 0; i < size; i++) {
            uint8_t good = text[i];
            text[i] = i % 2 == 0 ? 0xC0 : 'a'; /* its neighbours stay right */
            assert_false(is_valid(text, size));
            text[i] = good;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_rfc_3629_are_valid),
        cmocka_unit_test(an_empty_text_is_valid_and_a_nul_is_a_character),
        cmocka_unit_test(every_character_but_the_surrogates_is_valid),
        cmocka_unit_test(
            a_character_beyond_10ffff_is_refused_at_its_second_byte),
        cmocka_unit_test(a_surrogate_is_refused_at_its_second_byte),
        cmocka_unit_test(an_overlong_form_is_refused_as_soon_as_it_shows),
        cmocka_unit_test(a_continuation_byte_without_a_character_is_refused),
        cmocka_unit_test(a_character_that_is_not_finished_is_refused),
        cmocka_unit_test(an_unfinished_character_before_much_ascii_is_refused),
        cmocka_unit_test(every_pair_of_bytes_is_judged_as_the_table_says),
        cmocka_unit_test(a_text_is_complete_only_between_characters),
        cmocka_unit_test(a_text_may_be_cut_at_any_two_places),
        cmocka_unit_test(one_bad_byte_is_found_anywhere_in_a_text_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
