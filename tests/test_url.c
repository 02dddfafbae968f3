/* RFC 3986, as far as RFC 9110, 4.2 and RFC 9112, 3.2 use it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/url.h"

static void assert_slice(struct slice slice, const char *expected)
{
    char text[200];
    assert_true(slice.size < sizeof text);
    memcpy(text, slice.data ? slice.data : "", slice.size);
    text[slice.size] = '\0';
    assert_string_equal(text, expected);
    assert_int_equal(slice.size, strlen(expected));
}

static void assert_target(const struct url *url, const char *expected)
{
    struct buf target = {0};
    url_target(url, &target);
    assert_slice(buf_slice(&target), expected);
    buf_free(&target);
}

/* `text` leads to this host and port, and asks for this target there. */
static void assert_url(const char *text, const char *host, int port,
                       const char *target)
{
    struct url url;
    assert_string_equal(url_error_text(url_parse(slice_of(text), &url)),
                        url_error_text(URL_OK));
    assert_slice(url.host, host);
    assert_int_equal(url.port, port);
    assert_target(&url, target);
}

static void assert_error(const char *text, enum url_error expected)
{
    struct url url;
    assert_string_equal(url_error_text(url_parse(slice_of(text), &url)),
                        url_error_text(expected));
}

static void assert_scheme(const char *text, enum url_scheme expected)
{
    struct url url;
    assert_int_equal(url_parse(slice_of(text), &url), URL_OK);
    assert_int_equal(url.scheme, expected);
}

static void assert_authority(const char *text, const char *expected)
{
    struct url url;
    assert_int_equal(url_parse(slice_of(text), &url), URL_OK);
    assert_slice(url.authority, expected);
}

static void a_url_falls_into_its_parts(void **state)
{
    (void)state;
    struct url url;
    assert_int_equal(
        url_parse(slice_of("http://localhost:8080/a/b?c=d&e#f"), &url), URL_OK);
    assert_int_equal(url.scheme, URL_HTTP);
    assert_slice(url.authority, "localhost:8080");
    assert_slice(url.host, "localhost");
    assert_int_equal(url.port, 8080);
    assert_slice(url.path, "/a/b");
    assert_slice(url.query, "c=d&e");
    assert_target(&url, "/a/b?c=d&e");
}

static void the_examples_of_the_rfcs_are_urls(void **state)
{
    (void)state; /* RFC 3986, 1.1.2; RFC 9110, 4.2.1; RFC 9112, 3.2.1 */
    assert_url("http://www.ietf.org/rfc/rfc2396.txt", "www.ietf.org", 80,
               "/rfc/rfc2396.txt");
    assert_url("http://www.example.org:8080/pub/WWW/", "www.example.org", 8080,
               "/pub/WWW/");
    assert_url("http://www.example.org/where?q=now", "www.example.org", 80,
               "/where?q=now");
    assert_error("ldap://[2001:db8::7]/c=GB?objectClass?one", URL_BAD_SCHEME);
    assert_error("ftp://ftp.is.co.za/rfc/rfc1808.txt", URL_BAD_SCHEME);
}

static void a_url_without_a_scheme_is_http(void **state)
{
    (void)state;
    assert_url("localhost", "localhost", 80, "/");
    assert_url("localhost:8080", "localhost", 8080, "/");
    assert_url("127.0.0.1:8080/a?b=http://c/", "127.0.0.1", 8080,
               "/a?b=http://c/");
    assert_url("a/b://c", "a", 80, "/b://c");
    assert_scheme("localhost:8080", URL_HTTP);
}

static void schemes_have_no_case(void **state)
{
    (void)state; /* RFC 3986, 3.1 */
    assert_scheme("HTTP://localhost/", URL_HTTP);
    assert_scheme("ws://localhost/", URL_WS);
    assert_scheme("Ws://localhost/", URL_WS);
    assert_scheme("http+unix://%2Ftmp%2Fx/", URL_HTTP_UNIX);
}

static void an_empty_path_is_asked_for_as_a_slash(void **state)
{
    (void)state; /* RFC 9112, 3.2.1 */
    assert_url("http://a", "a", 80, "/");
    assert_url("http://a?b=c", "a", 80, "/?b=c");
    assert_url("http://a?", "a", 80, "/?");
    assert_url("http://a#b", "a", 80, "/");
    assert_url("http://a/?#", "a", 80, "/?");
}

