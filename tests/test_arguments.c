#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/arguments.h"
#include "client/event_line.h"

static void assert_text(struct slice text, const char *expected)
{
    if (!slice_is(text, expected))
        fail_msg("expected \"%s\", got \"%.*s\"", expected, (int)text.size,
                 text.data);
}

static void expect_refusal(const char *value, const char *why)
{
    struct arguments arguments = {0};
    const char *problem = arguments_add(&arguments, slice_of(value));
    assert_non_null(problem);
    assert_non_null(strstr(problem, why));
    arguments_free(&arguments);
}

/* ------------------------------------------------------ buffers */

static void buffers_become_placeholders_and_come_back(void **state)
{
    static const char array[] = "[1.50,{\"a\":[{\"$bin\":\"eA==\"},"
                                "{\"$bin\":\"\"}]},{\"$bin\":\"eHl6\"}]";
    struct arguments arguments = {0};
    struct buf out = {0};
    (void)state;
    assert_null(arguments_add_items(&arguments, slice_of(array)));
    struct sio_args args = arguments_get(&arguments);
    assert_text(args.json, "1.50,{\"a\":[{\"_placeholder\":true,\"num\":0},"
                           "{\"_placeholder\":true,\"num\":1}]},"
                           "{\"_placeholder\":true,\"num\":2}");
    assert_int_equal(args.buffer_count, 3);
    assert_text(args.buffers[0], "x");
    assert_text(args.buffers[1], "");
    assert_text(args.buffers[2], "xyz");
    buf_append_text(&out, "[");
    arguments_append(&out, &args);
    buf_append_text(&out, "]");
    assert_text(buf_slice(&out), array);
    buf_free(&out);
    arguments_free(&arguments);
}

static void what_only_looks_like_a_buffer_stays(void **state)
{
    static const char *const values[] = {
        "{\"$bin\":\"eA==\",\"a\":1}",
        "{\"a\":1,\"$bin\":\"eA==\"}",
        "{\"$bin\":1}",
        "\"$bin\"",
        "{}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct arguments arguments = {0};
        assert_null(arguments_add(&arguments, slice_of(values[i])));
        assert_text(arguments_get(&arguments).json, values[i]);
        assert_int_equal(arguments_get(&arguments).buffer_count, 0);
        arguments_free(&arguments);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    expect_refusal("{\"$bin\":\"eA\"}", "base64");
    expect_refusal("[[{\"$bin\":\"?\"}]]", "base64");
}

static void more_buffers_than_a_packet_may_have_are_refused(void **state)
{
    struct arguments arguments = {0};
    struct slice buffer = slice_of("{\"$bin\":\"eA==\"}");
    (void)state;
    for (int i = 0; i < SIO_ATTACHMENTS_MAX; i++)
        assert_null(arguments_add(&arguments, buffer));
    assert_non_null(arguments_add(&arguments, buffer));
    arguments_free(&arguments);
}

static void values_are_written_on_one_line(void **state)
{
    struct buf out = {0};
    struct sio_args args = {.json = slice_of("[ 1,\n2 ],{ \"a\" :\r\n 3 }")};
    (void)state;
    arguments_append(&out, &args);
    assert_text(buf_slice(&out), "[1,2],{\"a\":3}");
    buf_free(&out);
}

/* ------------------------------------------------------ lines */

static void expect_line(const char *line, const char *event, const char *json)
{
    struct arguments arguments = {0};
    struct buf name = {0};
    assert_null(event_line_read(slice_of(line), &name, &arguments));
    assert_text(buf_slice(&name), event);
    assert_text(arguments_get(&arguments).json, json);
    buf_free(&name);
    arguments_free(&arguments);
}

static void expect_no_line(const char *line)
{
    struct arguments arguments = {0};
    struct buf name = {0};
    if (event_line_read(slice_of(line), &name, &arguments) == NULL)
        fail_msg("%s was taken for an event", line);
    buf_free(&name);
    arguments_free(&arguments);
}

static void a_line_is_an_event_and_values(void **state)
{
    (void)state;
    expect_line("hello", "hello", "");
    expect_line("hello  ", "hello", "");
    expect_line("hello 1  \"two words\" {\"a\": [3, 4]}  null", "hello",
                "1,\"two words\",{\"a\":[3,4]},null");
    expect_line("a \"\\\" ]\" [\"}\"]", "a", "\"\\\" ]\",[\"}\"]");
}

static void a_line_may_be_an_array_as_it_is_shown(void **state)
{
    (void)state;
    expect_line("[\"he\\u006clo\",1,[2]]", "hello", "1,[2]");
    expect_line("[\"a\"]", "a", "");
}

static void a_line_that_is_no_event_is_refused(void **state)
{
    static const char *const lines[] = {
        "",  " a", "a b", "a \"b",     "a {",    "a ]", "a 1,2",
        "[", "[]", "[1]", "[\"a\"] 1", "a \"\\", "a [", "a {}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        expect_no_line(lines[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_become_placeholders_and_come_back),
        cmocka_unit_test(what_only_looks_like_a_buffer_stays),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(more_buffers_than_a_packet_may_have_are_refused),
        cmocka_unit_test(values_are_written_on_one_line),
        cmocka_unit_test(a_line_is_an_event_and_values),
        cmocka_unit_test(a_line_may_be_an_array_as_it_is_shown),
        cmocka_unit_test(a_line_that_is_no_event_is_refused),
    };
    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
