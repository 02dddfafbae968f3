#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/http_date.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { NOW = 784111777 }; /* 6 November 1994 */

static int64_t parsed(const char *text)
{
    int64_t seconds = -1;
    return http_parse_date(slice_of(text), NOW, &seconds) ? seconds : -1;
}

static void dates_are_those_of_the_calendar_there_and_back(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"}, /* RFC 9110, 5.6.7 */
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {86399, "Thu, 01 Jan 1970 23:59:59 GMT"},
        {31536000, "Fri, 01 Jan 1971 00:00:00 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {951868800, "Wed, 01 Mar 2000 00:00:00 GMT"},
        {1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"},
        {1735689599, "Tue, 31 Dec 2024 23:59:59 GMT"},
        {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"},
        {4107456000, "Sun, 28 Feb 2100 00:00:00 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[HTTP_DATE_SIZE];
        http_format_date(rows[i].seconds, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(parsed(text), rows[i].seconds);
    }
}

static void all_three_forms_are_the_same_moment(void **state)
{
    (void)state;
    assert_int_equal(parsed("Sun, 06 Nov 1994 08:49:37 GMT"), NOW);
    assert_int_equal(parsed("Sunday, 06-Nov-94 08:49:37 GMT"), NOW);
    assert_int_equal(parsed("Sun Nov  6 08:49:37 1994"), NOW);
}

/* 5.6.7: more than 50 years ahead is the past. */
static void two_digits_are_a_year_that_is_near(void **state)
{
    (void)state;
    assert_int_equal(parsed("Friday, 01-Jan-44 00:00:00 GMT"), 2335219200);
    assert_int_equal(parsed("Monday, 01-Jan-45 00:00:00 GMT"), -1); /* 1945 */
    assert_int_equal(parsed("Thursday, 01-Jan-70 00:00:00 GMT"), 0);
}

static void a_leap_second_is_the_one_behind(void **state)
{
    (void)state;
    assert_int_equal(parsed("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "120",
        "tomorrow",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Now 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Wed, 31 Nov 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "Wednesday-and-a-day, 06-Nov-94 08:49:37 GMT",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(parsed(texts[i]), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_calendar_there_and_back),
        cmocka_unit_test(all_three_forms_are_the_same_moment),
        cmocka_unit_test(two_digits_are_a_year_that_is_near),
        cmocka_unit_test(a_leap_second_is_the_one_behind),
        cmocka_unit_test(what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests_name("http_date", tests, NULL, NULL);
}
