#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/backoff.h"
#include "common/limits.h"

/* The same "random" numbers in each run (Numerical Recipes' generator). */
static uint32_t next_random(uint32_t *seed)
{
    return *seed = *seed * 1664525 + 1013904223;
}

static void the_ceiling_doubles_up_to_the_maximum(void **state)
{
    struct backoff backoff = {0};
    int ceiling = RECONNECT_MS;
    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(backoff_next(&backoff, UINT32_MAX), ceiling);
        ceiling =
            2 * ceiling < RECONNECT_MAX_MS ? 2 * ceiling : RECONNECT_MAX_MS;
    }
}

static void every_wait_lies_between_nothing_and_the_ceiling(void **state)
{
    uint32_t seed = 7;
    int64_t sum = 0;
    (void)state;
    for (int i = 0; i < 10000; i++) {
        struct backoff backoff = {.failures = 2};
        int wait = backoff_next(&backoff, next_random(&seed));
        assert_in_range(wait, 0, 4 * RECONNECT_MS);
        sum += wait;
    }
    assert_in_range(sum / 10000, 19 * RECONNECT_MS / 10,
                    21 * RECONNECT_MS / 10);
}

static void the_smallest_random_number_means_no_wait(void **state)
{
    struct backoff backoff = {0};
    (void)state;
    assert_int_equal(backoff_next(&backoff, 0), 0);
}

static void success_begins_anew(void **state)
{
    struct backoff backoff = {0};
    (void)state;
    for (int i = 0; i < 5; i++)
        backoff_next(&backoff, UINT32_MAX);
    backoff_reset(&backoff);
    assert_int_equal(backoff_next(&backoff, UINT32_MAX), RECONNECT_MS);
}

static void a_server_sets_the_first_wait(void **state)
{
    struct backoff backoff = {.first_ms = 50};
    (void)state;
    assert_int_equal(backoff_next(&backoff, UINT32_MAX), 50);
    assert_int_equal(backoff_next(&backoff, UINT32_MAX), 100);
}

static void an_event_stream_may_set_the_least_wait(void **state)
{
    struct backoff backoff = {.first_ms = 200, .least_ms = 200};
    struct backoff patient = {.least_ms = INT_MAX};
    (void)state;
    assert_int_equal(backoff_next(&backoff, 0), 200);
    assert_int_equal(backoff_next(&backoff, UINT32_MAX), 200 + 400);
    assert_int_equal(backoff_next(&patient, 0), 3600 * 1000);
}

static void retry_after_is_the_least_wait_and_counts_once(void **state)
{
    struct backoff backoff = {.retry_after_ms = 5000};
    (void)state;
    assert_int_equal(backoff_next(&backoff, 0), 5000);
    assert_int_equal(backoff_next(&backoff, 0), 0);
}

static int retry_after(const char *date, const char *value)
{
    struct http_head head = {.count = 2};
    head.fields[0] = (struct http_field){slice_of("Date"), slice_of(date)};
    head.fields[1] =
        (struct http_field){slice_of("Retry-After"), slice_of(value)};
    return backoff_retry_after(&head);
}

static void retry_after_is_so_many_seconds(void **state)
{
    (void)state;
    assert_int_equal(backoff_retry_after(&(struct http_head){.count = 0}), 0);
    assert_int_equal(retry_after("", "0"), 0);
    assert_int_equal(retry_after("", "120"), 120000);
    assert_int_equal(retry_after("", "4000000000"), 3600000);
    assert_int_equal(retry_after("", "18446744073709551615"), 3600000);
    assert_int_equal(retry_after("", "soon"), RECONNECT_MAX_MS);
}

static void retry_after_may_be_a_date_on_the_servers_clock(void **state)
{
    static const char eve[] = "Fri, 31 Dec 1999 23:59:00 GMT";
    (void)state;
    assert_int_equal(retry_after(eve, "Fri, 31 Dec 1999 23:59:59 GMT"), 59000);
    assert_int_equal(retry_after(eve, "Saturday, 01-Jan-00 00:01:00 GMT"),
                     120000);
    assert_int_equal(retry_after(eve, "Fri Dec 31 23:58:00 1999"), 0);
    assert_int_equal(retry_after(eve, "Sun, 31 Dec 2000 23:59:59 GMT"),
                     3600000);
    /* without its clock, ours: it is later than that */
    assert_int_equal(retry_after("now", "Fri, 31 Dec 1999 23:59:59 GMT"), 0);
    assert_int_equal(retry_after("now", "Fri, 31 Dec 9999 23:59:59 GMT"),
                     3600000);
}

/* ------------------------------------------------------ as Socket.IO */

static const struct backoff around = {
    .first_ms = 1000, .max_ms = 5000, .is_around = true, .factor = 0.5};

static void around_the_doubled_wait_the_cap_comes_last(void **state)
{
    struct backoff backoff = around;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(backoff_next(&backoff, 0), 1000 << i);
    assert_int_equal(backoff_next(&backoff, 0), 5000); /* of 8000 */
    assert_int_equal(backoff_next(&backoff, 0), 5000);
}

/* Of a random part .15 the first decimal is odd: later; of .25 it is even. */
static void the_first_decimal_says_which_way(void **state)
{
    struct backoff backoff = around;
    (void)state;
    assert_in_range(backoff_next(&backoff, (uint32_t)(0.15 * 4294967296.0)),
                    1074, 1075);
    assert_in_range(backoff_next(&backoff, (uint32_t)(0.25 * 4294967296.0)),
                    1750, 1751);
}

static void around_never_leaves_its_part_of_the_wait(void **state)
{
    uint32_t seed = 7;
    int least = INT32_MAX, most = 0;
    (void)state;
    for (int i = 0; i < 10000; i++) {
        struct backoff backoff = around;
        int wait = backoff_next(&backoff, next_random(&seed));
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    assert_in_range(least, 500, 600);
    assert_in_range(most, 1400, 1500);
}

static void without_a_factor_the_wait_is_exact(void **state)
{
    struct backoff backoff = around;
    uint32_t seed = 7;
    (void)state;
    backoff.factor = 0;
    assert_int_equal(backoff_next(&backoff, next_random(&seed)), 1000);
    assert_int_equal(backoff_next(&backoff, next_random(&seed)), 2000);
}

static void a_thousand_failures_do_not_overflow(void **state)
{
    struct backoff backoff = around;
    uint32_t seed = 7;
    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_in_range(backoff_next(&backoff, next_random(&seed)), 500, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ceiling_doubles_up_to_the_maximum),
        cmocka_unit_test(every_wait_lies_between_nothing_and_the_ceiling),
        cmocka_unit_test(the_smallest_random_number_means_no_wait),
        cmocka_unit_test(success_begins_anew),
        cmocka_unit_test(a_server_sets_the_first_wait),
        cmocka_unit_test(an_event_stream_may_set_the_least_wait),
        cmocka_unit_test(retry_after_is_the_least_wait_and_counts_once),
        cmocka_unit_test(retry_after_is_so_many_seconds),
        cmocka_unit_test(retry_after_may_be_a_date_on_the_servers_clock),
        cmocka_unit_test(around_the_doubled_wait_the_cap_comes_last),
        cmocka_unit_test(the_first_decimal_says_which_way),
        cmocka_unit_test(around_never_leaves_its_part_of_the_wait),
        cmocka_unit_test(without_a_factor_the_wait_is_exact),
        cmocka_unit_test(a_thousand_failures_do_not_overflow),
    };
    return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
