/* RFC 8259. What is accepted and refused is chosen after the catalogues that
 * parsers are usually compared by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Is the text valid? It is checked in memory of just its size, so that reading
 * too far is noticed. */
static bool is_valid(struct slice text)
{
    char *copy = allocate(text.size + 1);
    if (text.size > 0)
        memcpy(copy + 1, text.data, text.size);
    bool result = json_is_valid((struct slice){copy + 1, text.size});
    free(copy);
    return result;
}

static void assert_slice(struct slice slice, const char *expected)
{
    if (!slice_is(slice, expected))
        fail_msg("%.*s is not %s", (int)slice.size, slice.data, expected);
}

/* The characters of the string `json` are these `size` bytes. */
static void assert_characters(struct slice json, const void *bytes, size_t size)
{
    struct buf scratch = {0};
    struct slice text;
    if (!is_valid(json))
        fail_msg("refused: %.*s", (int)json.size, json.data);
    text = json_string(json, &scratch);
    assert_int_equal(text.size, size);
    assert_memory_equal(text.data, bytes, size);
    buf_free(&scratch);
}

static void assert_text(const char *json, const char *text)
{
    assert_characters(slice_of(json), text, strlen(text));
}

static void assert_written(struct slice text, const char *json)
{
    struct buf out = {0};
    json_append_string(&out, text);
    assert_slice(buf_slice(&out), json);
    buf_free(&out);
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

/* ------------------------------------------------------------- the RFC's */

/* Section 13. */
static const char image[] = "{\n"
                            "  \"Image\": {\n"
                            "      \"Width\":  800,\n"
                            "      \"Height\": 600,\n"
                            "      \"Title\":  \"View from 15th Floor\",\n"
                            "      \"Thumbnail\": {\n"
                            "          \"Url\":    "
                            "\"http://www.example.com/image/481989943\",\n"
                            "          \"Height\": 125,\n"
                            "          \"Width\":  100\n"
                            "      },\n"
                            "      \"Animated\" : false,\n"
                            "      \"IDs\": [116, 943, 234, 38793]\n"
                            "    }\n"
                            "}\n";

static void the_image_of_the_rfc_is_walked(void **state)
{
    struct slice value, thumbnail, ids;
    int64_t id = 0;
    (void)state;
    assert_true(is_valid(slice_of(image)));
    assert_true(json_member(slice_of(image), "Image", &value));
    assert_true(json_member(value, "Thumbnail", &thumbnail));
    assert_true(json_member(value, "IDs", &ids));
    assert_slice(ids, "[116, 943, 234, 38793]");
    assert_true(json_member(value, "Title", &value));
    assert_slice(value, "\"View from 15th Floor\"");
    assert_true(json_member(thumbnail, "Height", &value));
    assert_slice(value, "125");
    struct json_cursor cursor = json_items(ids);
    for (int i = 0; i < 4; i++)
        assert_true(json_next(&cursor, &value));
    assert_true(json_integer(value, &id));
    assert_int_equal(id, 38793);
    assert_false(json_next(&cursor, &value));
}

static void the_places_of_the_rfc_are_walked(void **state)
{
    static const char places[] =
        "[{\"precision\":\"zip\",\"Latitude\":37.7668,\"Longitude\":-122.3959,"
        "\"Address\":\"\",\"City\":\"SAN FRANCISCO\"},"
        "{\"precision\":\"zip\",\"Latitude\":37.371991,"
        "\"Longitude\":-122.026020,\"City\":\"SUNNYVALE\"}]";
    struct json_cursor cursor = json_items(slice_of(places));
    struct slice place, value;
    (void)state;
    assert_true(is_valid(slice_of(places)));
    assert_true(json_next(&cursor, &place));
    assert_true(json_member(place, "Address", &value));
    assert_slice(value, "\"\"");
    assert_true(json_next(&cursor, &place));
    assert_true(json_member(place, "Longitude", &value));
    assert_slice(value, "-122.026020");
    assert_false(json_member(place, "Address", &value));
    assert_false(json_next(&cursor, &place));
}

static void the_small_texts_of_the_rfc_are_valid(void **state)
{
    (void)state;
    assert_text("\"Hello world!\"", "Hello world!");
    assert_int_equal(json_type(slice_of("42")), JSON_NUMBER);
    assert_int_equal(json_type(slice_of("true")), JSON_TRUE);
    assert_text("\"\\uD834\\uDD1E\"", "\xF0\x9D\x84\x9E"); /* 7: the G clef */
    assert_text("\"\\u005C\"", "\\");
    assert_text("\"a\\u005Cb\"", "a\\b"); /* 8.3: the same as a\\b */
    assert_text("\"a\\\\b\"", "a\\b");
}

/* ------------------------------------------------------------- verdicts */

static void what_the_grammar_allows_is_valid(void **state)
{
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "10",
        "1.5",
        "0.0",
        "-0.10",
        "1e5",
        "1E5",
        "1e+05",
        "1E-2",
        "0e0",
        "1.25e-300",
        "123456789012345678901234567890",
        "1e999999",
        "\"\"",
        "\"a\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9\"",
        "\"\x7F\"",
        "\"/\"",
        "\"\xF0\x9F\x98\x80\"",
        "\"\xE2\x80\xA8\"", /* ends a line in JavaScript, not here */
        "\"\\uFFFF\"",
        "\"\\u0000\"",
        "\"\\uD800\"",
        "\"// /* */\"",
        "[]",
        "[ ]",
        "[1]",
        "[null,1,\"1\",{}]",
        "[[[]],[]]",
        "{}",
        "{ }",
        "{\"\":0}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":[{}]},\"c\":[]}",
        " \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n",
        "\n{ \"a\" : 1 , \"b\" : 2 }\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!is_valid(slice_of(texts[i])))
            fail_msg("refused: %s", texts[i]);
}