static void a_fragment_is_not_sent(void **state)
{
    (void)state; /* RFC 9110, 7.1 */
    assert_url("http://a/b#c?d", "a", 80, "/b");
    assert_url("http://a/b?c#d/e", "a", 80, "/b?c");
}

static void an_ipv6_address_stands_in_brackets(void **state)
{
    (void)state; /* RFC 3986, 3.2.2 */
    assert_url("http://[::1]:8080/a", "::1", 8080, "/a");
    assert_url("[2001:db8::7]", "2001:db8::7", 80, "/");
    assert_url("ws://[::ffff:192.0.2.1]/", "::ffff:192.0.2.1", 80, "/");
    assert_authority("http://[::1]:8080/a", "[::1]:8080");
    assert_authority("http://[::1]", "[::1]");
    assert_error("http://[::1/", URL_BAD_HOST);
    assert_error("http://[]/", URL_BAD_HOST);
    assert_error("http://[::1%25eth0]/", URL_BAD_HOST);
    assert_error("http://[v1.x]/", URL_BAD_HOST);
    assert_error("http://[::1]8080/", URL_BAD_PORT);
    assert_error("http://::1/", URL_BAD_HOST);
    assert_error("2001:db8::7", URL_BAD_PORT);
}

static void the_path_of_a_socket_stands_in_the_place_of_the_host(void **state)
{
    (void)state;
    struct url url;
    struct buf path = {0};
    assert_url("http+unix://%2Ftmp%2Fx.sock/a?b", "%2Ftmp%2Fx.sock", 0, "/a?b");
    assert_authority("http+unix://%2Ftmp%2Fx.sock", "localhost");
    url_parse(slice_of("http+unix://%2Ftmp%2Fx.sock"), &url);
    assert_true(url_decode(url.host, &path));
    assert_slice(buf_slice(&path), "/tmp/x.sock");
    buf_free(&path);
    assert_error("http+unix:///tmp/x.sock", URL_BAD_SOCKET);
    assert_error("http+unix://", URL_BAD_SOCKET);
    assert_error("http+unix://%2Ftmp%2Fx.sock:80/", URL_BAD_SOCKET);
    assert_error("http+unix://%2Ftmp%2/", URL_BAD_SOCKET);
    assert_error("http+unix://%2Ftmp%00/", URL_BAD_SOCKET);
}

static void tls_is_refused_by_name(void **state)
{
    (void)state;
    assert_error("https://localhost/", URL_NEEDS_TLS);
    assert_error("WSS://localhost/", URL_NEEDS_TLS);
    assert_non_null(strstr(url_error_text(URL_NEEDS_TLS), "--proxy-command"));
}

static void userinfo_is_refused(void **state)
{
    (void)state; /* RFC 9110, 4.2.4 */
    assert_error("http://user@localhost/", URL_HAS_USERINFO);
    assert_error("http://user:secret@localhost/", URL_HAS_USERINFO);
    assert_error("user:secret@localhost:80", URL_HAS_USERINFO);
    assert_error("http://@localhost/", URL_HAS_USERINFO);
    assert_url("http://localhost/@", "localhost", 80, "/@");
}

static void a_host_may_not_be_empty_or_of_strange_characters(void **state)
{
    (void)state; /* RFC 9110, 4.2.1 */
    assert_error("", URL_BAD_HOST);
    assert_error("http://", URL_BAD_HOST);
    assert_error("http:///a", URL_BAD_HOST);
    assert_error("http://:80/", URL_BAD_HOST);
    assert_error("http://?a", URL_BAD_HOST);
    assert_error("http://a%62/", URL_BAD_HOST);
    assert_error("http://a\\b/", URL_BAD_HOST);
    assert_error("/polling", URL_BAD_HOST);
}

static void a_port_is_a_number_from_1_to_65535(void **state)
{
    (void)state;
    assert_url("a:1", "a", 1, "/");
    assert_url("a:65535", "a", 65535, "/");
    assert_url("a:00080", "a", 80, "/");
    assert_error("a:", URL_BAD_PORT);
    assert_error("a:0", URL_BAD_PORT);
    assert_error("a:65536", URL_BAD_PORT);
    assert_error("a:18446744073709551696", URL_BAD_PORT); /* 80 + 2^64 */
    assert_error("a:+80", URL_BAD_PORT);
    assert_error("a:-80", URL_BAD_PORT);
    assert_error("a:80x", URL_BAD_PORT);
    assert_error("a:http", URL_BAD_PORT);
    assert_error("http:/localhost", URL_BAD_PORT);
}

