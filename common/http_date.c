#include "common/http_date.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, YEAR_MIN = 1970, YEAR_MAX = 9999 };

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* The month from 0, the day from 1. */
struct moment {
    int year, month, day, hour, minute, second;
};

/* ------------------------------------------------------------ the calendar */

/* By hand, because gmtime(3) and timegm(3) read the file of the time zone: a
 * codec asks nobody. */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1 January 1970 to 1 January of this year. */
static int64_t days_before(int year)
{
    int64_t past = year - 1; /* whole years since 1 January of the year 1 */
    return past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

static int year_of(int64_t day)
{
    int year = YEAR_MIN + (int)(day / 366); /* never too late, soon reached */
    while (days_before(year + 1) <= day)
        year++;
    return year;
}

static int days_in(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    return lengths[month] + (month == 1 && is_leap(year));
}

static struct moment moment_of(int64_t unix_seconds)
{
    int64_t days = unix_seconds / DAY_S;
    int second = (int)(unix_seconds % DAY_S);
    struct moment moment = {
        .year = year_of(days),
        .hour = second / 3600,
        .minute = second / 60 % 60,
        .second = second % 60,
    };
    moment.day = (int)(days - days_before(moment.year)) + 1;
    for (; moment.day > days_in(moment.year, moment.month); moment.month++)
        moment.day -= days_in(moment.year, moment.month);
    return moment;
}

/* Any minute may have a leap second. */
static bool is_in_calendar(const struct moment *moment)
{
    return moment->year >= YEAR_MIN && moment->year <= YEAR_MAX &&
           moment->month >= 0 && moment->day >= 1 &&
           moment->day <= days_in(moment->year, moment->month) &&
           moment->hour >= 0 && moment->hour < 24 && moment->minute >= 0 &&
           moment->minute < 60 && moment->second >= 0 && moment->second <= 60;
}

static int64_t seconds_of(const struct moment *moment)
{
    int64_t days = days_before(moment->year) + moment->day - 1;
    for (int month = 0; month < moment->month; month++)
        days += days_in(moment->year, month);
    return days * DAY_S + moment->hour * 3600 + moment->minute * 60 +
           moment->second;
}

/* ------------------------------------------------------------ the forms */

static bool is_in_our_time(int64_t unix_seconds)
{
    return unix_seconds >= 0 &&
           unix_seconds < days_before(YEAR_MAX + 1) * DAY_S;
}

void http_format_date(int64_t unix_seconds, char text[HTTP_DATE_SIZE])
{
    assert(is_in_our_time(unix_seconds));
    struct moment moment = moment_of(unix_seconds);
    const char *day = &"ThuFriSatSunMonTueWed"[unix_seconds / DAY_S % 7 * 3];
    snprintf(text, HTTP_DATE_SIZE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
             day, moment.day, &months[moment.month * 3], moment.year,
             moment.hour, moment.minute, moment.second);
}

/* -1: it is no month. */
static int month_named(const char *name)
{
    for (int month = 0; month < 12; month++)
        if (strncmp(name, &months[month * 3], 3) == 0)
            return month;
    return -1;
}

/* Two digits of a year mean the last one of at most 50 years after now. */
static int whole_year(int digits, int64_t now)
{
    int year = 2000 + digits;
    while (year > moment_of(now).year + 50)
        year -= 100;
    return year;
}

/* All of the text must be of the form: %n says how much was. */
static bool read_form(const char *text, int64_t now, struct moment *at)
{
    char month[4] = "";
    int size = 0;
    sscanf(text, "%*3[a-zA-Z], %2d %3s %4d %2d:%2d:%2d GMT%n", &at->day, month,
           &at->year, &at->hour, &at->minute, &at->second, &size);
    if (size == 0) {
        sscanf(text, "%*[a-zA-Z], %2d-%3[a-zA-Z]-%2d %2d:%2d:%2d GMT%n",
               &at->day, month, &at->year, &at->hour, &at->minute, &at->second,
               &size);
        at->year = whole_year(at->year, now);
    }
    if (size == 0)
        sscanf(text, "%*3[a-zA-Z] %3s %2d %2d:%2d:%2d %4d%n", month, &at->day,
               &at->hour, &at->minute, &at->second, &at->year, &size);
    at->month = month_named(month);
    return size > 0 && text[size] == '\0';
}

bool http_parse_date(struct slice text, int64_t now, int64_t *unix_seconds)
{
    char copy[40] = ""; /* a name of nine letters, and what is behind it: 33 */
    struct moment moment = {0};
    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    if (!read_form(copy, now, &moment) || !is_in_calendar(&moment))
        return false;
    *unix_seconds = seconds_of(&moment);
    return is_in_our_time(*unix_seconds);
}