static void assert_all_refused(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_valid(slice_of(texts[i])))
            fail_msg("accepted: %s", texts[i]);
}

static void what_is_nearly_an_array_or_object_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "[",
        "]",
        "{",
        "}",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[,1]",
        "[1,,2]",
        "[1 2]",
        "[1}",
        "[1]]",
        "[][]",
        "[1:2]",
        "[\"a\":1]",
        "[1;2]",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{\"a\",1}",
        "{\"a\"=1}",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1,,\"b\":2}",
        "{\"a\":1 \"b\":2}",
        "{\"a\"::1}",
        "{:1}",
        "{1:1}",
        "{a:1}",
        "{'a':1}",
        "{null:1}",
        "{[]:1}",
        "{\"a\":1]",
        "{\"a\":1}}",
        "{}{}",
        "...",
        "[...]",
    };
    (void)state;
    assert_all_refused(texts, COUNT(texts));
}

static void what_is_nearly_a_number_or_word_is_refused(void **state)
{
    static const char *const texts[] = {
        "-",        "+",       "+1",       "--1",        "- 1",
        "01",       "-01",     "00",       "0123",       ".5",
        "-.5",      "1.",      "1.e5",     "1..5",       "1.5.5",
        "1e",       "1e+",     "1e-",      "1E",         "e5",
        "1e5.5",    "1ee5",    "1e+-5",    "1 000",      "1,000",
        "1_000",    "0x1",     "0b1",      "1f",         "1n",
        "NaN",      "nan",     "Infinity", "-Infinity",  "inf",
        "-true",    "1.true",  "1enull",   "-\"a\"",     "\xEF\xBC\x91",
        "nul",      "nulll",   "tru",      "truetrue",   "fals",
        "True",     "NULL",    "t",        "undefined",  "true false",
        "1 2",      "\"a\" 1", "null,",    "null null",  "[nul]",
        "[-]",      "[1.]",    "[01]",     "{\"a\":1e}", "hi",
        "function", "a",       "<html>",   "#",          "$",
    };
    (void)state;
    assert_all_refused(texts, COUNT(texts));
}

