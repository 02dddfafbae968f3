#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/sse.h"

/* A decoder, the wire into it, and its events, written as "type|id|data\n". */
struct reader {
    struct sse sse;
    struct buf in;
    struct buf events;
    enum sse_result result; /* the newest, never SSE_EVENT */
};

static struct reader new_reader(void)
{
    return (struct reader){.sse = {.max_size = 1000, .retry_ms = 3000}};
}

static void read_bytes(struct reader *reader, const char *bytes, size_t size)
{
    struct sse_event event;
    buf_append(&reader->in, bytes, size);
    while ((reader->result = sse_next(&reader->sse, &reader->in, &event)) ==
           SSE_EVENT) {
        buf_append_slice(&reader->events, event.type);
        buf_append_text(&reader->events, "|");
        buf_append_slice(&reader->events, event.id);
        buf_append_text(&reader->events, "|");
        buf_append_slice(&reader->events, event.data);
        buf_append_text(&reader->events, "\n");
    }
}

static void read_text(struct reader *reader, const char *text)
{
    read_bytes(reader, text, strlen(text));
}

static void reader_free(struct reader *reader)
{
    sse_free(&reader->sse);
    buf_free(&reader->in);
    buf_free(&reader->events);
}

static void assert_holds(const struct buf *buf, const char *text)
{
    assert_int_equal(buf_size(buf), strlen(text));
    if (buf_size(buf) > 0)
        assert_memory_equal(buf_head(buf), text, strlen(text));
}

/* What comes out of `stream`, read at once and then cut at every position. */
static void assert_bytes_are_events(const char *stream, size_t size,
                                    const char *events)
{
    for (size_t cut = 0; cut < size; cut++) {
        struct reader reader = new_reader();
        read_bytes(&reader, stream, cut);
        read_bytes(&reader, stream + cut, size - cut);
        assert_int_equal(reader.result, SSE_NEED_MORE);
        assert_holds(&reader.events, events);
        reader_free(&reader);
    }
}

static void assert_events(const char *stream, const char *events)
{
    assert_bytes_are_events(stream, strlen(stream), events);
}

/* 9.2.6: "dispatched ... would be "YHOO\n+2\n10"". */
static void the_stock_of_the_standard_is_one_event(void **state)
{
    (void)state;
    assert_events("data: YHOO\ndata: +2\ndata: 10\n\n",
                  "message||YHOO\n+2\n10\n");
}

/* 9.2.6: "four blocks": a comment; an event with an id; one that resets the id;
 * one whose data begins with a space, discarded here as no blank line follows
 * it. */
static void the_four_blocks_of_the_standard_are_two_events(void **state)
{
    (void)state;
    assert_events(": test stream\n\ndata: first event\nid: 1\n\n"
                  "data:second event\nid\n\ndata:  third event\n",
                  "message|1|first event\nmessage||second event\n");
    assert_events("data:  third event\n\n", "message|| third event\n");
}

/* 9.2.6: "The following stream fires two events", empty and one newline. */
static void a_field_without_a_colon_has_an_empty_value(void **state)
{
    (void)state;
    assert_events("data\n\ndata\ndata\n\ndata:", "message||\nmessage||\n\n");
}

static void one_space_before_the_value_is_removed(void **state)
{
    (void)state;
    assert_events("data:test\n\ndata: test\n\n",
                  "message||test\nmessage||test\n");
    assert_events("data:  a\n\ndata:\tb\n\n", "message|| a\nmessage||\tb\n");
}

static const char add_and_remove[] =
    "\xef\xbb\xbf"
    "event: add\r\n: comment\rdata: 73857293\n\r\n"
    "id: 4\revent: remove\rdata: 2153\rdata\r\r"
    "data:last\r\n\r\n";
static const char add_and_remove_events[] =
    "add||73857293\nremove|4|2153\n\nmessage|4|last\n";

