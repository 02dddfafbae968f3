#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/random.h"
#include "client/workload.h"

static struct events events_of(const char *name, int duration_ms, uint64_t seed)
{
    return workload_events(workload_named(name), duration_ms, seed);
}

static void assert_sorted_within(const struct events *events, int duration_ms)
{
    for (size_t i = 0; i < events->count; i++) {
        assert_in_range(events->list[i].at_us, 0, duration_ms * 1000 - 1);
        if (i > 0)
            assert_true(events->list[i - 1].at_us <= events->list[i].at_us);
    }
}

static void equal_seeds_give_equal_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < workload_count; i++) {
        struct events one = workload_events(&workloads[i], 5000, 42);
        struct events two = workload_events(&workloads[i], 5000, 42);
        assert_int_equal(one.count, two.count);
        for (size_t j = 0; j < one.count; j++) {
            assert_int_equal(one.list[j].at_us, two.list[j].at_us);
            assert_int_equal(one.list[j].from, two.list[j].from);
        }
        events_free(&one);
        events_free(&two);
    }
}

static void another_seed_gives_another_list(void **state)
{
    (void)state;
    struct events one = events_of("steady", 1000, 1);
    struct events two = events_of("steady", 1000, 2);
    size_t equal = 0;
    assert_int_equal(one.count, two.count);
    for (size_t i = 0; i < one.count; i++)
        equal += one.list[i].at_us == two.list[i].at_us;
    assert_true(equal < 3);
    events_free(&one);
    events_free(&two);
}

static void every_list_is_sorted_and_ends_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < workload_count; i++) {
        struct events events = workload_events(&workloads[i], 3000, 7);
        assert_sorted_within(&events, 3000);
        events_free(&events);
    }
}

static void nothing_happens_when_idle(void **state)
{
    (void)state;
    struct events events = events_of("idle", 60000, 1);
    assert_int_equal(events.count, 0);
    events_free(&events);
}

static void sparse_events_come_at_their_rate(void **state)
{
    (void)state;
    struct events events = events_of("sparse", 1000000, 1);
    assert_in_range(events.count, 4800, 5200); /* 5 a second, 3 sigma is 212 */
    events_free(&events);
}

/* The gaps of a Poisson process are exponential: 63.2 % are under the mean, and
 * 13.5 % over twice the mean. */
static void sparse_events_have_no_memory(void **state)
{
    (void)state;
    struct events events = events_of("sparse", 1000000, 3);
    int under = 0, over = 0;
    for (size_t i = 1; i < events.count; i++) {
        int64_t gap_us = events.list[i].at_us - events.list[i - 1].at_us;
        under += gap_us < 200000;
        over += gap_us > 400000;
    }
    assert_in_range(100 * under / (int)events.count, 61, 65);
    assert_in_range(100 * over / (int)events.count, 12, 15);
    events_free(&events);
}

static void steady_events_are_one_in_each_slot(void **state)
{
    (void)state;
    struct events events = events_of("steady", 2000, 1);
    assert_int_equal(events.count, 200);
    for (size_t i = 0; i < events.count; i++)
        assert_int_equal(events.list[i].at_us / 10000, i);
    events_free(&events);
}

/* Were the steady events regular, polls could always come just after them. */
static void steady_events_fall_anywhere_in_their_slot(void **state)
{
    (void)state;
    struct events events = events_of("steady", 100000, 1);
    int tenths[10] = {0};
    for (size_t i = 0; i < events.count; i++)
        tenths[events.list[i].at_us % 10000 / 1000]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(tenths[i], 850, 1150);
    events_free(&events);
}

static void a_burst_is_many_events_at_one_moment(void **state)
{
    (void)state;
    size_t burst = (size_t)workload_named("burst")->burst;
    struct events events = events_of("burst", 2000, 1);
    assert_int_equal(events.count, 200);
    for (size_t i = 0; i < events.count; i++)
        assert_int_equal(events.list[i].at_us,
                         events.list[i / burst * burst].at_us);
    assert_true(events.list[burst].at_us > events.list[0].at_us);
    events_free(&events);
}

static void everybody_speaks_in_a_chat(void **state)
{
    (void)state;
    const struct workload *chat = workload_named("chat");
    struct events events = workload_events(chat, 100000, 1);
    int *spoke = calloc((size_t)chat->clients, sizeof *spoke);
    for (size_t i = 0; i < events.count; i++) {
        assert_in_range(events.list[i].from, 0, chat->clients - 1);
        spoke[events.list[i].from]++;
    }
    for (int i = 0; i < chat->clients; i++)
        assert_in_range(spoke[i], 150, 250);
    free(spoke);
    events_free(&events);
}

static void workloads_are_found_by_their_names(void **state)
{
    (void)state;
    assert_string_equal(workload_named("fanout-100")->name, "fanout-100");
    assert_null(workload_named("fanout-7"));
}

static void the_random_numbers_are_those_of_splitmix64(void **state)
{
    (void)state;
    uint64_t seed = 1234567; /* the sequence that the author published */
    assert_true(random_next(&seed) == UINT64_C(6457827717110365317));
    assert_true(random_next(&seed) == UINT64_C(3203168211198807973));
    assert_true(random_next(&seed) == UINT64_C(9817491932198370423));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_seeds_give_equal_lists),
        cmocka_unit_test(another_seed_gives_another_list),
        cmocka_unit_test(every_list_is_sorted_and_ends_in_time),
        cmocka_unit_test(nothing_happens_when_idle),
        cmocka_unit_test(sparse_events_come_at_their_rate),
        cmocka_unit_test(sparse_events_have_no_memory),
        cmocka_unit_test(steady_events_are_one_in_each_slot),
        cmocka_unit_test(steady_events_fall_anywhere_in_their_slot),
        cmocka_unit_test(a_burst_is_many_events_at_one_moment),
        cmocka_unit_test(everybody_speaks_in_a_chat),
        cmocka_unit_test(workloads_are_found_by_their_names),
        cmocka_unit_test(the_random_numbers_are_those_of_splitmix64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