static void what_is_nearly_a_string_is_refused(void **state)
{
    static const char *const texts[] = {
        "\"",
        "\"a",
        "a\"",
        "\"\"\"",
        "\"a\"b\"",
        "'a'",
        "`a`",
        "\"a'",
        "\"\\\"",
        "\"\\",
        "\"\\x41\"",
        "\"\\a\"",
        "\"\\0\"",
        "\"\\'\"",
        "\"\\v\"",
        "\"\\U0041\"",
        "\"\\u\"",
        "\"\\u1\"",
        "\"\\u12\"",
        "\"\\u123\"",
        "\"\\u12g4\"",
        "\"\\u 123\"",
        "\"\\u+123\"",
        "\"\\u-123\"",
        "\"\\u{41}\"",
        "\"\\u00\\u1\"",
        "\"\\ud834\\u\"",
        "\"\\ud834\\x\"",
        "\"\\ ",
        "\"\\\n\"",
        "\"a\nb\"",
        "\"a\tb\"",
        "\"\r\"",
        "\\u0022a\"",
        "\"\\\xC3\xA9\"",
        "\xE2\x80\x9Cz\xE2\x80\x9D",
    };
    (void)state;
    assert_all_refused(texts, COUNT(texts));
}

static void what_is_no_blank_separates_nothing(void **state)
{
    static const char *const texts[] = {
        "\f1",
        "\v1",
        "[1,\f2]",
        "1\v",
        "\xC2\xA0"
        "1",
        "\xE2\x80\xA8"
        "1",
        "\xE2\x81\xA0[]",
        "// one\n1",
        "/* one */1",
        "1 // one",
        "[1/**/]",
        "#1\n1",
        "[1\\n]",
        "[\x1F]",
        "\x08"
        "1",
    };
    (void)state;
    assert_all_refused(texts, COUNT(texts));
    assert_false(is_valid((struct slice){"1\0", 2}));
    assert_false(is_valid((struct slice){"\0"
                                         "1",
                                         2}));
    assert_false(is_valid((struct slice){"[\0]", 3}));
    assert_false(is_valid((struct slice){"\0", 1}));
}

static void a_byte_order_mark_and_other_encodings_are_refused(void **state)
{
    (void)state; /* 8.1 */
    assert_false(is_valid(slice_of("\xEF\xBB\xBF")));
    assert_false(is_valid(slice_of("\xEF\xBB\xBF{}")));
    assert_false(is_valid((struct slice){"\0[\0]", 4}));
    assert_false(is_valid((struct slice){"\xFF\xFE[\0]\0", 6}));
    assert_true(is_valid(slice_of("\"\xEF\xBB\xBF\"")));
}

static void a_control_character_is_refused_wherever_it_stands(void **state)
{
    (void)state; /* 7 */
    for (int byte = 0; byte < 256; byte++) {
        bool may_stand = byte >= 0x20 && byte != '"' && byte != '\\';
        for (size_t at = 1; at < 80; at++) {
            char text[81];
            memset(text, 'a', sizeof text);
            text[0] = text[80] = '"';
            text[at] = (char)byte;
            assert_int_equal(is_valid((struct slice){text, 81}), may_stand);
        }
    }
}

static void what_follows_a_backslash_is_one_of_nine_letters(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[] = {'"', '\\', (char)byte, '0', '0', '4', '1', '"'};
        bool is_letter = byte != 0 && strchr("\"\\/bfnrtu", byte) != NULL;
        assert_int_equal(is_valid((struct slice){text, 8}), is_letter);
    }
}

static void only_sixteen_digits_spell_a_unit(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool is_digit = byte != 0 && strchr("0123456789abcdefABCDEF", byte);
        for (size_t at = 3; at < 7; at++) {
            char text[] = "\"\\u0041\"";
            text[at] = (char)byte;
            assert_int_equal(is_valid((struct slice){text, 8}), is_digit);
        }
    }
}

/* ------------------------------------------------------------- cuts, depth */

static const char every_kind[] =
    "{\"a\":[1,-2.5e+3,true,false,null,\"b\\n\\u00e9\\ud83d\\ude00\"],"
    "\"c\":{\"d\":{}},\"e\":[[]]}";

static void no_beginning_of_an_object_or_array_or_string_is_valid(void **state)
{
    static const char *const texts[] = {
        every_kind,
        "[\"hello\", 1.50, {\"a\": [true, null]}]",
        "\"a text that is longer than one step of thirty-two bytes \\\" \\\\ "
        "\"",
        "true",
        "false",
        "null",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct slice text = slice_of(texts[i]);
        assert_true(is_valid(text));
        for (text.size--; text.size > 0; text.size--)
            if (is_valid(text))
                fail_msg("accepted: %.*s", (int)text.size, text.data);
    }
}