static void events_are_the_same_wherever_the_stream_is_cut(void **state)
{
    (void)state;
    const size_t size = sizeof add_and_remove - 1;
    for (size_t first = 0; first < size; first++) {
        for (size_t second = first; second < size; second++) {
            struct reader reader = new_reader();
            read_bytes(&reader, add_and_remove, first);
            read_bytes(&reader, add_and_remove + first, second - first);
            read_bytes(&reader, add_and_remove + second, size - second);
            assert_holds(&reader.events, add_and_remove_events);
            reader_free(&reader);
        }
    }
}

static void events_are_the_same_byte_by_byte(void **state)
{
    (void)state;
    struct reader reader = new_reader();
    for (size_t i = 0; i < sizeof add_and_remove - 1; i++)
        read_bytes(&reader, add_and_remove + i, 1);
    assert_holds(&reader.events, add_and_remove_events);
    reader_free(&reader);
}

static void cr_lf_and_crlf_end_a_line(void **state)
{
    (void)state;
    assert_events("data:a\rdata:b\n\r\n", "message||a\nb\n");
    assert_events("data:a\n\rdata:b\r\rdata:c\r\n\n",
                  "message||a\nmessage||b\nmessage||c\n");
    assert_events("\n\r\n\r\r\ndata:a\r\n\r\n", "message||a\n");
}

static void an_event_does_not_wait_for_the_lf_behind_a_cr(void **state)
{
    (void)state;
    struct reader reader = new_reader();
    read_text(&reader, "data:a\r\n\r");
    assert_holds(&reader.events, "message||a\n");
    read_text(&reader, "\n");
    assert_holds(&reader.in, "");
    read_text(&reader, "data:b\r\r");
    assert_holds(&reader.events, "message||a\nmessage||b\n");
    reader_free(&reader);
}

static void
a_byte_order_mark_is_removed_once_and_only_at_the_start(void **state)
{
    (void)state;
    assert_events("\xef\xbb\xbf"
                  "data:a\n\n",
                  "message||a\n");
    assert_events("\xef\xbb\xbf\n\xef\xbb\xbf"
                  "data:a\n\n",
                  "");
    assert_events("\xef\xbb\xbf\xef\xbb\xbf"
                  "data:a\n\n",
                  "");
    assert_events("\n\xef\xbb\xbf"
                  "data:a\n\n",
                  "");
    assert_events("\xef\xbb"
                  "data:a\n\n",
                  "");
}

static void unknown_fields_and_comments_are_ignored(void **state)
{
    (void)state;
    assert_events(":\n: data:x\nDATA:x\n data:x\ndata :x\ndatax\ndat\nx\n\n",
                  "");
    assert_events("data:a\n:b\nx:c\ndata:d\n\n", "message||a\nd\n");
}

static void an_event_without_data_is_not_dispatched(void **state)
{
    (void)state;
    assert_events("event: gone\n\ndata:a\n\n", "message||a\n");
    assert_events("event: gone\nid: 7\n\ndata:a\n\n", "message|7|a\n");
}

static void the_last_of_two_types_counts(void **state)
{
    (void)state;
    assert_events("event: a\nevent: b\ndata:1\n\n", "b||1\n");
    assert_events("event: a\nevent\ndata:1\n\n", "message||1\n");
    assert_events("event: a\ndata:1\n\ndata:2\n\n", "a||1\nmessage||2\n");
}

static void an_id_stays_until_there_is_another(void **state)
{
    (void)state;
    assert_events("id: 1\ndata:a\n\ndata:b\n\nid: 2\nid: 3\ndata:c\n\n"
                  "id:\ndata:d\n\ndata:e\n\n",
                  "message|1|a\nmessage|1|b\nmessage|3|c\n"
                  "message||d\nmessage||e\n");
}

static void an_id_with_a_nul_is_ignored(void **state)
{
    (void)state;
    static const char stream[] = "id: 1\nid: 2\0\ndata:a\n\n";
    assert_bytes_are_events(stream, sizeof stream - 1, "message|1|a\n");
}

