#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/http_fields.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_slice(struct slice slice, const char *text)
{
    if (!slice_is(slice, text))
        fail_msg("\"%.*s\" is not \"%s\"", (int)slice.size, slice.data, text);
}

static void fields_are_found_in_any_case(void **state)
{
    (void)state;
    struct http_head all = {
        .count = 3,
        .fields = {{slice_of("Empty"), slice_of("")},
                   {slice_of("Twice"), slice_of("a, B")},
                   {slice_of("tWICE"), slice_of("c , ,\td")}},
    };
    const struct http_head *head = &all;
    assert_slice(http_field(head, "twice"), "a, B");
    assert_non_null(http_field(head, "empty").data);
    assert_slice(http_field(head, "empty"), "");
    assert_null(http_field(head, "none").data);
    assert_int_equal(http_field(head, "none").size, 0);
    assert_int_equal(http_field_count(head, "Twice"), 2);
    assert_int_equal(http_field_count(head, "none"), 0);
    assert_true(http_field_list_has(head, "Twice", "b"));
    assert_true(http_field_list_has(head, "Twice", "C"));
    assert_true(http_field_list_has(head, "Twice", "d"));
    assert_false(http_field_list_has(head, "Twice", "a, B"));
    assert_false(http_field_list_has(head, "Twice", ""));
    assert_false(http_field_list_has(head, "Empty", "a"));
}

static void lines_of_one_name_are_joined_in_their_order(void **state)
{
    (void)state;
    struct buf joined = {0};
    struct http_head head = {
        .count = 4,
        .fields = {{slice_of("Twice"), slice_of("a, B")},
                   {slice_of("Once"), slice_of("c")},
                   {slice_of("tWICE"), slice_of("d")},
                   {slice_of("twice"), slice_of("")}},
    };
    assert_slice(http_field_joined(&head, "twice", &joined), "a, B, d, ");
    buf_consume(&joined, buf_size(&joined));
    assert_ptr_equal(http_field_joined(&head, "once", &joined).data,
                     head.fields[1].value.data);
    assert_null(http_field_joined(&head, "none", &joined).data);
    assert_int_equal(buf_size(&joined), 0);
    buf_free(&joined);
}

static void nothing_is_read_behind_the_last_field(void **state)
{
    (void)state;
    struct buf joined = {0};
    struct http_head head = {
        .count = 1,
        .fields = {{slice_of("A"), slice_of("b")},
                   {slice_of("If-None-Match"), slice_of("*")}},
    };
    assert_null(http_field(&head, "If-None-Match").data);
    assert_int_equal(http_field_count(&head, "If-None-Match"), 0);
    assert_null(http_field_joined(&head, "If-None-Match", &joined).data);
    assert_false(http_field_list_has(&head, "If-None-Match", "*"));
    assert_false(http_etag_matches(&head, "\"1\""));
}

static void an_absent_field_is_an_empty_list(void **state)
{
    (void)state;
    assert_false(http_list_has((struct slice){NULL, 0}, "close"));
    assert_false(http_list_has(slice_of(" , ,, "), "close"));
    assert_true(http_list_has(slice_of(",close"), "Close"));
    assert_false(http_list_has(slice_of("closed, enclose"), "close"));
}

static void entity_tags_are_compared_weakly(void **state)
{
    (void)state;
    static const struct {
        const char *value, *etag;
        bool matches;
    } rows[] = {
        /* RFC 9110, 8.8.3.2, and 13.1.2 */
        {"\"1\"", "\"1\"", true},
        {"W/\"1\"", "W/\"1\"", true},
        {"W/\"1\"", "\"1\"", true},
        {"\"1\"", "W/\"1\"", true},
        {"W/\"1\"", "W/\"2\"", false},
        {"\"xyzzy\", \"r2d2xxxx\", \"c3piozzzz\"", "\"r2d2xxxx\"", true},
        {"W/\"xyzzy\",W/\"c3piozzzz\"", "\"c3piozzzz\"", true},
        {"*", "\"1\"", true},
        {"\"a,b\" , \"c\\\", \"d\"", "\"d\"", true},
        {"\"a,b\"", "\"b\"", false},
        {"w/\"1\"", "\"1\"", false},
        {"1", "\"1\"", false},
        {"\"1", "\"1\"", false},
        {"\"", "\"1\"", false},
        {"", "\"1\"", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_head head = {.count = 1};
        head.fields[0].name = slice_of("if-none-match");
        head.fields[0].value = slice_of(rows[i].value);
        if (http_etag_matches(&head, rows[i].etag) != rows[i].matches)
            fail_msg("%s and %s", rows[i].value, rows[i].etag);
    }
}

static void tokens_and_values_from_elsewhere_are_checked(void **state)
{
    (void)state;
    assert_true(http_is_token(slice_of("X-Name")));
    assert_false(http_is_token(slice_of("")));
    assert_false(http_is_token(slice_of("a b")));
    assert_false(http_is_token(slice_of("a:")));
    assert_true(http_is_value(slice_of("")));
    assert_true(http_is_value(slice_of("a\tb \xc3\xa9")));
    assert_false(http_is_value(slice_of("a\r\nSet-Cookie: b")));
    assert_false(http_is_value((struct slice){"\0", 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_in_any_case),
        cmocka_unit_test(lines_of_one_name_are_joined_in_their_order),
        cmocka_unit_test(nothing_is_read_behind_the_last_field),
        cmocka_unit_test(an_absent_field_is_an_empty_list),
        cmocka_unit_test(entity_tags_are_compared_weakly),
        cmocka_unit_test(tokens_and_values_from_elsewhere_are_checked),
    };
    return cmocka_run_group_tests_name("http_fields", tests, NULL, NULL);
}