static void
a_beginning_of_a_number_is_valid_when_it_ends_in_a_digit(void **state)
{
    struct slice text = slice_of("-120.450e-067");
    (void)state;
    for (; text.size > 0; text.size--) {
        char last = text.data[text.size - 1];
        assert_int_equal(is_valid(text), last >= '0' && last <= '9');
    }
}

/* `depth` times `open`, then `inner`, then what closes. */
static bool is_nesting_valid(const char *open, size_t depth, const char *inner,
                             const char *close)
{
    struct buf text = {0};
    for (size_t i = 0; i < depth; i++)
        buf_append_text(&text, open);
    buf_append_text(&text, inner);
    for (size_t i = 0; i < depth; i++)
        buf_append_text(&text, close);
    bool result = is_valid(buf_slice(&text));
    buf_free(&text);
    return result;
}

static void nesting_is_valid_up_to_the_limit(void **state)
{
    enum { DEPTH = JSON_DEPTH_MAX };
    (void)state;
    assert_true(is_nesting_valid("[", DEPTH, "", "]"));
    assert_true(is_nesting_valid("[", DEPTH, "1", "]"));
    assert_true(is_nesting_valid("{\"a\":", DEPTH, "1", "}"));
    assert_true(is_nesting_valid("[[],{},", DEPTH - 1, "[]", "]"));
    assert_true(is_nesting_valid("[{\"a\":", DEPTH / 2, "\"[[\"", "}]"));
    assert_false(is_nesting_valid("[", DEPTH + 1, "", "]"));
    assert_false(is_nesting_valid("{\"a\":", DEPTH + 1, "1", "}"));
    assert_false(is_nesting_valid("[", DEPTH, "{}", "]"));
    assert_false(is_nesting_valid("[[],{},", DEPTH, "[]", "]"));
}

static void a_megabyte_of_brackets_is_refused(void **state)
{
    (void)state;
    assert_false(is_nesting_valid("[", MIB, "", ""));
    assert_false(is_nesting_valid("[", MIB, "", "]"));
    assert_false(is_nesting_valid("{\"a\":", MIB / 4, "", ""));
    assert_false(is_nesting_valid("[{\"\":", MIB / 4, "", ""));
}

static void what_is_beside_one_another_may_be_much(void **state)
{
    struct buf text = {0};
    struct slice value;
    size_t count = 0;
    (void)state;
    buf_append_text(&text, "[[]");
    for (int i = 0; i < 10000; i++)
        buf_append_text(&text, ",[{}]");
    buf_append_text(&text, "]");
    assert_true(is_valid(buf_slice(&text)));
    struct json_cursor cursor = json_items(buf_slice(&text));
    while (json_next(&cursor, &value))
        count++;
    assert_int_equal(count, 10001);
    buf_free(&text);
}

/* ------------------------------------------------------------- walking */

static void a_value_says_what_it_is(void **state)
{
    (void)state;
    assert_int_equal(json_type(slice_of("null")), JSON_NULL);
    assert_int_equal(json_type(slice_of("false")), JSON_FALSE);
    assert_int_equal(json_type(slice_of("true")), JSON_TRUE);
    assert_int_equal(json_type(slice_of("0")), JSON_NUMBER);
    assert_int_equal(json_type(slice_of("-1.5e3")), JSON_NUMBER);
    assert_int_equal(json_type(slice_of("\"\"")), JSON_STRING);
    assert_int_equal(json_type(slice_of("[]")), JSON_ARRAY);
    assert_int_equal(json_type(slice_of(" \t\r\n{}")), JSON_OBJECT);
}

static void blanks_around_a_text_are_trimmed_and_no_others(void **state)
{
    (void)state;
    assert_slice(json_trim(slice_of(" \t\r\n[ 1 ]\n\r\t ")), "[ 1 ]");
    assert_slice(json_trim(slice_of("\v1\f")), "\v1\f");
    assert_slice(json_trim(slice_of(" \n ")), "");
    assert_int_equal(json_trim((struct slice){0}).size, 0);
}

