#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/timer.h"

enum { MANY = 100000 };

/* The same numbers in every run, and on every machine. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static struct timer *new_timers(size_t count)
{
    struct timer *timers = calloc(count, sizeof *timers);
    assert_non_null(timers);
    return timers;
}

/* Every timer knows its slot, and none is due before its parent. */
static void assert_is_heap(const struct timers *timers)
{
    assert_true(timers->count <= timers->capacity);
    for (uint32_t slot = 1; slot <= timers->count; slot++) {
        const struct timer *timer = timers->heap[slot - 1];
        assert_int_equal(timer->slot, slot);
        if (slot > 1)
            assert_true(timers->heap[slot / 2 - 1]->due_ms <= timer->due_ms);
    }
}

/* Cancel the first until none is left, and return how many there were. */
static uint32_t pop_all_in_order(struct timers *timers)
{
    uint32_t count = 0;
    int64_t before = INT64_MIN;
    struct timer *first;
    while ((first = timers_first(timers)) != NULL) {
        assert_true(first->due_ms >= before);
        before = first->due_ms;
        timers_cancel(timers, first);
        count++;
    }
    return count;
}

static void an_empty_set_has_no_first_timer(void **state)
{
    (void)state;
    struct timers timers = {0};
    assert_null(timers_first(&timers));
    timers_free(&timers);
}

static void the_first_timer_is_the_one_due_first(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer a = {0}, b = {0}, c = {0};
    timers_set(&timers, &a, 30);
    timers_set(&timers, &b, -10);
    timers_set(&timers, &c, 20);
    assert_ptr_equal(timers_first(&timers), &b);
    assert_ptr_equal(timers_first(&timers), &b);
    timers_cancel(&timers, &b);
    assert_ptr_equal(timers_first(&timers), &c);
    timers_free(&timers);
}

static void setting_a_set_timer_moves_it(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer a = {0}, b = {0};
    timers_set(&timers, &a, 10);
    timers_set(&timers, &b, 20);
    timers_set(&timers, &a, 30);
    assert_ptr_equal(timers_first(&timers), &b);
    timers_set(&timers, &a, 5);
    assert_ptr_equal(timers_first(&timers), &a);
    assert_int_equal(timers.count, 2);
    timers_free(&timers);
}

static void cancelling_a_timer_that_is_not_set_does_nothing(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer a = {0}, b = {0};
    timers_cancel(&timers, &a);
    timers_set(&timers, &a, 10);
    timers_cancel(&timers, &b);
    assert_int_equal(timers.count, 1);
    timers_cancel(&timers, &a);
    timers_cancel(&timers, &a);
    assert_int_equal(timers.count, 0);
    timers_free(&timers);
}

static void freeing_the_set_unsets_its_timers(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer a = {0};
    timers_set(&timers, &a, 10);
    timers_free(&timers);
    assert_int_equal(a.slot, 0);
    timers_cancel(&timers, &a);
    timers_set(&timers, &a, 20);
    assert_ptr_equal(timers_first(&timers), &a);
    timers_free(&timers);
}

/* The due time of the first one that is set, by looking at all of them. */
static int64_t first_by_search(const struct timer *timer, size_t count)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (timer[i].slot != 0 && timer[i].due_ms < first)
            first = timer[i].due_ms;
    }
    return first;
}

static void a_random_mix_of_set_move_and_cancel_keeps_the_order(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    struct timers timers = {0};
    struct timer *timer = new_timers(COUNT);
    uint32_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        struct timer *one = &timer[next_random(&seed) % COUNT];
        if (next_random(&seed) % 3 == 0)
            timers_cancel(&timers, one);
        else
            timers_set(&timers, one, next_random(&seed) % 500);
        assert_is_heap(&timers);
        if (timers.count > 0)
            assert_int_equal(timers_first(&timers)->due_ms,
                             first_by_search(timer, COUNT));
    }
    timers_free(&timers);
    free(timer);
}

static int compare_due(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void a_hundred_thousand_come_out_as_if_sorted(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer *timer = new_timers(MANY);
    int64_t *sorted = calloc(MANY, sizeof *sorted);
    assert_non_null(sorted);
    uint32_t seed = 2;
    for (size_t i = 0; i < MANY; i++) {
        sorted[i] = next_random(&seed);
        timers_set(&timers, &timer[i], sorted[i]);
    }
    qsort(sorted, MANY, sizeof *sorted, compare_due);
    for (size_t i = 0; i < MANY; i++) {
        struct timer *first = timers_first(&timers);
        assert_int_equal(first->due_ms, sorted[i]);
        timers_cancel(&timers, first);
    }
    assert_null(timers_first(&timers));
    timers_free(&timers);
    free(sorted);
    free(timer);
}

static void half_of_a_hundred_thousand_are_cancelled(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer *timer = new_timers(MANY);
    uint32_t seed = 3;
    for (size_t i = 0; i < MANY; i++)
        timers_set(&timers, &timer[i], next_random(&seed));
    for (size_t i = 0; i < MANY; i += 2)
        timers_cancel(&timers, &timer[i]);
    assert_is_heap(&timers);
    assert_int_equal(pop_all_in_order(&timers), MANY / 2);
    timers_free(&timers);
    free(timer);
}

static void a_timer_set_later_than_all_stays_at_the_end(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer *timer = new_timers(1000);
    for (uint32_t i = 0; i < 1000; i++) {
        timers_set(&timers, &timer[i], i);
        assert_int_equal(timer[i].slot, i + 1);
    }
    timers_set(&timers, &timer[999], 2000);
    assert_int_equal(timer[999].slot, 1000);
    timers_free(&timers);
    free(timer);
}

static void memory_is_given_back_when_few_timers_are_left(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer *timer = new_timers(MANY);
    for (size_t i = 0; i < MANY; i++)
        timers_set(&timers, &timer[i], (int64_t)i);
    assert_true(timers.capacity >= MANY);
    for (size_t i = 10; i < MANY; i++)
        timers_cancel(&timers, &timer[i]);
    assert_true(timers.capacity <= 64);
    assert_is_heap(&timers);
    assert_int_equal(pop_all_in_order(&timers), 10);
    timers_free(&timers);
    free(timer);
}

static void setting_and_cancelling_in_turn_does_not_resize(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct timer timer[33] = {0};
    for (size_t i = 0; i < 32; i++)
        timers_set(&timers, &timer[i], 1);
    timers_set(&timers, &timer[32], 1);
    uint32_t capacity = timers.capacity;
    timers_cancel(&timers, &timer[32]);
    assert_int_equal(timers.capacity, capacity);
    timers_free(&timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_set_has_no_first_timer),
        cmocka_unit_test(the_first_timer_is_the_one_due_first),
        cmocka_unit_test(setting_a_set_timer_moves_it),
        cmocka_unit_test(cancelling_a_timer_that_is_not_set_does_nothing),
        cmocka_unit_test(freeing_the_set_unsets_its_timers),
        cmocka_unit_test(a_random_mix_of_set_move_and_cancel_keeps_the_order),
        cmocka_unit_test(a_hundred_thousand_come_out_as_if_sorted),
        cmocka_unit_test(half_of_a_hundred_thousand_are_cancelled),
        cmocka_unit_test(a_timer_set_later_than_all_stays_at_the_end),
        cmocka_unit_test(memory_is_given_back_when_few_timers_are_left),
        cmocka_unit_test(setting_and_cancelling_in_turn_does_not_resize),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