static void an_event_that_is_not_complete_sets_no_last_event_id(void **state)
{
    (void)state;
    struct reader reader = new_reader();
    read_text(&reader, "id: 1\ndata:a\n\nid: 2\ndata:b\n");
    assert_holds(&reader.sse.last_event_id, "1");
    read_text(&reader, "\n");
    assert_holds(&reader.sse.last_event_id, "2");
    reader_free(&reader);
}

static void
a_restart_keeps_the_last_event_id_and_nothing_unfinished(void **state)
{
    (void)state;
    struct reader reader = new_reader();
    read_text(&reader, "retry: 5\nid: 1\n\nevent: x\nid: 2\ndata:lost\nda");
    sse_restart(&reader.sse);
    buf_free(&reader.in);
    assert_int_equal(reader.sse.retry_ms, 5);
    assert_holds(&reader.sse.last_event_id, "1");
    read_text(&reader, "\xef\xbb\xbf"
                       "data:b\n\n");
    assert_holds(&reader.events, "message|1|b\n");
    reader_free(&reader);
}

static void assert_retry(const char *stream, int expected_ms)
{
    struct reader reader = new_reader();
    read_text(&reader, stream);
    assert_int_equal(reader.sse.retry_ms, expected_ms);
    assert_holds(&reader.events, "");
    reader_free(&reader);
}

static void retry_is_digits_and_nothing_else(void **state)
{
    (void)state;
    assert_retry("retry: 10\n", 10);
    assert_retry("retry:0\n", 0);
    assert_retry("retry: 99999999999999999999999\n", INT_MAX);
    static const char *const ignored[] = {
        "retry\n",      "retry:\n",     "retry: -1\n",
        "retry: 1.5\n", "retry: 10 \n", "retry:  10\n",
        "retry: x\n",   "retry: 1e3\n", "retry: 10",
    };
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        assert_retry(ignored[i], 3000);
}

static void a_line_over_the_bound_is_too_big(void **state)
{
    (void)state;
    struct reader fits = new_reader(), endless = new_reader();
    fits.sse.max_size = endless.sse.max_size = 10;
    read_text(&fits, "data:12345\n\n:90123456\n");
    assert_int_equal(fits.result, SSE_NEED_MORE);
    assert_holds(&fits.events, "message||12345\n");
    read_text(&endless, "data:12345");
    assert_int_equal(endless.result, SSE_NEED_MORE);
    read_text(&endless, "6");
    assert_int_equal(endless.result, SSE_TOO_BIG);
    read_text(&endless, "\n\n");
    assert_int_equal(endless.result, SSE_TOO_BIG);
    assert_holds(&endless.events, "");
    reader_free(&fits);
    reader_free(&endless);
}

static void an_event_over_the_bound_is_too_big(void **state)
{
    (void)state;
    struct reader reader = new_reader();
    reader.sse.max_size = 10;
    read_text(&reader, "data:\ndata:1\ndata:\ndata:\ndata");
    assert_int_equal(reader.result, SSE_NEED_MORE);
    read_text(&reader, ":1");
    assert_int_equal(reader.result, SSE_TOO_BIG);
    assert_true(buf_size(&reader.sse.data) <= reader.sse.max_size);
    reader_free(&reader);
}

static void no_byte_of_a_line_is_looked_at_twice(void **state)
{
    (void)state;
    struct reader reader = new_reader();
    for (uint32_t size = 0; size < 100; size++) {
        assert_int_equal(buf_size(&reader.in), size);
        assert_int_equal(reader.sse.scanned, size);
        read_text(&reader, "d");
    }
    reader_free(&reader);
}

