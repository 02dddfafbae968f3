#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/report.h"
#include "common/json.h"

/* Made-up results: polling is slow, the WebSocket is quick. */
static void set_results(struct result results[2])
{
    results[0] = (struct result){.technique = "polling 1 s",
                                 .p50_ms = 502.4,
                                 .return_ms = NAN,
                                 .return_max_ms = NAN,
                                 .p99_ms = 991,
                                 .max_ms = 1003,
                                 .expected = 300,
                                 .delivered = 300,
                                 .requests = 120,
                                 .empty_percent = 61.2,
                                 .connections = 10,
                                 .bytes_up_each = 88.1,
                                 .bytes_down_each = 123,
                                 .wire_each = 480,
                                 .cpu_ms = 22.1,
                                 .memory = NAN};
    results[1] = (struct result){.technique = "WebSocket",
                                 .p50_ms = 0.0912,
                                 .return_ms = NAN,
                                 .return_max_ms = NAN,
                                 .p99_ms = 0.21,
                                 .max_ms = 0.912,
                                 .expected = 300,
                                 .delivered = 300,
                                 .requests = 10,
                                 .connections = 10,
                                 .bytes_down_each = 64,
                                 .wire_each = 168,
                                 .cpu_ms = 3.04,
                                 .memory = NAN};
}

static struct table table_of(const char *workload, const struct result *results)
{
    return (struct table){workload_named(workload), results, 2, 3};
}

/* What was written to `file`; free(3) it. */
static char *text_of(FILE *file)
{
    size_t size = (size_t)ftell(file);
    char *text = calloc(1, size + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, size, file), size);
    fclose(file);
    return text;
}

static char *table_text(const char *workload, const struct result *results,
                        enum report_style style)
{
    FILE *file = tmpfile();
    struct table table = table_of(workload, results);
    report_table(file, &table, style);
    return text_of(file);
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" is in:\n%s", part, text);
}

static void assert_number(double number, const char *text)
{
    char is[NUMBER_SIZE];
    assert_string_equal(number_text(number, is), text);
}

static void numbers_have_three_significant_digits(void **state)
{
    (void)state;
    assert_number(0, "0");
    assert_number(0.09123, "0.0912");
    assert_number(0.9123, "0.912");
    assert_number(9.123, "9.12");
    assert_number(91.23, "91.2");
    assert_number(912.3, "912");
    assert_number(9123, "9120");
    assert_number(91234, "91.2k");
    assert_number(912345, "912k");
    assert_number(9123456, "9.12M");
    assert_number(NAN, "-");
}

static void rounding_up_does_not_add_a_digit(void **state)
{
    (void)state;
    assert_number(0.099996, "0.100");
    assert_number(0.99996, "1.00");
    assert_number(9.996, "10.0");
    assert_number(99.96, "100");
    assert_number(9996, "10.0k");
    assert_number(999600, "1.00M");
}

static void no_line_is_wider_than_the_page(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    for (size_t i = 0; i < workload_count; i++) {
        char *text = table_text(workloads[i].name, results, REPORT_PLAIN);
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            assert_in_range(strlen(line), 0, REPORT_COLUMNS);
        free(text);
    }
}

/* But for the mark behind the last cell. */
static void rows_are_as_long_as_their_heading(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[0].requests = 123456;
    char *text = table_text("sparse", results, REPORT_PLAIN);
    size_t heading = strcspn(strstr(text, " technique"), "\n");
    assert_int_equal(strcspn(strstr(text, " polling 1 s  "), "\n"), heading);
    assert_int_equal(strcspn(strstr(text, " WebSocket  "), "\n"), heading + 1);
    free(text);
}

static void no_line_ends_with_a_blank(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    for (size_t i = 0; i < workload_count; i++) {
        char *text = table_text(workloads[i].name, results, REPORT_PLAIN);
        assert_has_not(text, " \n");
        free(text);
    }
}

static void what_was_counted_is_a_whole_number(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    char *text = table_text("burst", results, REPORT_MARKDOWN);
    assert_has(text,
               "it took from 10 (WebSocket) to 120 requests (polling 1 s)");
    assert_has(text, "| 120 |");
    free(text);
}

static void the_best_cell_of_a_column_is_marked(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    char *text = table_text("sparse", results, REPORT_PLAIN);
    assert_has(text, " 0.0912*");
    assert_has_not(text, "502*");
    free(text);
}

