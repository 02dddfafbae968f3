#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "client/message.h"

/* A copy of exactly this size, so that a sanitizer sees one byte too far. */
static struct slice copy_of(const char *text)
{
    size_t size = strlen(text);
    char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    return (struct slice){copy, size};
}

static void expect_text(const char *json, const char *text)
{
    struct buf scratch = {0};
    struct heard heard;
    struct slice copy = copy_of(json);
    if (!message_read(copy, &scratch, &heard))
        fail_msg("refused: %s", json);
    assert_int_equal(heard.text.size, strlen(text));
    assert_memory_equal(heard.text.data, text, strlen(text));
    buf_free(&scratch);
    free((void *)(uintptr_t)copy.data);
}

static void expect_refusal(const char *json)
{
    struct buf scratch = {0};
    struct heard heard;
    struct slice copy = copy_of(json);
    if (message_read(copy, &scratch, &heard))
        fail_msg("accepted: %s", json);
    buf_free(&scratch);
    free((void *)(uintptr_t)copy.data);
}

static void a_message_is_read(void **state)
{
    struct buf scratch = {0};
    struct heard heard;
    (void)state;
    assert_true(message_read(
        slice_of(" {\"id\":8,\"time\":1700000000123,\"text\":\"hi\"} \n"),
        &scratch, &heard));
    assert_int_equal(heard.id, 8);
    assert_int_equal(heard.time_ms, 1700000000123);
    assert_true(slice_is(heard.text, "hi"));
    assert_true(slice_is(heard.json,
                         "{\"id\":8,\"time\":1700000000123,\"text\":\"hi\"}"));
    assert_false(heard.is_lost);
    buf_free(&scratch);
}

static void what_was_lost_is_no_message(void **state)
{
    struct buf scratch = {0};
    struct heard heard;
    (void)state;
    assert_true(message_read(slice_of("{\"id\":56,\"lost\":\"gone\"}"),
                             &scratch, &heard));
    assert_true(heard.is_lost);
    assert_int_equal(heard.id, 56);
    assert_true(slice_is(heard.text, "gone"));
    buf_free(&scratch);
}

static void escapes_are_undone(void **state)
{
    (void)state;
    expect_text("{\"id\":1,\"text\":\"\"}", "");
    expect_text("{\"id\":1,\"text\":\"a\\n\\t\\\"\\\\\\/\\b\\f\\rz\"}",
                "a\n\t\"\\/\b\f\rz");
    expect_text("{\"id\":1,\"text\":\"\\u0041\\u00e9\\u20AC\"}",
                "A\xc3\xa9"
                "\xe2\x82\xac");
    expect_text("{\"id\":1,\"text\":\"\\ud83d\\ude00\"}", "\xf0\x9f\x98\x80");
    expect_text("{\"id\":1,\"text\":\"\\udbff\\udfff\"}", "\xf4\x8f\xbf\xbf");
    expect_text("{\"text\":\"a\\nb\",\"id\":1,\"x\":\"c\\nd\"}", "a\nb");
}

static void scratch_holds_the_last_text_alone(void **state)
{
    struct buf scratch = {0};
    struct heard heard;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(message_read(slice_of("{\"id\":1,\"text\":\"a\\n\"}"),
                                 &scratch, &heard));
    assert_true(slice_is(heard.text, "a\n"));
    assert_int_equal(buf_size(&scratch), 2);
    buf_free(&scratch);
}

static void members_come_in_any_order_and_others_are_skipped(void **state)
{
    (void)state;
    expect_text("{ \"text\" : \"hi\" , \"id\" : 8 }", "hi");
    expect_text("{\"a\":null,\"b\":true,\"id\":1,\"c\":false,\"d\":-1.5e+3,"
                "\"e\":\"\\u0000\",\"text\":\"hi\"}",
                "hi");
    expect_text("{\"a\":{\"id\":\"x\",\"text\":[5]},\"id\":1,"
                "\"b\":[{\"text\":2}],\"text\":\"hi\"}",
                "hi");
    expect_text("{\"\\u0069d\":2,\"text\":\"escaped names count\"}",
                "escaped names count");
}

static void of_members_with_one_name_the_last_counts(void **state)
{
    (void)state;
    expect_text("{\"id\":\"x\",\"id\":2,\"text\":\"a\"}", "a");
    expect_text("{\"id\":1,\"text\":\"a\",\"text\":\"b\"}", "b");
    expect_text("{\"id\":1,\"text\":\"a\",\"lost\":\"b\"}", "a");
}

static void half_a_surrogate_pair_is_replaced(void **state)
{
    (void)state;
    expect_text("{\"id\":1,\"text\":\"\\ud83d\"}", "\xef\xbf\xbd");
    expect_text("{\"id\":1,\"text\":\"\\ude00x\"}", "\xef\xbf\xbdx");
}