static void items_are_slices_of_the_text_without_blanks(void **state)
{
    static const char *const expected[] = {
        "1.50", "\"a]\\\",\"", "[ 2 , 3 ]", "{\"x\" : []}", "null", "\"\"",
    };
    struct slice text = slice_of(
        " [ 1.50 ,\"a]\\\",\",[ 2 , 3 ]\n,{\"x\" : []} , null\t,\"\"] ");
    struct json_cursor cursor = json_items(text);
    struct slice value;
    (void)state;
    assert_true(is_valid(text));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(json_next(&cursor, &value));
        assert_slice(value, expected[i]);
        assert_true(value.data > text.data &&
                    value.data < text.data + text.size);
    }
    assert_false(json_next(&cursor, &value));
    assert_false(json_next(&cursor, &value));
}

static void members_are_names_with_values(void **state)
{
    struct json_cursor cursor = json_items(
        slice_of(" { \"a\" : 1 ,\"b\\n\":{\"a\":2} , \"\":[3,\"}\"] } "));
    struct slice name, value;
    (void)state;
    assert_true(json_next_member(&cursor, &name, &value));
    assert_slice(name, "\"a\"");
    assert_slice(value, "1");
    assert_true(json_next_member(&cursor, &name, &value));
    assert_slice(name, "\"b\\n\"");
    assert_slice(value, "{\"a\":2}");
    assert_true(json_next_member(&cursor, &name, &value));
    assert_slice(name, "\"\"");
    assert_slice(value, "[3,\"}\"]");
    assert_false(json_next_member(&cursor, &name, &value));
    assert_false(json_next_member(&cursor, &name, &value));
}

static void what_is_empty_has_nothing_to_take(void **state)
{
    struct slice name, value;
    struct json_cursor cursor = json_items(slice_of(" [ ] "));
    (void)state;
    assert_false(json_next(&cursor, &value));
    cursor = json_items(slice_of("{ }"));
    assert_false(json_next_member(&cursor, &name, &value));
}

static void a_member_is_found_by_its_name(void **state)
{
    struct slice object = slice_of("{\"ab\":1,\"\\u0061\":2,\"b\":{\"c\":3},"
                                   "\"\":4,\"\\u00e9\\n\":5,\"n\\u0000\":6}");
    struct slice value = slice_of("untouched");
    (void)state;
    assert_true(json_member(object, "a", &value));
    assert_slice(value, "2");
    assert_true(json_member(object, "", &value));
    assert_slice(value, "4");
    assert_true(json_member(object, "\xC3\xA9\n", &value));
    assert_slice(value, "5");
    assert_false(json_member(object, "c", &value));
    assert_false(json_member(object, "n", &value));
    assert_false(json_member(object, "A", &value));
    assert_slice(value, "5");
}

static void of_members_with_one_name_the_last_counts(void **state)
{
    struct slice value;
    (void)state; /* 4: "many implementations report the last" */
    assert_true(json_member(slice_of("{\"a\":1,\"b\":2,\"\\u0061\":[3]}"), "a",
                            &value));
    assert_slice(value, "[3]");
}

static void only_an_object_has_members(void **state)
{
    static const char *const others[] = {"[\"a\",1]", "\"a\"", "1", "null"};
    struct slice value = slice_of("untouched");
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(json_member(slice_of(others[i]), "a", &value));
    assert_slice(value, "untouched");
}

/* ------------------------------------------------------------- strings */

static void every_escape_means_its_character(void **state)
{
    (void)state;
    assert_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    assert_text("\"\\u0041\\u00e9\\u20AC\\uabCD\"",
                "A\xC3\xA9\xE2\x82\xAC\xEA\xAF\x8D");
    assert_text("\"a\\nb\\nc\"", "a\nb\nc");
    assert_text(
        "\"more than thirty-two plain bytes and then\\none escape and more "
        "plain\"",
        "more than thirty-two plain bytes and then\none escape and more plain");
    assert_characters(slice_of("\"a\\u0000b\""), "a\0b", 3);
    assert_text(" \"\\u002Fblanks around\" ", "/blanks around");
}

