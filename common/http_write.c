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
