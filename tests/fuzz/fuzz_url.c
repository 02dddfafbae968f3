/* A URL that is accepted can stand in a request as it is, and what the
 * client takes for path and query the server takes for the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "common/url.h"

static void assert_printable(struct slice slice)
{
    for (size_t i = 0; i < slice.size; i++)
        assert(slice.data[i] > ' ' && slice.data[i] <= '~');
}

static bool is_equal(struct slice a, struct slice b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void parse(struct slice text)
{
    struct url url, again;
    if (url_parse(text, &url) != URL_OK)
        return;
    struct buf target = {0};
    url_target(&url, &target);
    assert_printable(url.authority);
    assert_printable(url.host);
    assert_printable(buf_slice(&target));
    assert(url.host.size > 0 && *buf_head(&target) == '/');
    assert((url.port == 0) == (url.scheme == URL_HTTP_UNIX));

    struct buf absolute = {0};
    buf_append_text(&absolute, "http://");
    buf_append_slice(&absolute, url.authority);
    buf_append_slice(&absolute, buf_slice(&target));
    assert(url_parse(buf_slice(&absolute), &again) == URL_OK);
    assert(is_equal(again.path, url.path) && is_equal(again.query, url.query));
    buf_free(&absolute);
    buf_free(&target);
}

static void look_into_query(struct slice query)
{
    struct slice value;
    if (url_query(query, "a", &value))
        assert(value.data >= query.data &&
               value.data + value.size <= query.data + query.size);
}

static void decode_and_encode(struct slice text)
{
    struct buf decoded = {0}, encoded = {0}, again = {0};
    if (url_decode(text, &decoded)) {
        url_encode(buf_slice(&decoded), &encoded);
        assert_printable(buf_slice(&encoded));
        assert(url_decode(buf_slice(&encoded), &again));
        assert(is_equal(buf_slice(&again), buf_slice(&decoded)));
    } else {
        assert(buf_size(&decoded) == 0);
    }
    buf_free(&decoded);
    buf_free(&encoded);
    buf_free(&again);
}

static void read_number(struct slice text)
{
    uint64_t number;
    if (!url_number(text, &number))
        return;
    struct buf digits = {0};
    buf_append_number(&digits, number);
    size_t zeros = text.size - buf_size(&digits);
    assert(zeros <= text.size);
    assert(memcmp(text.data + zeros, buf_head(&digits), text.size - zeros) ==
           0);
    buf_free(&digits);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct slice text = {(const char *)bytes, size};
    if (size == 0)
        return 0;
    parse(text);
    look_into_query(text);
    decode_and_encode(text);
    read_number(text);
    return 0;
}