static void a_string_is_borrowed_unless_something_is_escaped(void **state)
{
    struct buf scratch = {0};
    struct slice plain = slice_of("\"a\"");
    (void)state;
    assert_ptr_equal(json_string(plain, &scratch).data, plain.data + 1);
    assert_int_equal(buf_size(&scratch), 0);
    assert_slice(json_string(slice_of("\"\\n\""), &scratch), "\n");
    assert_slice(json_string(slice_of("\"b\\t\""), &scratch), "b\t");
    assert_slice(buf_slice(&scratch), "\nb\t");
    buf_free(&scratch);
}

static void a_pair_of_surrogates_is_one_character(void **state)
{
    (void)state;
    assert_text("\"\\ud800\\udc00\"", "\xF0\x90\x80\x80");
    assert_text("\"\\uD83D\\uDE00\"", "\xF0\x9F\x98\x80");
    assert_text("\"\\udbff\\udfff\"", "\xF4\x8F\xBF\xBF");
    assert_text("\"\\ud7ff\\ue000\"", "\xED\x9F\xBF\xEE\x80\x80");
}

#define REPLACED "\xEF\xBF\xBD"

static void a_surrogate_that_stands_alone_is_replaced(void **state)
{
    (void)state; /* 8.2 */
    assert_text("\"\\ud800\"", REPLACED);
    assert_text("\"\\udbffx\"", REPLACED "x");
    assert_text("\"\\udc00\"", REPLACED);
    assert_text("\"\\udfff\\n\"", REPLACED "\n");
    assert_text("\"\\ud83d\\n\"", REPLACED "\n");
    assert_text("\"\\ud83d\\u0041\"", REPLACED "A");
    assert_text("\"\\ud83d\\ue000\"", REPLACED "\xEE\x80\x80");
    assert_text("\"\\ude00\\ud83d\"", REPLACED REPLACED);
    assert_text("\"\\ud83d\\ud83d\\ude00\"", REPLACED "\xF0\x9F\x98\x80");
    assert_text("\"\\ud83d \\ude00\"", REPLACED " " REPLACED);
}

static void a_string_is_compared_by_its_characters(void **state)
{
    (void)state;
    assert_true(json_string_is(slice_of("\"a\\u0062\""), "ab"));
    assert_true(json_string_is(slice_of(" \"ab\" "), "ab"));
    assert_true(json_string_is(slice_of("\"\""), ""));
    assert_false(json_string_is(slice_of("\"ab\""), "a"));
    assert_false(json_string_is(slice_of("\"ab\""), "abc"));
    assert_false(json_string_is(slice_of("\"a\\u0000\""), "a"));
    assert_false(json_string_is(slice_of("1"), "1"));
    assert_false(json_string_is(slice_of("[\"a\"]"), "a"));
}

