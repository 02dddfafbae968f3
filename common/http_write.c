#include "common/http_write.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "common/http_fields.h"

enum { STATUS_COUNT = 506 };

static const char *const reasons[STATUS_COUNT] = {
    [100] = "Continue",
    [101] = "Switching Protocols",
    [200] = "OK",
    [201] = "Created",
    [202] = "Accepted",
    [204] = "No Content",
    [205] = "Reset Content",
    [206] = "Partial Content",
    [301] = "Moved Permanently",
    [302] = "Found",
    [303] = "See Other",
    [304] = "Not Modified",
    [307] = "Temporary Redirect",
    [308] = "Permanent Redirect",
    [400] = "Bad Request",
    [403] = "Forbidden",
    [404] = "Not Found",
    [405] = "Method Not Allowed",
    [406] = "Not Acceptable",
    [408] = "Request Timeout",
    [409] = "Conflict",
    [410] = "Gone",
    [411] = "Length Required",
    [413] = "Content Too Large",
    [414] = "URI Too Long",
    [415] = "Unsupported Media Type",
    [417] = "Expectation Failed",
    [426] = "Upgrade Required",
    [429] = "Too Many Requests",
    [431] = "Request Header Fields Too Large",
    [500] = "Internal Server Error",
    [501] = "Not Implemented",
    [503] = "Service Unavailable",
    [505] = "HTTP Version Not Supported",
};

const char *http_reason(int status)
{
    bool is_known = status >= 0 && status < STATUS_COUNT && reasons[status];
    return is_known ? reasons[status] : "";
}

/* Write at `to`, and return where the next bytes go. */
static char *write_bytes(char *to, const char *bytes, size_t size)
{
    memcpy(to, bytes, size);
    return to + size;
}

static char *write_digits(char *to, int number, int count)
{
    for (int i = count; i-- > 0; number /= 10)
        to[i] = (char)('0' + number % 10);
    return to + count;
}

void http_append_request_line(struct buf *out, const char *method,
                              struct slice target)
{
    buf_append_text(out, method);
    buf_append_text(out, " ");
    buf_append_slice(out, target);
    buf_append_text(out, " HTTP/1.1\r\n");
}

void http_append_status(struct buf *out, int status)
{
    assert(status >= 100 && status <= 999);
    const char *reason = http_reason(status);
    size_t size = strlen(reason);
    char *at = (char *)buf_room(out, sizeof "HTTP/1.1 200 \r\n" + size);
    char *end = write_bytes(at, "HTTP/1.1 ", 9);
    end = write_digits(end, status, 3);
    end = write_bytes(end, " ", 1);
    end = write_bytes(end, reason, size);
    end = write_bytes(end, "\r\n", 2);
    buf_added(out, (size_t)(end - at));
}

void http_append_field(struct buf *out, const char *name, struct slice value)
{
    assert(http_is_value(value));
    size_t size = strlen(name);
    char *at = (char *)buf_room(out, size + value.size + sizeof ": \r\n");
    char *end = write_bytes(at, name, size);
    end = write_bytes(end, ": ", 2);
    if (value.size > 0)
        end = write_bytes(end, value.data, value.size);
    end = write_bytes(end, "\r\n", 2);
    buf_added(out, (size_t)(end - at));
}

void http_append_length(struct buf *out, uint64_t size)
{
    buf_append_text(out, "Content-Length: ");
    buf_append_number(out, size);
    buf_append_text(out, "\r\n");
}

void http_append_end(struct buf *out)
{
    buf_append_text(out, "\r\n");
}

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
    int year = 1970 + (int)(day / 366); /* never too late, and soon reached */
    while (days_before(year + 1) <= day)
        year++;
    return year;
}

/* Turn `day`, counted from 0 in its year, into one counted from 1 in its month.
 * Returns the month, counted from 0. */
static int month_of(int year, int *day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    for (int month = 0;; month++) {
        int length = lengths[month] + (month == 1 && is_leap(year));
        if (*day < length) {
            *day += 1;
            return month;
        }
        *day -= length;
    }
}

void http_format_date(int64_t unix_seconds, char text[HTTP_DATE_SIZE])
{
    assert(unix_seconds >= 0 && unix_seconds < days_before(10000) * 86400);
    int64_t days = unix_seconds / 86400;
    int second = (int)(unix_seconds % 86400);
    int year = year_of(days);
    int day = (int)(days - days_before(year));
    int month = month_of(year, &day);

    /* 1 January 1970 was a Thursday. */
    text = write_bytes(text, &"ThuFriSatSunMonTueWed"[days % 7 * 3], 3);
    text = write_bytes(text, ", ", 2);
    text = write_digits(text, day, 2);
    text = write_bytes(text, " ", 1);
    text = write_bytes(text, &"JanFebMarAprMayJunJulAugSepOctNovDec"[month * 3],
                       3);
    text = write_bytes(text, " ", 1);
    text = write_digits(text, year, 4);
    text = write_bytes(text, " ", 1);
    text = write_digits(text, second / 3600, 2);
    text = write_bytes(text, ":", 1);
    text = write_digits(text, second / 60 % 60, 2);
    text = write_bytes(text, ":", 1);
    text = write_digits(text, second % 60, 2);
    memcpy(text, " GMT", sizeof " GMT");
}