static void nothing_can_be_smuggled_into_the_request_line(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[] = "http://a/b?c#d";
        bool is_printable = byte > ' ' && byte < 0x7F;
        for (size_t i = 0; i < strlen("http://a/b?c#d"); i++) {
            struct url url;
            struct slice slice = {text, sizeof text - 1};
            char good = text[i];
            text[i] = (char)byte;
            if (!is_printable)
                assert_int_equal(url_parse(slice, &url), URL_BAD_CHARACTER);
            text[i] = good;
        }
    }
    assert_error("http://a/ HTTP/1.1\r\nX: y", URL_BAD_CHARACTER);
}

static void what_the_rfc_does_not_allow_must_be_percent_encoded(void **state)
{
    (void)state; /* RFC 3986, 3.3 and 3.4 */
    assert_url("http://a/-._~!$&'()*+,;=:@%41?/?:@!$'()*+,;", "a", 80,
               "/-._~!$&'()*+,;=:@%41?/?:@!$'()*+,;");
    for (const char *byte = "\"<>[\\]^`{|}"; *byte != '\0'; byte++) {
        char path[] = "http://a/b", query[] = "http://a/?b";
        path[9] = query[10] = *byte;
        assert_error(path, URL_BAD_CHARACTER);
        assert_error(query, URL_BAD_CHARACTER);
    }
    assert_error("http://a/%4", URL_BAD_CHARACTER);
    assert_error("http://a/?%", URL_BAD_CHARACTER);
    assert_error("http://a/%g1", URL_BAD_CHARACTER);
}

static void every_error_has_a_text_of_its_own(void **state)
{
    (void)state;
    for (enum url_error a = URL_OK; a <= URL_BAD_SOCKET; a++) {
        assert_true(strlen(url_error_text(a)) > 10);
        for (enum url_error b = URL_OK; b < a; b++)
            assert_string_not_equal(url_error_text(a), url_error_text(b));
    }
}

static void a_url_that_is_cut_off_is_never_read_beyond(void **state)
{
    (void)state;
    const char *text = "http://[::1]:8080/a%41b?c=%41#d";
    for (size_t size = 0; size <= strlen(text); size++) {
        struct url url;
        char *copy = malloc(size + 1);
        memcpy(copy + 1, text, size);
        enum url_error error = url_parse((struct slice){copy + 1, size}, &url);
        assert_true(error != URL_OK || size <= strlen("http") ||
                    size >= strlen("http://[::1]"));
        free(copy);
    }
}

static void a_query_is_searched_by_name(void **state)
{
    (void)state;
    struct slice value;
    struct slice query = slice_of("after=7&bare&empty=&x=1=2&x=3&%41=b");
    assert_true(url_query(query, "after", &value));
    assert_slice(value, "7");
    assert_true(url_query(query, "bare", &value));
    assert_slice(value, "");
    assert_true(url_query(query, "empty", &value));
    assert_slice(value, "");
    assert_true(url_query(query, "x", &value));
    assert_slice(value, "1=2");
    assert_true(url_query(query, "%41", &value));
    assert_slice(value, "b");
}

static void a_name_that_is_not_in_the_query_is_not_found(void **state)
{
    (void)state;
    struct slice value = slice_of("untouched");
    assert_false(url_query(slice_of("/after=7"), "after", &value));
    assert_false(url_query(slice_of("&"), "after", &value));
    assert_false(url_query(slice_of("xafter=7"), "after", &value));
    assert_false(url_query(slice_of("afterx=7"), "after", &value));
    assert_false(url_query(slice_of("After=7"), "after", &value));
    assert_false(url_query(slice_of("b=after=7"), "after", &value));
    assert_false(url_query((struct slice){0}, "after", &value));
    assert_slice(value, "untouched");
}

static void assert_decoded(const char *text, const char *expected)
{
    struct buf out = {0};
    buf_append_text(&out, ">");
    assert_true(url_decode(slice_of(text), &out));
    buf_consume(&out, 1);
    assert_slice(buf_slice(&out), expected);
    buf_free(&out);
}

static void assert_not_decoded(struct slice text)
{
    struct buf out = {0};
    buf_append_text(&out, "before");
    assert_false(url_decode(text, &out));
    assert_slice(buf_slice(&out), "before");
    buf_free(&out);
}