static void what_is_not_json_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "hi",
        "[]",
        "{}",
        "[{\"id\":1,\"text\":\"a\"}]",
        "{\"id\":1}",
        "{\"text\":\"a\"}",
        "{\"id\":1,\"text\":\"a\"",
        "{\"id\":1,\"text\":\"a",
        "{\"id\":1,\"text\":\"a\\",
        "{\"id\":1,\"text\":\"a\\u12",
        "{\"id\":1,\"text\":\"a\\u12g4\"}",
        "{\"id\":1,\"text\":\"\\x41\"}",
        "{\"id\":1,\"text\":\"a\nb\"}",
        "{\"id\":1,\"text\":\"\xff\"}",
        "{\"id\":1,\"text\":\"a\",}",
        "{,\"id\":1,\"text\":\"a\"}",
        "{\"id\":1 \"text\":\"a\"}",
        "{\"id\":1,\"text\":\"a\"}}",
        "{\"id\":1,\"text\":\"a\"} x",
        "{\"id\":01,\"text\":\"a\"}",
        "{\"id\":-1,\"text\":\"a\"}",
        "{\"id\":1.5,\"text\":\"a\"}",
        "{\"id\":\"1\",\"text\":\"a\"}",
        "{\"id\":9223372036854775808,\"text\":\"a\"}",
        "{\"id\":18446744073709551616,\"text\":\"a\"}",
        "{\"id\":1,\"time\":9223372036854775808,\"text\":\"a\"}",
        "{\"id\":1,\"id\":\"x\",\"text\":\"a\"}",
        "{\"id\":1,\"text\":5}",
        "{\"id\":1,\"text\":\"a\",\"time\":\"b\"}",
        "{\"id\":1,\"text\":\"a\",\"x\":[1,]}",
        "{\"id\":1,\"text\":\"a\",\"x\":\"\xff\"}",
        "{\"id\":1,\"text\":\"a\",\"x\":1.}",
        "{\"id\":1,\"text\":\"a\",\"x\":1e}",
        "{\"id\":1,\"text\":\"a\",\"x\":nul}",
        "{id:1,\"text\":\"a\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refusal(bad[i]);
}

static void every_beginning_of_a_message_is_refused(void **state)
{
    static const char json[] =
        "{\"id\":8,\"time\":17,\"text\":\"a\\ud83d\\ude00\"}";
    (void)state;
    for (size_t size = 0; size < sizeof json - 1; size++) {
        char beginning[sizeof json] = "";
        memcpy(beginning, json, size);
        expect_refusal(beginning);
    }
}

/* How many messages are in the array, or -1. */
static int count_of(const char *json)
{
    struct slice copy = copy_of(json);
    struct json_cursor array;
    struct buf scratch = {0};
    struct heard heard;
    enum message_result result = MESSAGE_BAD;
    int count = 0;
    if (message_array(copy, &array))
        while ((result = message_next(&array, &scratch, &heard)) ==
               MESSAGE_READ)
            assert_int_equal(heard.id, ++count);
    buf_free(&scratch);
    free((void *)(uintptr_t)copy.data);
    return result == MESSAGE_END ? count : -1;
}

static void arrays_are_read_one_message_after_another(void **state)
{
    (void)state;
    assert_int_equal(count_of("[]"), 0);
    assert_int_equal(count_of(" [ ] "), 0);
    assert_int_equal(count_of("[{\"id\":1,\"text\":\"a\"}]"), 1);
    assert_int_equal(
        count_of("[ {\"id\":1,\"text\":\"[\"} , {\"id\":2,\"text\":\"]\"} ]"),
        2);
}

static void what_is_no_array_of_messages_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "[",
        "]",
        "[]]",
        "[] x",
        "[,]",
        "{}",
        ",{\"id\":1,\"text\":\"a\"}]",
        "[{\"id\":1,\"text\":\"a\"}",
        "[{\"id\":1,\"text\":\"a\"},",
        "[{\"id\":1,\"text\":\"a\"}{\"id\":2,\"text\":\"b\"}]",
        "[{\"id\":1,\"text\":\"a\"}[",
        "[{\"id\":1,\"text\":\"a\"},{\"id\":2}]",
        "[{\"id\":1,\"text\":\"\xff\"}]",
        "[[{\"id\":1,\"text\":\"a\"}]]",
        "[1]",
        "<!doctype html>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (count_of(bad[i]) != -1)
            fail_msg("accepted: %s", bad[i]);
}

static void an_id_is_read_from_the_answer_to_a_post(void **state)
{
    uint64_t id = 0;
    (void)state;
    assert_true(message_read_id(slice_of("{\"id\":8}\n"), &id));
    assert_int_equal(id, 8);
    assert_true(message_read_id(slice_of("{\"id\":9,\"text\":[]}"), &id));
    assert_int_equal(id, 9);
    assert_false(message_read_id(slice_of("{}"), &id));
    assert_false(message_read_id(slice_of("{\"id\":\"8\"}"), &id));
    assert_false(message_read_id(slice_of("{\"id\":8"), &id));
    assert_false(message_read_id(slice_of("8"), &id));
    assert_false(message_read_id(slice_of(""), &id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_read),
        cmocka_unit_test(what_was_lost_is_no_message),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(scratch_holds_the_last_text_alone),
        cmocka_unit_test(members_come_in_any_order_and_others_are_skipped),
        cmocka_unit_test(of_members_with_one_name_the_last_counts),
        cmocka_unit_test(half_a_surrogate_pair_is_replaced),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(every_beginning_of_a_message_is_refused),
        cmocka_unit_test(arrays_are_read_one_message_after_another),
        cmocka_unit_test(what_is_no_array_of_messages_is_refused),
        cmocka_unit_test(an_id_is_read_from_the_answer_to_a_post),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
