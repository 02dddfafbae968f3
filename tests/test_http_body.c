#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/http_body.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct http_body none = {.framing = HTTP_NO_BODY};
static const struct http_body chunks = {.framing = HTTP_CHUNKED};
static const struct http_body until_close = {.framing = HTTP_UNTIL_CLOSE};

static struct http_body of_length(uint64_t length)
{
    return (struct http_body){.framing = HTTP_LENGTH, .left = length};
}

/* Read what can be read, and append it to `content`. */
static enum http_body_result read_all(struct http_body *body, struct buf *in,
                                      struct buf *content)
{
    struct slice piece;
    enum http_body_result result;
    while ((result = http_body_next(body, in, &piece)) == HTTP_BODY_PIECE) {
        assert_true(piece.size > 0);
        buf_append_slice(content, piece);
    }
    return result;
}

/* The body that begins `bytes` has this content, and `rest` is behind it: at
 * once, and byte by byte. */
static void check_body(struct http_body body, const char *bytes,
                       const char *content, const char *rest)
{
    for (size_t step = strlen(bytes) + 1; step > 0; step--) {
        struct http_body again = body;
        struct buf in = {0}, read = {0};
        enum http_body_result result = read_all(&again, &in, &read);
        for (size_t at = 0; at < strlen(bytes); at += step) {
            size_t left = strlen(bytes) - at;
            buf_append(&in, bytes + at, step < left ? step : left);
            result = read_all(&again, &in, &read);
        }
        assert_int_equal(result, body.framing == HTTP_UNTIL_CLOSE
                                     ? HTTP_BODY_NEED_MORE
                                     : HTTP_BODY_END);
        assert_true(http_body_may_end_here(&again));
        assert_int_equal(again.taken, strlen(content));
        assert_int_equal(buf_size(&read), strlen(content));
        assert_memory_equal(read.data, content, strlen(content));
        assert_int_equal(buf_size(&in), strlen(rest));
        assert_memory_equal(buf_head(&in), rest, strlen(rest));
        buf_free(&in);
        buf_free(&read);
    }
}

static void each_framing_ends_where_it_says(void **state)
{
    (void)state;
    check_body(none, "GET", "", "GET");
    check_body(of_length(0), "GET", "", "GET");
    check_body(of_length(5), "helloGET", "hello", "GET");
    check_body(chunks, "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\nGET", "hello", "GET");
    check_body(until_close, "to the end", "to the end", "");
}

static void only_some_bodies_may_end_with_the_connection(void **state)
{
    (void)state;
    const struct {
        struct http_body body;
        const char *bytes;
        bool may_end;
    } rows[] = {
        {none, "", true},
        {until_close, "", true},
        {until_close, "abc", true},
        {of_length(0), "", true},
        {of_length(3), "", false},
        {of_length(3), "ab", false},
        {of_length(3), "abc", true},
        {chunks, "", false},
        {chunks, "3\r\nabc\r\n", false},
        {chunks, "3\r\nabc\r\n0\r\n", false},
        {chunks, "3\r\nabc\r\n0\r\n\r\n", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_body body = rows[i].body;
        struct buf in = {0}, read = {0};
        buf_append_text(&in, rows[i].bytes);
        read_all(&body, &in, &read);
        assert_int_equal(http_body_may_end_here(&body), rows[i].may_end);
        buf_free(&in);
        buf_free(&read);
    }
}

static void an_empty_body_has_ended_before_it_is_read(void **state)
{
    (void)state;
    struct http_body body = of_length(0);
    assert_true(http_body_may_end_here(&body));
}

/* The status of a body that is read with this limit; 0 if nothing is wrong. */
static int status_of(struct http_body body, const char *bytes, uint64_t max)
{
    struct buf in = {0}, read = {0};
    buf_append_text(&in, bytes);
    body.max = (uint32_t)max;
    enum http_body_result result = read_all(&body, &in, &read);
    assert_int_equal(read_all(&body, &in, &read), result); /* said again */
    assert_int_equal(result == HTTP_BODY_BAD, body.status != 0);
    assert_int_equal(result == HTTP_BODY_BAD, body.why != NULL);
    assert_true(max == 0 || buf_size(&read) <= max);
    buf_free(&in);
    buf_free(&read);
    return body.status;
}

static void a_body_over_its_limit_is_refused(void **state)
{
    (void)state;
    const char *five = "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    assert_int_equal(status_of(of_length(5), "hello", 0), 0);
    assert_int_equal(status_of(of_length(5), "hello", 5), 0);
    assert_int_equal(status_of(of_length(5), "hello", 4), 413);
    assert_int_equal(status_of(of_length(UINT64_MAX), "", 4), 413);
    assert_int_equal(status_of(chunks, five, 5), 0);
    assert_int_equal(status_of(chunks, five, 4), 413);
    assert_int_equal(status_of(until_close, "hello", 5), 0);
    assert_int_equal(status_of(until_close, "hello", 4), 413);
}

static void malformed_chunks_are_refused(void **state)
{
    (void)state;
    assert_int_equal(status_of(chunks, "xyz\r\n", 0), 400);
    assert_int_equal(status_of(chunks, "1\na", 0), 400);
    assert_int_equal(status_of(chunks, "1\r\nab\r\n", 0), 400);
    assert_int_equal(status_of(chunks, "fffffffff\r\n", 0), 413);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_framing_ends_where_it_says),
        cmocka_unit_test(only_some_bodies_may_end_with_the_connection),
        cmocka_unit_test(an_empty_body_has_ended_before_it_is_read),
        cmocka_unit_test(a_body_over_its_limit_is_refused),
        cmocka_unit_test(malformed_chunks_are_refused),
    };
    return cmocka_run_group_tests_name("http_body", tests, NULL, NULL);
}