static void an_event_is_written_as_fields_and_a_blank_line(void **state)
{
    (void)state;
    struct buf out = {0};
    sse_append_event(&out, NULL, (struct slice){0}, slice_of("hi"));
    assert_holds(&out, "data: hi\n\n");
    sse_append_event(&out, "greeting", slice_of("8"), slice_of("a\nb"));
    assert_holds(&out, "data: hi\n\n"
                       "event: greeting\nid: 8\ndata: a\ndata: b\n\n");
    buf_free(&out);
}

static void comments_and_retry_are_one_line_each(void **state)
{
    (void)state;
    struct buf out = {0};
    sse_append_comment(&out, slice_of("keep-alive"));
    sse_append_comment(&out, slice_of("a\r\ndata: b"));
    sse_append_retry(&out, 3000);
    assert_holds(&out, ": keep-alive\n: a\n: data: b\nretry: 3000\n");
    buf_free(&out);
}

/* An event with `data` through the wire; its line ends come out as LF. */
static void assert_round_trip(const char *data, const char *expected)
{
    struct reader reader = new_reader();
    struct buf wanted = {0};
    sse_append_event(&reader.in, "x", slice_of(" 8 "), slice_of(data));
    sse_append_comment(&reader.in, (struct slice){0});
    read_text(&reader, "");
    buf_append_text(&wanted, "x| 8 |");
    buf_append_text(&wanted, expected);
    buf_append_text(&wanted, "\n");
    assert_int_equal(buf_size(&reader.events), buf_size(&wanted));
    assert_memory_equal(buf_head(&reader.events), buf_head(&wanted),
                        buf_size(&wanted));
    buf_free(&wanted);
    reader_free(&reader);
}

static void what_is_encoded_is_decoded(void **state)
{
    (void)state;
    static const char *const unchanged[] = {
        "",   " ",    "a",     " a ",        "data: a",    ":a",
        "\n", "\n\n", "a\nb ", "a\n\n\nb\n", "id: 9\n\nx", "\xc3\xa9\n",
    };
    for (size_t i = 0; i < sizeof unchanged / sizeof unchanged[0]; i++)
        assert_round_trip(unchanged[i], unchanged[i]);
    assert_round_trip("a\rb\r\nc\n\rd\r", "a\nb\nc\n\nd\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stock_of_the_standard_is_one_event),
        cmocka_unit_test(the_four_blocks_of_the_standard_are_two_events),
        cmocka_unit_test(a_field_without_a_colon_has_an_empty_value),
        cmocka_unit_test(one_space_before_the_value_is_removed),
        cmocka_unit_test(events_are_the_same_wherever_the_stream_is_cut),
        cmocka_unit_test(events_are_the_same_byte_by_byte),
        cmocka_unit_test(cr_lf_and_crlf_end_a_line),
        cmocka_unit_test(an_event_does_not_wait_for_the_lf_behind_a_cr),
        cmocka_unit_test(
            a_byte_order_mark_is_removed_once_and_only_at_the_start),
        cmocka_unit_test(unknown_fields_and_comments_are_ignored),
        cmocka_unit_test(an_event_without_data_is_not_dispatched),
        cmocka_unit_test(the_last_of_two_types_counts),
        cmocka_unit_test(an_id_stays_until_there_is_another),
        cmocka_unit_test(an_id_with_a_nul_is_ignored),
        cmocka_unit_test(an_event_that_is_not_complete_sets_no_last_event_id),
        cmocka_unit_test(
            a_restart_keeps_the_last_event_id_and_nothing_unfinished),
        cmocka_unit_test(retry_is_digits_and_nothing_else),
        cmocka_unit_test(a_line_over_the_bound_is_too_big),
        cmocka_unit_test(an_event_over_the_bound_is_too_big),
        cmocka_unit_test(no_byte_of_a_line_is_looked_at_twice),
        cmocka_unit_test(an_event_is_written_as_fields_and_a_blank_line),
        cmocka_unit_test(comments_and_retry_are_one_line_each),
        cmocka_unit_test(what_is_encoded_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