static void equals_are_not_marked(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[1].p50_ms = results[0].p50_ms * 1.02; /* noise */
    char *text = table_text("sparse", results, REPORT_PLAIN);
    assert_has_not(text, "502*");
    assert_has_not(text, "512*");
    free(text);
}

static void who_loses_messages_is_best_at_nothing(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[1].lost = 3;
    char *text = table_text("sparse", results, REPORT_PLAIN);
    assert_has_not(text, "0.0912*");
    assert_has(text, "; 3 lost by WebSocket");
    assert_has_not(text, "none was lost");
    free(text);
}

static void colors_take_the_place_of_the_mark(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    char *text = table_text("sparse", results, REPORT_COLOR);
    assert_has(text, "\x1b[1;32m0.0912\x1b[0m");
    assert_has_not(text, "*");
    free(text);
    text = table_text("sparse", results, REPORT_PLAIN);
    assert_has_not(text, "\x1b");
    free(text);
}

static void the_sentence_is_made_of_the_numbers(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    char *text = table_text("sparse", results, REPORT_MARKDOWN);
    assert_has(text, "Half of the messages came within 0.0912 ms (WebSocket), "
                     "or within 502 ms, 5510 times as long (polling 1 s); "
                     "61% of the requests of polling 1 s brought nothing; none "
                     "was lost, duplicated or out of order.\n");
    free(text);
}

static void an_outage_is_about_what_was_missed(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[0].return_ms = 1570;
    results[0].return_max_ms = 14600;
    results[1].return_ms = 805;
    results[1].return_max_ms = 3530;
    char *text = table_text("outage", results, REPORT_MARKDOWN);
    assert_has(text, "Once the network was back, half of what was missed came "
                     "within 805 ms (WebSocket), or within 1570 ms (polling 1 "
                     "s); all of it took from 3530 (WebSocket) to 14.6k ms "
                     "(polling 1 s); none was lost, duplicated or out of "
                     "order.\n");
    free(text);
    results[1].lost = 4;
    text = table_text("outage", results, REPORT_MARKDOWN);
    assert_has(text, "came within 1570 ms (polling 1 s); all of it took about "
                     "14.6k ms, whatever the technique; 4 lost by WebSocket.");
    free(text);
}

static void the_sentence_tells_every_fault(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[0].lost = 2;
    results[0].duplicated = 7;
    results[1].disordered = 1;
    char *text = table_text("fanout-100", results, REPORT_MARKDOWN);
    assert_has(text, "; 2 lost by polling 1 s; 7 duplicated by polling 1 s; "
                     "1 out of order by WebSocket.");
    free(text);
}

static void the_idle_table_is_about_clients(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[0].requests_each = 60;
    results[0].memory = 812;
    results[1].memory = 401;
    char *text = table_text("idle", results, REPORT_MARKDOWN);
    assert_has(text, "asks 60.0 times a minute (polling 1 s), which takes 22.1 "
                     "ms of the server's CPU; it holds from 401 (WebSocket) to "
                     "812 bytes of the server's memory (polling 1 s).");
    assert_has(text, "| **401** |");
    free(text);
}

static void what_is_not_known_is_a_dash_and_no_words(void **state)
{
    (void)state;
    struct result results[2] = {result_unknown("polling 1 s"),
                                result_unknown("WebSocket")};
    for (size_t i = 0; i < workload_count; i++) {
        char *text = table_text(workloads[i].name, results, REPORT_PLAIN);
        assert_has(text, " - ");
        assert_has_not(text, "nan");
        assert_has_not(text, "*");
        free(text);
    }
}

static void json_holds_every_number(void **state)
{
    (void)state;
    struct result results[2];
    FILE *file = tmpfile();
    set_results(results);
    struct table table = table_of("sparse", results);
    report_json(file, &table, 1, 42);
    char *text = text_of(file);
    assert_has(text, "{\"seed\": 42, \"workloads\": [");
    assert_has(text, "{\"technique\": \"WebSocket\", \"expected\": 300, ");
    assert_has(text, "\"delay_p50_ms\": 0.0912, ");
    assert_has(text, "\"server_memory_each\": null, \"return_p50_ms\": null, "
                     "\"return_max_ms\": null}");
    free(text);
}