static void only_what_must_be_escaped_is(void **state)
{
    (void)state; /* 7 */
    assert_written(slice_of(""), "\"\"");
    assert_written((struct slice){NULL, 0}, "\"\"");
    assert_written(slice_of("hello, world / \x7F\xC3\xA9"),
                   "\"hello, world / \x7F\xC3\xA9\"");
    assert_written(slice_of("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
    assert_written((struct slice){"\0\x0B\x10\x1F", 4},
                   "\"\\u0000\\u000b\\u0010\\u001f\"");
    assert_written(
        slice_of("more than thirty-two plain bytes and\nsome more behind them"),
        "\"more than thirty-two plain bytes and\\nsome more behind them\"");
}

/* What the character is spelled as, written or escaped, is it again. */
static void check_character(uint32_t character)
{
    struct buf json = {0};
    uint8_t bytes[4];
    size_t size = encode(character, bytes);
    json_append_string(&json, (struct slice){(const char *)bytes, size});
    assert_characters(buf_slice(&json), bytes, size);
    buf_consume(&json, buf_size(&json));
    if (character < 0x10000)
        buf_printf(&json, "\"\\u%04x\"", character);
    else
        buf_printf(&json, "\"\\u%04X\\u%04x\"", 0xD7C0 + (character >> 10),
                   0xDC00 + (character & 0x3FF));
    assert_characters(buf_slice(&json), bytes, size);
    buf_free(&json);
}

static void every_character_survives_being_written_and_read(void **state)
{
    (void)state;
    for (uint32_t character = 0; character < 0xD800; character++)
        check_character(character);
    for (uint32_t character = 0xE000; character < 0x10400; character++)
        check_character(character);
    for (uint32_t character = 0x10400; character < 0x110000; character += 61)
        check_character(character);
    check_character(0x10FFFF);
}

static void any_text_survives_being_written_and_read(void **state)
{
    char text[100];
    (void)state;
    for (size_t size = 0; size <= sizeof text; size++) {
        for (size_t i = 0; i < size; i++)
            text[i] = (char)((i * 37 + size * 11) % 128);
        struct buf json = {0};
        json_append_string(&json, (struct slice){text, size});
        assert_characters(buf_slice(&json), text, size);
        buf_free(&json);
    }
}

/* ------------------------------------------------------------- numbers */

static void an_integer_is_read_up_to_the_largest(void **state)
{
    int64_t number = -1;
    (void)state;
    assert_true(json_integer(slice_of("0"), &number));
    assert_int_equal(number, 0);
    assert_true(json_integer(slice_of(" 1700000000123 "), &number));
    assert_int_equal(number, 1700000000123);
    assert_true(json_integer(slice_of("9223372036854775807"), &number));
    assert_true(number == INT64_MAX);
}

static void any_other_value_is_no_integer(void **state)
{
    static const char *const others[] = {
        "9223372036854775808",
        "9223372036854775810",
        "18446744073709551616",
        "92233720368547758070",
        "-1",
        "-0",
        "1.0",
        "1e2",
        "0e0",
        "\"1\"",
        "null",
        "true",
        "[1]",
        "{\"a\":1}",
        "\"\"",
    };
    int64_t number = 5;
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        if (json_integer(slice_of(others[i]), &number))
            fail_msg("read: %s", others[i]);
    assert_int_equal(number, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image_of_the_rfc_is_walked),
        cmocka_unit_test(the_places_of_the_rfc_are_walked),
        cmocka_unit_test(the_small_texts_of_the_rfc_are_valid),
        cmocka_unit_test(what_the_grammar_allows_is_valid),
        cmocka_unit_test(what_is_nearly_an_array_or_object_is_refused),
        cmocka_unit_test(what_is_nearly_a_number_or_word_is_refused),
        cmocka_unit_test(what_is_nearly_a_string_is_refused),
        cmocka_unit_test(what_is_no_blank_separates_nothing),
        cmocka_unit_test(a_byte_order_mark_and_other_encodings_are_refused),
        cmocka_unit_test(a_control_character_is_refused_wherever_it_stands),
        cmocka_unit_test(what_follows_a_backslash_is_one_of_nine_letters),
        cmocka_unit_test(only_sixteen_digits_spell_a_unit),
        cmocka_unit_test(no_beginning_of_an_object_or_array_or_string_is_valid),
        cmocka_unit_test(
            a_beginning_of_a_number_is_valid_when_it_ends_in_a_digit),
        cmocka_unit_test(nesting_is_valid_up_to_the_limit),
        cmocka_unit_test(a_megabyte_of_brackets_is_refused),
        cmocka_unit_test(what_is_beside_one_another_may_be_much),
        cmocka_unit_test(a_value_says_what_it_is),
        cmocka_unit_test(blanks_around_a_text_are_trimmed_and_no_others),
        cmocka_unit_test(items_are_slices_of_the_text_without_blanks),
        cmocka_unit_test(members_are_names_with_values),
        cmocka_unit_test(what_is_empty_has_nothing_to_take),
        cmocka_unit_test(a_member_is_found_by_its_name),
        cmocka_unit_test(of_members_with_one_name_the_last_counts),
        cmocka_unit_test(only_an_object_has_members),
        cmocka_unit_test(every_escape_means_its_character),
        cmocka_unit_test(a_string_is_borrowed_unless_something_is_escaped),
        cmocka_unit_test(a_pair_of_surrogates_is_one_character),
        cmocka_unit_test(a_surrogate_that_stands_alone_is_replaced),
        cmocka_unit_test(a_string_is_compared_by_its_characters),
        cmocka_unit_test(only_what_must_be_escaped_is),
        cmocka_unit_test(every_character_survives_being_written_and_read),
        cmocka_unit_test(any_text_survives_being_written_and_read),
        cmocka_unit_test(an_integer_is_read_up_to_the_largest),
        cmocka_unit_test(any_other_value_is_no_integer),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
