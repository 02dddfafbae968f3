#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/statistics.h"

static void assert_near(double is, double should_be)
{
    double distance = is > should_be ? is - should_be : should_be - is;
    assert_true(distance < 1e-6);
}

/* 1 to `last`, in an order that is not sorted. */
static struct samples samples_to(int64_t last)
{
    struct samples samples = {0};
    for (int64_t i = last; i >= 1; i--)
        samples_add(&samples, i);
    return samples;
}

static void percentiles_are_values_of_that_rank(void **state)
{
    (void)state;
    struct samples samples = samples_to(1000);
    assert_int_equal(samples_percentile(&samples, 50), 500);
    assert_int_equal(samples_percentile(&samples, 99), 990);
    assert_int_equal(samples_percentile(&samples, 100), 1000);
    samples_free(&samples);
}

static void the_percentile_of_few_values_is_one_of_them(void **state)
{
    (void)state;
    struct samples samples = samples_to(3);
    assert_int_equal(samples_percentile(&samples, 0), 1);
    assert_int_equal(samples_percentile(&samples, 50), 2);
    assert_int_equal(samples_percentile(&samples, 99), 3);
    samples_free(&samples);
}

static void without_values_there_is_no_percentile(void **state)
{
    (void)state;
    struct samples samples = {0};
    assert_int_equal(samples_percentile(&samples, 50), -1);
    samples_free(&samples);
}

static void values_may_come_after_a_percentile_was_asked(void **state)
{
    (void)state;
    struct samples samples = samples_to(99);
    assert_int_equal(samples_percentile(&samples, 100), 99);
    samples_add(&samples, -5);
    assert_int_equal(samples_percentile(&samples, 1), -5);
    samples_free(&samples);
}

static void the_slope_of_a_line_is_its_slope(void **state)
{
    (void)state;
    const struct point points[] = {{0, 7}, {100, 307}, {200, 607}, {500, 1507}};
    assert_near(least_squares_slope(points, 4), 3);
}

static void the_slope_among_points_is_between_theirs(void **state)
{
    (void)state;
    const struct point points[] = {{0, 0}, {1, 3}, {2, 2}, {3, 5}};
    assert_near(least_squares_slope(points, 4), 1.4);
}

static void one_point_has_no_slope(void **state)
{
    (void)state;
    const struct point points[] = {{5, 9}, {5, 12}};
    assert_near(least_squares_slope(points, 1), 0);
    assert_near(least_squares_slope(points, 2), 0);
    assert_near(least_squares_slope(points, 0), 0);
}

static void what_was_not_heard_is_lost(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally, 4);
    assert_true(tally_add(&tally, 0, 0));
    assert_true(tally_add(&tally, 3, 3));
    assert_int_equal(tally.delivered, 2);
    assert_int_equal(tally_lost(&tally), 2);
    assert_int_equal(tally.duplicated, 0);
    assert_int_equal(tally.disordered, 0);
    tally_free(&tally);
}

static void what_was_heard_again_is_a_duplicate(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally, 2);
    assert_true(tally_add(&tally, 0, 0));
    assert_true(tally_add(&tally, 1, 1));
    assert_false(tally_add(&tally, 0, 0));
    assert_int_equal(tally.duplicated, 1);
    assert_int_equal(tally.disordered, 0);
    assert_int_equal(tally_lost(&tally), 0);
    tally_free(&tally);
}

static void what_comes_after_a_later_one_is_out_of_order(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally, 4);
    tally_add(&tally, 2, 2);
    tally_add(&tally, 0, 0);
    tally_add(&tally, 1, 1);
    tally_add(&tally, 3, 3);
    assert_int_equal(tally.disordered, 2);
    assert_int_equal(tally_lost(&tally), 0);
    tally_free(&tally);
}

/* In a chat two clients speak at once, and the server says who was first. */
static void the_order_may_be_that_of_the_server(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally, 3);
    tally_add(&tally, 1, 10);
    tally_add(&tally, 0, 11);
    tally_add(&tally, 2, 12);
    assert_int_equal(tally.disordered, 0);
    tally_free(&tally);
}

static void what_nobody_sent_does_not_count(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally, 2);
    assert_false(tally_add(&tally, 2, 2));
    assert_int_equal(tally.delivered, 0);
    assert_int_equal(tally.duplicated, 0);
    tally_free(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_values_of_that_rank),
        cmocka_unit_test(the_percentile_of_few_values_is_one_of_them),
        cmocka_unit_test(without_values_there_is_no_percentile),
        cmocka_unit_test(values_may_come_after_a_percentile_was_asked),
        cmocka_unit_test(the_slope_of_a_line_is_its_slope),
        cmocka_unit_test(the_slope_among_points_is_between_theirs),
        cmocka_unit_test(one_point_has_no_slope),
        cmocka_unit_test(what_was_not_heard_is_lost),
        cmocka_unit_test(what_was_heard_again_is_a_duplicate),
        cmocka_unit_test(what_comes_after_a_later_one_is_out_of_order),
        cmocka_unit_test(the_order_may_be_that_of_the_server),
        cmocka_unit_test(what_nobody_sent_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