static struct slice member(struct slice object, const char *name)
{
    struct slice value;
    if (!json_member(object, name, &value))
        fail_msg("no %s in %.*s", name, (int)object.size, object.data);
    return value;
}

/* The second of two. */
static struct slice last_item(struct slice array)
{
    struct json_cursor items = json_items(array);
    struct slice item, rest;
    assert_true(json_next(&items, &item) && json_next(&items, &item));
    assert_false(json_next(&items, &rest));
    return item;
}

static void json_is_read_as_it_was_meant(void **state)
{
    (void)state;
    struct result results[2];
    FILE *file = tmpfile();
    set_results(results);
    results[1].lost = 3;
    struct table tables[2] = {table_of("sparse", results),
                              table_of("outage", results)};
    report_json(file, tables, 2, 42);
    char *text = text_of(file);
    assert_true(json_is_valid(slice_of(text)));
    struct slice outage = last_item(member(slice_of(text), "workloads"));
    assert_true(json_string_is(member(outage, "name"), "outage"));
    struct slice websocket = last_item(member(outage, "results"));
    assert_true(json_string_is(member(websocket, "technique"), "WebSocket"));
    assert_true(slice_is(member(websocket, "lost"), "3"));
    free(text);
}

static void what_was_lost_is_in_the_table_and_its_sentence(void **state)
{
    (void)state;
    struct result results[2];
    set_results(results);
    results[1].lost = 7;
    for (size_t i = 0; i < workload_count; i++) {
        if (workloads[i].rhythm == RHYTHM_SILENT)
            continue;
        char *text = table_text(workloads[i].name, results, REPORT_MARKDOWN);
        assert_has(text, "messages: lost |");
        assert_has(text, " | 7 | 0 | 0 | ");
        assert_has(text, "; 7 lost by WebSocket.");
        free(text);
    }
}

static void csv_has_a_line_for_each_technique(void **state)
{
    (void)state;
    struct result results[2];
    FILE *file = tmpfile();
    set_results(results);
    struct table table = table_of("sparse", results);
    report_csv(file, &table, 1);
    char *text = text_of(file);
    assert_has(text, "workload,technique,expected,delivered,delay_p50_ms,");
    assert_has(text,
               "\r\nsparse,polling 1 s,300,300,502.4,991,1003,0,0,0,120,");
    assert_has(text, "\r\nsparse,WebSocket,300,300,0.0912,");
    assert_has(text, "3.04,,,\r\n"); /* memory is not known */
    free(text);
}

static void the_progress_bar_fills_and_goes(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    report_progress(file, 0.5, "sparse");
    report_progress(file, 1.5, "done");
    report_progress(file, 1, NULL);
    char *text = text_of(file);
    assert_has(text, "[###############...............]  50%  sparse");
    assert_has(text, "[##############################]");
    assert_string_equal(strrchr(text, '\r'), "\r\x1b[K");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_three_significant_digits),
        cmocka_unit_test(rounding_up_does_not_add_a_digit),
        cmocka_unit_test(no_line_is_wider_than_the_page),
        cmocka_unit_test(rows_are_as_long_as_their_heading),
        cmocka_unit_test(no_line_ends_with_a_blank),
        cmocka_unit_test(what_was_counted_is_a_whole_number),
        cmocka_unit_test(the_best_cell_of_a_column_is_marked),
        cmocka_unit_test(equals_are_not_marked),
        cmocka_unit_test(who_loses_messages_is_best_at_nothing),
        cmocka_unit_test(colors_take_the_place_of_the_mark),
        cmocka_unit_test(the_sentence_is_made_of_the_numbers),
        cmocka_unit_test(an_outage_is_about_what_was_missed),
        cmocka_unit_test(the_sentence_tells_every_fault),
        cmocka_unit_test(the_idle_table_is_about_clients),
        cmocka_unit_test(what_is_not_known_is_a_dash_and_no_words),
        cmocka_unit_test(json_holds_every_number),
        cmocka_unit_test(json_is_read_as_it_was_meant),
        cmocka_unit_test(what_was_lost_is_in_the_table_and_its_sentence),
        cmocka_unit_test(csv_has_a_line_for_each_technique),
        cmocka_unit_test(the_progress_bar_fills_and_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
