#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/buf.h"

static void assert_holds(const struct buf *buf, const char *text)
{
    assert_int_equal(buf_size(buf), strlen(text));
    assert_true(slice_is(buf_slice(buf), text));
}

static void a_zeroed_buffer_is_empty_and_holds_no_memory(void **state)
{
    (void)state;
    struct buf buf = {0};
    assert_int_equal(buf_size(&buf), 0);
    assert_null(buf_head(&buf));
    buf_append(&buf, NULL, 0);
    buf_append_slice(&buf, (struct slice){NULL, 0});
    buf_append_text(&buf, "");
    buf_consume(&buf, 0);
    assert_null(buf.data);
    buf_free(&buf);
}

static void bytes_come_out_in_the_order_they_went_in(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_append(&buf, "one,", 4);
    buf_append_text(&buf, "two,");
    buf_append_slice(&buf, (struct slice){"three,four", 6});
    assert_holds(&buf, "one,two,three,");
    buf_consume(&buf, 4);
    assert_holds(&buf, "two,three,");
    buf_append_text(&buf, "end");
    assert_holds(&buf, "two,three,end");
    buf_free(&buf);
    assert_int_equal(buf_size(&buf), 0);
}

static void consuming_all_begins_anew_and_keeps_the_memory(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_append_text(&buf, "hello");
    uint8_t *data = buf.data;
    buf_consume(&buf, 5);
    assert_int_equal(buf.head, 0);
    assert_int_equal(buf.tail, 0);
    assert_ptr_equal(buf.data, data);
    assert_int_equal(buf_size(&buf), 0);
    buf_free(&buf);
}

static void what_is_consumed_stays_until_the_next_append(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_append_text(&buf, "hello");
    const char *head = buf_slice(&buf).data;
    buf_consume(&buf, 5);
    assert_memory_equal(head, "hello", 5);
    buf_free(&buf);
}

static void room_is_written_and_then_added(void **state)
{
    (void)state;
    struct buf buf = {0};
    memcpy(buf_room(&buf, 100), "hello", 5);
    assert_int_equal(buf_size(&buf), 0);
    buf_added(&buf, 5);
    assert_holds(&buf, "hello");
    buf_free(&buf);
}

static void printf_and_numbers_are_appended_without_a_nul(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_printf(&buf, "%s%d;", "a", -7);
    buf_append_number(&buf, 0);
    buf_append_text(&buf, ";");
    buf_append_number(&buf, UINT64_MAX);
    assert_holds(&buf, "a-7;0;18446744073709551615");
    buf_free(&buf);
}

/* Of any sizes: what goes in comes out, wherever the queue is in its memory. */
static void a_queue_is_a_queue_for_all_sizes(void **state)
{
    (void)state;
    struct buf buf = {0};
    uint8_t in = 0, out = 0;
    unsigned seed = 7;
    for (int round = 0; round < 2000; round++) {
        seed = seed * 1103515245 + 12345;
        for (unsigned i = seed >> 16 & 127; i > 0; i--, in++)
            buf_append(&buf, &in, 1);
        unsigned take = seed >> 8 & 127;
        for (; take > 0 && buf_size(&buf) > 0; take--, out++) {
            assert_int_equal(*buf_head(&buf), out);
            buf_consume(&buf, 1);
        }
    }
    assert_int_equal((uint8_t)(out + buf_size(&buf)), in);
    buf_free(&buf);
}

/* A short queue that never becomes empty stays in little memory. */
static void a_short_queue_that_moves_on_does_not_grow(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_append_text(&buf, "x");
    uint32_t capacity = buf.capacity;
    for (int i = 0; i < 10000; i++) {
        buf_append_text(&buf, "0123456789");
        buf_consume(&buf, 10);
    }
    assert_int_equal(buf.capacity, capacity);
    buf_free(&buf);
}

/* A long one that moves a byte at a time is not copied for each: its bytes
 * stay where they are until as many have gone. */
static void a_long_queue_is_seldom_moved(void **state)
{
    enum { LONG = 128 * 1024 - 1 }; /* almost all of its memory */
    (void)state;
    struct buf buf = {0};
    buf_added(&buf, (buf_room(&buf, LONG), LONG));
    int moves = 0;
    for (int i = 0; i < 3 * LONG; i++) {
        const uint8_t *before = buf_head(&buf);
        buf_append(&buf, "x", 1);
        moves += buf_head(&buf) != before;
        buf_consume(&buf, 1);
    }
    assert_true(moves < 10);
    assert_true(buf.capacity <= 4 * LONG);
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_buffer_is_empty_and_holds_no_memory),
        cmocka_unit_test(bytes_come_out_in_the_order_they_went_in),
        cmocka_unit_test(consuming_all_begins_anew_and_keeps_the_memory),
        cmocka_unit_test(what_is_consumed_stays_until_the_next_append),
        cmocka_unit_test(room_is_written_and_then_added),
        cmocka_unit_test(printf_and_numbers_are_appended_without_a_nul),
        cmocka_unit_test(a_queue_is_a_queue_for_all_sizes),
        cmocka_unit_test(a_short_queue_that_moves_on_does_not_grow),
        cmocka_unit_test(a_long_queue_is_seldom_moved),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
