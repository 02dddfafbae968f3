#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/http.h"
#include "common/http_write.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_slice(struct slice slice, const char *text)
{
    if (!slice_is(slice, text))
        fail_msg("\"%.*s\" is not \"%s\"", (int)slice.size, slice.data, text);
}

static void a_response_that_we_write_is_one_that_we_read(void **state)
{
    (void)state;
    struct buf wire = {0};
    struct http_parser parser = {0};
    struct http_response response;
    http_append_status(&wire, 201);
    http_append_field(&wire, "Content-Type", slice_of("text/plain"));
    http_append_field(&wire, "Empty", slice_of(""));
    http_append_length(&wire, 2);
    http_append_end(&wire);
    assert_slice(buf_slice(&wire), "HTTP/1.1 201 Created\r\n"
                                   "Content-Type: text/plain\r\n"
                                   "Empty: \r\n"
                                   "Content-Length: 2\r\n\r\n");
    assert_int_equal(http_next_response(&parser, &wire, METHOD_GET, &response),
                     HTTP_HEAD);
    assert_int_equal(response.status, 201);
    assert_slice(http_field(&response.head, "Content-Type"), "text/plain");
    assert_int_equal(response.body.left, 2);
    buf_free(&wire);
}

static void a_request_that_we_write_is_one_that_we_read(void **state)
{
    (void)state;
    struct buf wire = {0};
    struct http_parser parser = {0};
    struct http_request request;
    http_append_request_line(&wire, "GET", slice_of("/a?b"));
    http_append_field(&wire, "Host", slice_of("[::1]:80"));
    http_append_end(&wire);
    assert_slice(buf_slice(&wire), "GET /a?b HTTP/1.1\r\n"
                                   "Host: [::1]:80\r\n\r\n");
    assert_int_equal(http_next_request(&parser, &wire, &request), HTTP_HEAD);
    assert_slice(request.target, "/a?b");
    assert_slice(request.host, "[::1]:80");
    buf_free(&wire);
}

static void assert_status_is_read(int status)
{
    struct buf wire = {0};
    struct http_parser parser = {0};
    struct http_response response;
    http_append_status(&wire, status);
    http_append_end(&wire);
    assert_int_equal(http_next_response(&parser, &wire, METHOD_GET, &response),
                     HTTP_HEAD);
    assert_int_equal(response.status, status);
    assert_slice(response.reason, http_reason(status));
    buf_free(&wire);
}

static void every_status_that_we_send_has_a_reason(void **state)
{
    (void)state;
    static const int statuses[] = {100, 101, 200, 201, 204, 304, 400,
                                   403, 404, 405, 408, 411, 413, 414,
                                   417, 426, 431, 500, 501, 503, 505};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        assert_true(strlen(http_reason(statuses[i])) > 0);
        assert_status_is_read(statuses[i]);
    }
}

static void a_status_without_a_reason_can_be_sent(void **state)
{
    (void)state;
    assert_string_equal(http_reason(999), "");
    assert_string_equal(http_reason(299), "");
    assert_string_equal(http_reason(-1), "");
    assert_status_is_read(999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_that_we_write_is_one_that_we_read),
        cmocka_unit_test(a_request_that_we_write_is_one_that_we_read),
        cmocka_unit_test(every_status_that_we_send_has_a_reason),
        cmocka_unit_test(a_status_without_a_reason_can_be_sent),
    };
    return cmocka_run_group_tests_name("http_write", tests, NULL, NULL);
}