static void escapes_are_decoded_once(void **state)
{
    (void)state; /* RFC 3986, 2.1, 2.4 */
    assert_decoded("", "");
    assert_decoded("plain", "plain");
    assert_decoded("%2Ftmp%2fx", "/tmp/x");
    assert_decoded("a%20b+c", "a b+c");
    assert_decoded("%2541", "%41");
    assert_decoded("%C3%A9\xC3\xA9", "\xC3\xA9\xC3\xA9");
}

static void malformed_escapes_and_nuls_are_refused(void **state)
{
    (void)state;
    const char *bad[] = {"%",    "%4",   "a%",   "a%4",      "%%41",
                         "%4g",  "%g4",  "%-1",  "% 1",      "% 41",
                         "a%00", "%00a", "%+41", "%\xB2\x34"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_not_decoded(slice_of(bad[i]));
    assert_not_decoded((struct slice){"a\0b", 3});
    assert_not_decoded((struct slice){"a%41", 3}); /* the 1 is not ours */
}

static void every_byte_but_nul_makes_the_round_trip(void **state)
{
    (void)state;
    char text[255];
    struct buf encoded = {0}, decoded = {0};
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i + 1);
    url_encode((struct slice){text, sizeof text}, &encoded);
    assert_true(url_decode(buf_slice(&encoded), &decoded));
    assert_int_equal(buf_size(&decoded), sizeof text);
    assert_memory_equal(buf_head(&decoded), text, sizeof text);
    buf_free(&encoded);
    buf_free(&decoded);
}

static void everything_but_unreserved_characters_is_encoded(void **state)
{
    (void)state; /* RFC 3986, 2.3 */
    struct buf out = {0};
    url_encode(slice_of("azAZ09-._~ /?#&=+%\x7F\xC3\xA9"), &out);
    assert_slice(buf_slice(&out),
                 "azAZ09-._~%20%2F%3F%23%26%3D%2B%25%7F%C3%A9");
    buf_free(&out);
}

static void a_number_is_all_digits_and_fits_64_bits(void **state)
{
    (void)state;
    uint64_t number = 1;
    assert_true(url_number(slice_of("0"), &number));
    assert_int_equal(number, 0);
    assert_true(url_number(slice_of("007"), &number));
    assert_int_equal(number, 7);
    assert_true(url_number(slice_of("18446744073709551615"), &number));
    assert_true(number == UINT64_MAX);
}

static void what_is_not_a_number_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         " 1",
                         "1 ",
                         "+1",
                         "-1",
                         "1.0",
                         "0x1",
                         "1e3",
                         "18446744073709551616",
                         "18446744073709551620",
                         "28446744073709551615",
                         "184467440737095516150"};
    uint64_t number = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(url_number(slice_of(bad[i]), &number));
    assert_false(url_number((struct slice){"1\0002", 3}, &number));
    assert_int_equal(number, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_falls_into_its_parts),
        cmocka_unit_test(the_examples_of_the_rfcs_are_urls),
        cmocka_unit_test(a_url_without_a_scheme_is_http),
        cmocka_unit_test(schemes_have_no_case),
        cmocka_unit_test(an_empty_path_is_asked_for_as_a_slash),
        cmocka_unit_test(a_fragment_is_not_sent),
        cmocka_unit_test(an_ipv6_address_stands_in_brackets),
        cmocka_unit_test(the_path_of_a_socket_stands_in_the_place_of_the_host),
        cmocka_unit_test(tls_is_refused_by_name),
        cmocka_unit_test(userinfo_is_refused),
        cmocka_unit_test(a_host_may_not_be_empty_or_of_strange_characters),
        cmocka_unit_test(a_port_is_a_number_from_1_to_65535),
        cmocka_unit_test(nothing_can_be_smuggled_into_the_request_line),
        cmocka_unit_test(what_the_rfc_does_not_allow_must_be_percent_encoded),
        cmocka_unit_test(every_error_has_a_text_of_its_own),
        cmocka_unit_test(a_url_that_is_cut_off_is_never_read_beyond),
        cmocka_unit_test(a_query_is_searched_by_name),
        cmocka_unit_test(a_name_that_is_not_in_the_query_is_not_found),
        cmocka_unit_test(escapes_are_decoded_once),
        cmocka_unit_test(malformed_escapes_and_nuls_are_refused),
        cmocka_unit_test(every_byte_but_nul_makes_the_round_trip),
        cmocka_unit_test(everything_but_unreserved_characters_is_encoded),
        cmocka_unit_test(a_number_is_all_digits_and_fits_64_bits),
        cmocka_unit_test(what_is_not_a_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
