#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/http.h"

#define HOST "Host: localhost\r\n"
#define GET  "GET / HTTP/1.1\r\n" HOST
#define POST "POST / HTTP/1.1\r\n" HOST
#define OK   "HTTP/1.1 200 OK\r\n"

/* -- Helpers -- */

/* Bytes that may hold a NUL. */
struct bytes {
    const char *data;
    size_t size;
};
#define BYTES(text)                                                            \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }

struct row {
    struct bytes bytes;
    int status; /* 0: a head, and not refused */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_slice(struct slice slice, const char *text)
{
    if (!slice_is(slice, text))
        fail_msg("\"%.*s\" is not \"%s\"", (int)slice.size, slice.data, text);
}

/* One end that reads, and the story of what it read. */
struct reader {
    struct buf in, story;
    struct http_parser parser;
    struct http_body body;
    bool is_client, is_in_body;
    enum http_method asked;        /* client: the method of the request */
    struct http_request request;   /* the last one */
    struct http_response response; /* the last one */
};

static void tell_head(struct reader *reader, const struct http_head *head,
                      bool keep_alive)
{
    buf_append_text(&reader->story, keep_alive ? " keep" : " close");
    for (size_t i = 0; i < head->count; i++) {
        buf_append_text(&reader->story, "|");
        buf_append_slice(&reader->story, head->fields[i].name);
        buf_append_text(&reader->story, "=");
        buf_append_slice(&reader->story, head->fields[i].value);
    }
    buf_append_text(&reader->story, "[");
}

static void tell_request(struct reader *reader)
{
    const struct http_request *request = &reader->request;
    const struct slice parts[] = {request->method_name, request->target,
                                  request->path, request->query, request->host};
    for (size_t i = 0; i < COUNT(parts); i++) {
        buf_append_slice(&reader->story, parts[i]);
        buf_append_text(&reader->story, " ");
    }
    buf_append_text(&reader->story, request->expects_continue ? "100" : "-");
    tell_head(reader, &request->head, request->keep_alive);
    reader->body = request->body;
}

static void tell_response(struct reader *reader)
{
    const struct http_response *response = &reader->response;
    buf_append_number(&reader->story, (uint64_t)response->status);
    buf_append_slice(&reader->story, response->reason);
    tell_head(reader, &response->head, response->keep_alive);
    reader->body = response->body;
}

static enum http_result next_head(struct reader *reader)
{
    if (reader->is_client)
        return http_next_response(&reader->parser, &reader->in, reader->asked,
                                  &reader->response);
    return http_next_request(&reader->parser, &reader->in, &reader->request);
}

/* One step; false when nothing more can be read. */
static bool step(struct reader *reader)
{
    struct slice piece;
    if (!reader->is_in_body) {
        if (next_head(reader) != HTTP_HEAD)
            return false;
        reader->is_client ? tell_response(reader) : tell_request(reader);
        reader->is_in_body = true;
        return true;
    }
    switch (http_body_next(&reader->body, &reader->in, &piece)) {
    case HTTP_BODY_PIECE:
        assert_true(piece.size > 0);
        buf_append_slice(&reader->story, piece);
        return true;
    case HTTP_BODY_END:
        buf_append_text(&reader->story, "]\n");
        reader->is_in_body = false;
        return true;
    case HTTP_BODY_NEED_MORE:
    case HTTP_BODY_BAD: break;
    }
    return false;
}

static void feed(struct reader *reader, const char *data, size_t size)
{
    buf_append(&reader->in, data, size);
    while (step(reader))
        ;
}

static void feed_text(struct reader *reader, const char *text)
{
    feed(reader, text, strlen(text));
}

static void feed_byte_by_byte(struct reader *reader, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        feed(reader, bytes.data + i, 1);
}

static void reader_free(struct reader *reader)
{
    buf_free(&reader->in);
    buf_free(&reader->story);
}

static bool is_same(const struct buf *a, const struct buf *b)
{
    return buf_size(a) == buf_size(b) &&
           (buf_size(a) == 0 ||
            memcmp(buf_head(a), buf_head(b), buf_size(a)) == 0);
}

static void assert_same(struct reader *whole, struct reader *parts, size_t cut)
{
    if (!is_same(&whole->story, &parts->story))
        fail_msg("cut at %zu:\n%.*s\nis not\n%.*s", cut,
                 (int)buf_size(&parts->story), (char *)parts->story.data,
                 (int)buf_size(&whole->story), (char *)whole->story.data);
    assert_int_equal(whole->parser.status, parts->parser.status);
    assert_ptr_equal(whole->parser.why, parts->parser.why);
    assert_int_equal(whole->body.status, parts->body.status);
}

static const struct reader server;
static const struct reader client = {.is_client = true};

/* Cut at each position, and into single bytes, it must be the same. */
static void check_cuts(struct reader kind, const char *text)
{
    struct bytes bytes = {text, strlen(text)};
    struct reader whole = kind;
    feed(&whole, bytes.data, bytes.size);
    assert_int_equal(whole.parser.status, 0);
    assert_int_equal(buf_size(&whole.in), 0);
    for (size_t cut = 0; cut < bytes.size; cut++) {
        struct reader parts = kind;
        feed(&parts, bytes.data, cut);
        feed(&parts, bytes.data + cut, bytes.size - cut);
        assert_same(&whole, &parts, cut);
        reader_free(&parts);
    }
    struct reader slow = kind;
    feed_byte_by_byte(&slow, bytes);
    assert_same(&whole, &slow, 1);
    reader_free(&slow);
    reader_free(&whole);
}

/* The status that is due, whole and byte by byte, and for the same reason. */
static void check_rows(struct reader kind, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes bytes = rows[i].bytes;
        struct reader whole = kind, slow = kind;
        feed(&whole, bytes.data, bytes.size);
        if (whole.parser.status != rows[i].status)
            fail_msg("row %zu: %d instead of %d (%s) for %s", i,
                     whole.parser.status, rows[i].status,
                     whole.parser.why ? whole.parser.why : "fine", bytes.data);
        assert_true(rows[i].status != 0 || buf_size(&whole.story) > 0);
        assert_true(rows[i].status == 0 || whole.parser.why != NULL);
        feed_byte_by_byte(&slow, bytes);
        assert_same(&whole, &slow, i);
        reader_free(&whole);
        reader_free(&slow);
    }
}

/* A request that must be good; free the reader. */
static struct reader read_request(const char *text)
{
    struct reader reader = server;
    buf_append_text(&reader.in, text);
    if (next_head(&reader) != HTTP_HEAD)
        fail_msg("%d %s: %s", reader.parser.status, reader.parser.why, text);
    return reader;
}

static struct reader read_response(enum http_method asked, const char *text)
{
    struct reader reader = client;
    reader.asked = asked;
    buf_append_text(&reader.in, text);
    if (next_head(&reader) != HTTP_HEAD)
        fail_msg("%s: %s", reader.parser.why, text);
    return reader;
}

/* -- The examples of the specifications -- */

static void the_example_of_rfc_9112_is_read(void **state)
{
    (void)state;
    struct reader reader = read_request("GET /hello.txt HTTP/1.1\r\n"
                                        "User-Agent: curl/7.64.1\r\n"
                                        "Host: www.example.com\r\n"
                                        "Accept-Language: en, mi\r\n\r\n");
    struct http_request *request = &reader.request;
    assert_int_equal(request->method, METHOD_GET);
    assert_slice(request->method_name, "GET");
    assert_int_equal(request->form, HTTP_ORIGIN_FORM);
    assert_slice(request->target, "/hello.txt");
    assert_slice(request->path, "/hello.txt");
    assert_null(request->query.data);
    assert_slice(request->host, "www.example.com");
    assert_int_equal(request->minor, 1);
    assert_true(request->keep_alive);
    assert_false(request->expects_continue);
    assert_int_equal(request->body.framing, HTTP_NO_BODY);
    assert_int_equal(request->head.count, 3);
    assert_slice(http_field(&request->head, "accept-language"), "en, mi");
    assert_int_equal(buf_size(&reader.in), 0);
    reader_free(&reader);
}

static void the_response_of_rfc_9110_is_read(void **state)
{
    (void)state;
    struct reader reader = client;
    feed_text(&reader, "HTTP/1.1 200 OK\r\n"
                       "Date: Mon, 27 Jul 2009 12:28:53 GMT\r\n"
                       "Server: Apache\r\n"
                       "ETag: \"34aa387-d-1568eb00\"\r\n"
                       "Content-Length: 14\r\n"
                       "Vary: Accept-Encoding\r\n"
                       "\r\nHello World!\r\n");
    assert_int_equal(reader.response.status, 200);
    assert_int_equal(reader.response.head.count, 5);
    assert_true(reader.response.keep_alive);
    assert_int_equal(reader.body.taken, 14);
    assert_true(http_body_may_end_here(&reader.body));
    reader_free(&reader);
}

static void the_four_forms_of_a_target_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum http_target_form form;
        const char *path, *query, *host;
    } rows[] = {
        {"GET /where?q=now HTTP/1.1", HTTP_ORIGIN_FORM, "/where", "q=now",
         "localhost"},
        {"GET http://www.example.org/pub?a?b HTTP/1.1", HTTP_ABSOLUTE_FORM,
         "/pub", "a?b", "www.example.org"},
        {"GET HTTP://[::1]:8080 HTTP/1.1", HTTP_ABSOLUTE_FORM, "/", "",
         "[::1]:8080"},
        {"OPTIONS http://a?x HTTP/1.1", HTTP_ABSOLUTE_FORM, "/", "x", "a"},
        {"GET //double HTTP/1.1", HTTP_ORIGIN_FORM, "//double", "",
         "localhost"},
        {"GET /? HTTP/1.1", HTTP_ORIGIN_FORM, "/", "", "localhost"},
        {"CONNECT www.example.com:80 HTTP/1.1", HTTP_AUTHORITY_FORM, "", "",
         "www.example.com:80"},
        {"OPTIONS * HTTP/1.1", HTTP_ASTERISK_FORM, "", "", "localhost"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf text = {0};
        buf_printf(&text, "%s\r\n" HOST "\r\n%c", rows[i].line, '\0');
        struct reader reader = read_request((const char *)buf_head(&text));
        assert_int_equal(reader.request.form, rows[i].form);
        assert_slice(reader.request.path, rows[i].path);
        assert_slice(reader.request.query, rows[i].query);
        assert_slice(reader.request.host, rows[i].host);
        reader_free(&reader);
        buf_free(&text);
    }
}

/* -- Cut at every position -- */

static void requests_may_arrive_in_any_pieces(void **state)
{
    (void)state;
    check_cuts(server,
               "\r\n\r\n"
               "GET /a?b=c HTTP/1.1\r\n" HOST "hoSt2:\tx \t\r\nempty:\r\n\r\n"
               "POST /polling HTTP/1.1\r\n" HOST
               "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\nhello"
               "\r\n"
               "POST http://a/b HTTP/1.1\r\n" HOST
               "Transfer-Encoding: Chunked\r\n\r\n"
               "5;x=y\r\nhello\r\n2\r\n, \r\n0\r\nTrailer: 1\r\n\r\n"
               "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
}

static void responses_may_arrive_in_any_pieces(void **state)
{
    (void)state;
    check_cuts(client, "HTTP/1.1 100 Continue\r\n\r\n" OK
                       "Transfer-Encoding: chunked\r\n\r\n"
                       "3\r\nabc\r\n0\r\n\r\n"
                       "HTTP/1.1 204\r\n\r\n"
                       "HTTP/1.0 404 Not \xc3\xa9\tFound\r\n\r\nuntil the end");
}

static void pipelined_requests_come_one_by_one(void **state)
{
    (void)state;
    struct reader reader = read_request("GET /1 HTTP/1.1\r\n" HOST "\r\n"
                                        "GET /2 HTTP/1.1\r\n" HOST "\r\nGET");
    assert_slice(reader.request.path, "/1");
    assert_int_equal(next_head(&reader), HTTP_HEAD);
    assert_slice(reader.request.path, "/2");
    assert_int_equal(next_head(&reader), HTTP_NEED_MORE);
    reader_free(&reader);
}

static void every_prefix_of_a_request_needs_more(void **state)
{
    (void)state;
    const char text[] = "\r\nGET / HTTP/1.1\r\n" HOST "A: b\r\n\r\n";
    for (size_t size = 0; size < sizeof text - 1; size++) {
        struct reader reader = server;
        buf_append(&reader.in, text, size);
        assert_int_equal(next_head(&reader), HTTP_NEED_MORE);
        reader_free(&reader);
    }
}

/* Bytes that are looked at again and again would take minutes here. */
static void a_head_byte_by_byte_costs_no_more_than_its_size(void **state)
{
    (void)state;
    struct reader reader = server;
    reader.parser.line_max = reader.parser.head_max = 1000000;
    feed_text(&reader, "GET /");
    for (uint32_t i = 0; i < 400000; i++) {
        assert_int_equal(reader.parser.checked, 5 + i);
        feed(&reader, "a", 1);
    }
    feed_text(&reader, " HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(reader.request.path.size, 400001);
    reader_free(&reader);
}

/* -- Refused as soon as it is seen -- */

static void garbage_is_refused_before_the_head_ends(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES("GET / HTTP/1.1\n"), 400},
        {BYTES("\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nA: b\n"), 400},
        {BYTES("\x16\x03\x01"), 400}, /* a TLS handshake */
        {BYTES("GET /\0"), 400},
        {BYTES("GET / HTTP/1.1\r\nA: \x7f"), 400},
        {BYTES("GET / HTTP/1.1\r\nA: \v"), 400},
        {BYTES("GET / HTTP/1.1\r\nA: \x1b"), 400},
        {BYTES("GET / HTTP/1.1\r\nA: b\rC"), 400},
        {BYTES("GET / HTTP/1.1\r\rA"), 400},
        {BYTES("\rGET"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

/* RFC 9110, 5.5: VCHAR, obs-text, SP and HTAB are let through. */
static void a_byte_is_judged_alike_wherever_it_stands(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        bool is_text = (byte >= ' ' && byte != 0x7f) || byte == '\t';
        for (size_t at = 0; at < 20; at++) {
            char value[] = "aaaaaaaaaaaaaaaaaaaaaaaaa";
            struct reader reader = server;
            value[at] = (char)byte;
            feed_text(&reader, GET "a:");
            feed(&reader, value, sizeof value - 1);
            assert_int_equal(reader.parser.status, is_text ? 0 : 400);
            reader_free(&reader);
        }
    }
}

static void a_refusal_is_final(void **state)
{
    (void)state;
    struct reader reader = server;
    feed_text(&reader, "GET / HTTP/1.1\n");
    buf_consume(&reader.in, buf_size(&reader.in));
    feed_text(&reader, GET "\r\n");
    assert_int_equal(next_head(&reader), HTTP_BAD);
    assert_int_equal(buf_size(&reader.story), 0);
    assert_int_equal(reader.parser.status, 400);
    assert_string_equal(reader.parser.why, "a bare LF in the head");
    reader_free(&reader);
}

/* -- Limits -- */

static void feed_many(struct reader *reader, size_t count, const char *text)
{
    while (count-- > 0)
        feed_text(reader, text);
}

static void a_request_line_has_a_limit(void **state)
{
    (void)state;
    size_t rest = strlen("GET / HTTP/1.1");
    for (size_t over = 0; over < 2; over++) {
        struct reader reader = server;
        feed_text(&reader, "GET /");
        feed_many(&reader, HTTP_LINE_MAX - rest + over, "a");
        feed_text(&reader, " HTTP/1.1\r\n" HOST "\r\n");
        assert_int_equal(reader.parser.status, over ? 414 : 0);
        reader_free(&reader);
    }
}

static void a_line_without_end_is_refused_at_its_limit(void **state)
{
    (void)state;
    struct reader reader = server;
    reader.parser.line_max = 10;
    feed_many(&reader, 11, "a");
    assert_int_equal(reader.parser.status, 0);
    feed_text(&reader, "a");
    assert_int_equal(reader.parser.status, 414);
    reader_free(&reader);
}

static void a_head_has_a_limit(void **state)
{
    (void)state;
    size_t rest = strlen(GET "A: \r\n\r\n");
    for (size_t over = 0; over < 2; over++) {
        struct reader reader = server;
        feed_text(&reader, GET "A: ");
        feed_many(&reader, HTTP_HEAD_MAX - rest + over, "a");
        feed_text(&reader, "\r\n\r\n");
        assert_int_equal(reader.parser.status, over ? 431 : 0);
        reader_free(&reader);
    }
}

static void a_limit_of_the_head_under_that_of_the_line_holds(void **state)
{
    (void)state;
    struct reader reader = server;
    reader.parser.head_max = 12;
    feed_text(&reader, GET "\r\n");
    assert_int_equal(reader.parser.status, 414);
    reader_free(&reader);
}

static void fields_have_a_limit(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct reader reader = server;
        feed_text(&reader, GET);
        feed_many(&reader, HTTP_FIELDS_MAX - 1 + over, "A: b\r\n");
        feed_text(&reader, "\r\n");
        assert_int_equal(reader.parser.status, over ? 431 : 0);
        reader_free(&reader);
    }
}

/* -- What a peer can do wrong -- */

static void a_request_line_has_three_parts_and_two_blanks(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES("GET / HTTP/1.1\r\n" HOST "\r\n"), 0},
        {BYTES("G!#$%&'*+-.^_`|~9 / HTTP/1.1\r\n" HOST "\r\n"), 0},
        {BYTES("GET / HTTP/1.7\r\n" HOST "\r\n"), 0},
        {BYTES("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET /  HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400},
        {BYTES(" GET / HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET /\tHTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("Extra lineGET / HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("G(T / HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET:/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("G\xc3\x89T / HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET\r\n" HOST "\r\n"), 400},
        {BYTES("GET \r\n" HOST "\r\n"), 400},
        {BYTES("GET /\r\n\r\n"), 400},
        {BYTES("GET / \r\n\r\n"), 400},
        {BYTES("/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("HTTP/1.1 200 OK\r\n" HOST "\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void a_version_is_spelled_in_one_way(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES("GET / HTTP/0.9\r\n" HOST "\r\n"), 505},
        {BYTES("GET / HTTP/2.0\r\n" HOST "\r\n"), 505},
        {BYTES("GET / HTTP/9.9\r\n" HOST "\r\n"), 505},
        {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
        {BYTES("GET / http/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/1.10\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/01.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/2\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/1,1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/1.x\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/x.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP /1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTPS/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / ICY/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET / HTTP/+1.1\r\n" HOST "\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void a_target_is_of_one_of_the_four_forms(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES("GET /#top HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET path HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET ?q HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET * HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("OPTIONS ** HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET ftp://a/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http:///x HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http:// HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://?q HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://:80/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://user@a/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://a:b/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://[::1/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET https://a/ HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},
        {BYTES("GET http://a/ HTTP/1.1\r\n\r\n"), 400},
        {BYTES("GET localhost:80 HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("CONNECT / HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("CONNECT a HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("CONNECT a: HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("CONNECT http://a:80/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void there_is_one_host_and_it_is_valid(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES("GET / HTTP/1.0\r\n\r\n"), 0},
        {BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 0}, /* RFC 9112, 3.2 */
        {BYTES("GET / HTTP/1.1\r\nhoSt:\ta-1.b_c:80\r\n\r\n"), 0},
        {BYTES("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n"), 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a:\r\n\r\n"), 0},
        {BYTES("GET / HTTP/1.1\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: :80\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: []\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: [1:2]\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: "
               "[0000:0000:0000:0000:0000:0000:255.255.255.2550]\r\n\r\n"),
         400},
        {BYTES("GET / HTTP/1.1\r\nHost: a%2g\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: [::1]80\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a?b\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\nHost: a#b\r\n\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void what_is_wrong_with_a_field_line_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *line, *why;
    } rows[] = {
        {" a: b", "a field line that begins with a blank"},
        {"\ta: b", "a field line that begins with a blank"},
        {"a : b", "a blank in or behind a field name"},
        {"a\t: b", "a blank in or behind a field name"},
        {": b", "a field without a name"},
        {"a[]: b", "a field name that is not a token"},
        {"a", "a field line without a colon"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader reader = server;
        feed_text(&reader, GET);
        feed_text(&reader, rows[i].line);
        feed_text(&reader, "\r\n\r\n");
        assert_int_equal(reader.parser.status, 400);
        assert_string_equal(reader.parser.why, rows[i].why);
        reader_free(&reader);
    }
}

static void a_field_line_is_a_token_a_colon_and_text(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES(GET "a:\r\nb: \t\r\nc:d\r\n\r\n"), 0},
        {BYTES(GET "!#$%&'*+-.^_`|~09azAZ: \"(),/:;<=>?@[\\]{} \xff\r\n\r\n"),
         0},
        {BYTES(GET "a\r\n\r\n"), 400},
        {BYTES(GET ": b\r\n\r\n"), 400},
        {BYTES(GET "a : b\r\n\r\n"), 400},
        {BYTES(GET "a\t: b\r\n\r\n"), 400},
        {BYTES(GET "a b: c\r\n\r\n"), 400},
        {BYTES(GET "a: b\r\n folded\r\n\r\n"), 400},
        {BYTES(GET "a: b\r\n\tfolded: c\r\n\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\n " HOST "\r\n"), 400},
        {BYTES("GET / HTTP/1.1\r\n \r\n" HOST "\r\n"), 400},
        {BYTES(GET "X-Invalid[]: test\r\n\r\n"), 400},
        {BYTES(GET "a\xc3\xa9: b\r\n\r\n"), 400},
        {BYTES(GET "a: b\0c\r\n\r\n"), 400},
        {BYTES(GET "a\0: b\r\n\r\n"), 400},
        {BYTES(GET "a: b\rc\r\n\r\n"), 400},
        {BYTES(GET "a: b\nc: d\r\n\r\n"), 400},
        {BYTES(GET "a: test\x07\r\n\r\n"), 400},
        {BYTES(GET "a: \v\r\n\r\n"), 400},
        {BYTES(GET "a: \x7f\r\n\r\n"), 400},
        {BYTES(GET "\rSome-Header: Test\r\n\r\n"), 400},
        {BYTES(GET "a: b\r\n\n"), 400},
        {BYTES(GET "\n\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void a_content_length_is_digits_only_and_once(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES(POST "Content-Length: 0\r\n\r\n"), 0},
        {BYTES(POST "Content-Length:\t005 \r\n\r\nhello"), 0},
        {BYTES(POST "Content-Length: 18446744073709551615\r\n\r\n"), 0},
        {BYTES(POST "Content-Length: 18446744073709551616\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 99999999999999999999999999\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5\r\ncontent-length: 6\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5, 5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5 5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5,\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: +5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: -5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: -123456789123456789123456789\r\n\r\n"),
         400},
        {BYTES(POST "Content-Length: 0x5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5.0\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5e1\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: \"5\"\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: abc\r\n\r\n"), 400},
        {BYTES(POST "Content-Length:\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: \xb2\r\n\r\n"), 400},
        {BYTES(POST "Content-Length : 5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length\t: 5\r\n\r\n"), 400},
        {BYTES(POST "Content-Length: 5\r\n 5\r\n\r\n"), 400},
        {BYTES(POST "Content_Length: 5\r\nContent-Length: 5,\r\n\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

#define TE "Transfer-Encoding: "

static void a_transfer_coding_is_chunked_and_nothing_else(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES(POST TE "chunked\r\n\r\n"), 0},
        {BYTES(POST TE "\t ChunkeD \t\r\n\r\n"), 0},
        {BYTES(POST TE "gzip, chunked\r\n\r\n"), 501},
        {BYTES(POST TE "gzip\r\n" TE "chunked\r\n\r\n"), 501},
        {BYTES(POST TE "gzip\r\n\r\n"), 400}, /* 6.3: its end is unknown */
        {BYTES(POST TE "identity\r\n\r\n"), 400},
        {BYTES(POST TE "xchunked\r\n\r\n"), 400},
        {BYTES(POST TE "chunkedx\r\n\r\n"), 400},
        {BYTES(POST TE "chunked, identity\r\n\r\n"), 400},
        {BYTES(POST TE "chunked\r\n" TE "identity\r\n\r\n"), 400},
        {BYTES(POST TE "chunked, chunked\r\n\r\n"), 400},
        {BYTES(POST TE "chunked\r\n" TE "chunked\r\n\r\n"), 400},
        {BYTES(POST TE "chunked, gzip, chunked\r\n\r\n"), 400},
        {BYTES(POST TE ",chunked\r\n\r\n"), 400},
        {BYTES(POST TE "chunked,\r\n\r\n"), 400},
        {BYTES(POST TE "\r\n\r\n"), 400},
        {BYTES(POST TE "\"chunked\"\r\n\r\n"), 400},
        {BYTES(POST TE "'chunked'\r\n\r\n"), 400},
        {BYTES(POST TE "chunked;q=1\r\n\r\n"), 400},
        {BYTES(POST TE "chunk ed\r\n\r\n"), 400},
        {BYTES(POST TE "\vchunked\r\n\r\n"), 400},
        {BYTES(POST TE "chunked\x0c\r\n\r\n"), 400},
        {BYTES(POST TE "chunked\0\r\n\r\n"), 400},
        {BYTES(POST TE "chunked\xc2\xa0\r\n\r\n"), 400},
        {BYTES(POST "Transfer-Encoding : chunked\r\n\r\n"), 400},
        {BYTES(POST "Transfer-Encoding\t: chunked\r\n\r\n"), 400},
        {BYTES(POST " Transfer-Encoding: chunked\r\n\r\n"), 400},
        {BYTES(POST "Transfer-Encoding:\r\n chunked\r\n\r\n"), 400},
        {BYTES(POST "Transfer-Encoding\r\n: chunked\r\n\r\n"), 400},
        {BYTES(POST "\x0bTransfer-Encoding: chunked\r\n\r\n"), 400},
        {BYTES(POST "A: b\nTransfer-Encoding: chunked\r\n\r\n"), 400},
        {BYTES(POST "A: b\rTransfer-Encoding: chunked\r\n\r\n"), 400},
        {BYTES("POST / HTTP/1.0\r\n" TE "chunked\r\n\r\n"), 400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void length_beside_chunked_is_an_attempt_to_smuggle(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES(POST "Content-Length: 6\r\n" TE "chunked\r\n\r\n0\r\n\r\nG"),
         400},
        {BYTES(POST TE "chunked\r\nContent-Length: 3\r\n\r\n1\r\nZ\r\n"), 400},
        {BYTES(POST TE "identity\r\nContent-Length: 3\r\n\r\nabc"), 400},
        {BYTES(POST TE "\r\nContent-Length: 3\r\n\r\nabc"), 400},
        {BYTES("GET / HTTP/1.0\r\nContent-Length: 3\r\n" TE "chunked\r\n\r\n"),
         400},
    };
    check_rows(server, rows, COUNT(rows));
}

static void the_only_expectation_is_100_continue(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES(POST "Expect: 100-CONTINUE\r\n\r\n"), 0},
        {BYTES(POST "Expect: 200-ok\r\n\r\n"), 417},
        {BYTES(POST "Expect:\r\n\r\n"), 417},
        {BYTES(POST "Expect: 100-continue, other\r\n\r\n"), 417},
        {BYTES(POST "Expect: x\r\nExpect: 100-continue\r\n\r\n"), 417},
    };
    check_rows(server, rows, COUNT(rows));
    struct reader reader = read_request(POST "Expect: 100-continue\r\n\r\n");
    assert_true(reader.request.expects_continue);
    reader_free(&reader);
    reader = read_request("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");
    assert_false(reader.request.expects_continue); /* RFC 9110, 10.1.1 */
    reader_free(&reader);
}

static void connections_persist_as_version_and_field_say(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        bool keep_alive;
    } rows[] = {
        {GET "\r\n", true},
        {GET "Connection: keep-alive\r\n\r\n", true},
        {GET "Connection: close\r\n\r\n", false},
        {GET "Connection: Upgrade, CLOSE\r\n\r\n", false},
        {GET "Connection: Upgrade\r\nConnection: ,close,\r\n\r\n", false},
        {GET "Connection: closed\r\n\r\n", true},
        {GET "Connection: keep-alive, close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader reader = read_request(rows[i].head);
        assert_int_equal(reader.request.keep_alive, rows[i].keep_alive);
        reader_free(&reader);
    }
}

static void methods_are_known_by_their_exact_name(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum http_method method;
    } rows[] = {
        {"GET /", METHOD_GET},           {"HEAD /", METHOD_HEAD},
        {"POST /", METHOD_POST},         {"OPTIONS /", METHOD_OPTIONS},
        {"PUT /", METHOD_PUT},           {"DELETE /", METHOD_DELETE},
        {"PATCH /", METHOD_PATCH},       {"TRACE /", METHOD_TRACE},
        {"CONNECT a:1", METHOD_CONNECT}, {"BREW /", METHOD_OTHER},
        {"get /", METHOD_OTHER},         {"GETS /", METHOD_OTHER},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader reader = server;
        feed_text(&reader, rows[i].line);
        feed_text(&reader, " HTTP/1.1\r\n" HOST "\r\n");
        assert_int_equal(reader.request.method, rows[i].method);
        reader_free(&reader);
    }
}

/* -- Responses -- */

static void a_status_line_may_do_without_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int status;
        const char *reason;
    } rows[] = {
        {"HTTP/1.1 200 OK", 200, "OK"},
        {"HTTP/1.1 200 ", 200, ""},
        {"HTTP/1.1 200", 200, ""},
        {"HTTP/1.0 999  x\ty", 999, " x\ty"},
        {"HTTP/1.1 404 \xe9", 404, "\xe9"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader reader = client;
        buf_append_text(&reader.in, rows[i].line);
        buf_append_text(&reader.in, "\r\n\r\n");
        assert_int_equal(next_head(&reader), HTTP_HEAD);
        assert_int_equal(reader.response.status, rows[i].status);
        assert_slice(reader.response.reason, rows[i].reason);
        reader_free(&reader);
    }
}

static void weird_replies_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {BYTES("\r\n" OK "\r\n"), 400},
        {BYTES("SSH-2.0-OpenSSH_9.2\r\n\r\n"), 400},
        {BYTES("220 ready\n"), 400},
        {BYTES("HTTP/2.0 200 OK\r\n\r\n"), 505},
        {BYTES("http/1.1 200 OK\r\n\r\n"), 400},
        {BYTES("ICY 200 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 \r\n\r\n"), 400},
        {BYTES("HTTP/1.1  200 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1\t200 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 20 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 2000 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 200OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 2x0 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 099 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 -20 OK\r\n\r\n"), 400},
        {BYTES("HTTP/1.1 200 OK\n\n"), 400},
        {BYTES("HTTP/1.1 200 O\x1bK\r\n\r\n"), 400},
        {BYTES(OK "a : b\r\n\r\n"), 400},
        {BYTES(OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), 400},
        {BYTES(OK "Content-Length: 5, 5\r\n\r\n"), 400},
        {BYTES(OK "Content-Length: 5\r\n" TE "chunked\r\n\r\n"), 400},
        {BYTES(OK TE "gzip, chunked\r\n\r\n"), 501},
        {BYTES(OK TE "gzip\r\n\r\n"), 400},
        {BYTES("HTTP/1.0 200 OK\r\n" TE "chunked\r\n\r\n"), 400},
    };
    check_rows(client, rows, COUNT(rows));
}

static void the_body_of_a_response_ends_as_6_3_says(void **state)
{
    (void)state;
    static const struct {
        enum http_method asked;
        const char *head;
        enum http_framing framing;
        bool keep_alive;
    } rows[] = {
        {METHOD_GET, OK "\r\n", HTTP_UNTIL_CLOSE, false},
        {METHOD_GET, OK "Content-Length: 0\r\n\r\n", HTTP_LENGTH, true},
        {METHOD_GET, OK TE "chunked\r\n\r\n", HTTP_CHUNKED, true},
        {METHOD_GET, OK TE "chunked\r\nConnection: close\r\n\r\n", HTTP_CHUNKED,
         false},
        {METHOD_GET, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n",
         HTTP_LENGTH, false},
        {METHOD_HEAD, OK "Content-Length: 9\r\n\r\n", HTTP_NO_BODY, true},
        {METHOD_HEAD, OK TE "chunked\r\n\r\n", HTTP_NO_BODY, true},
        {METHOD_HEAD, OK "\r\n", HTTP_NO_BODY, true},
        {METHOD_GET, "HTTP/1.1 100 Continue\r\n\r\n", HTTP_NO_BODY, true},
        {METHOD_GET, "HTTP/1.1 101 Switching Protocols\r\n\r\n", HTTP_NO_BODY,
         true},
        {METHOD_GET, "HTTP/1.1 204 No Content\r\n\r\n", HTTP_NO_BODY, true},
        {METHOD_GET, "HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n",
         HTTP_NO_BODY, true},
        {METHOD_CONNECT, OK "Content-Length: 9\r\n\r\n", HTTP_NO_BODY, true},
        {METHOD_CONNECT, "HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n",
         HTTP_LENGTH, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader reader = read_response(rows[i].asked, rows[i].head);
        assert_int_equal(reader.response.body.framing, rows[i].framing);
        assert_int_equal(reader.response.keep_alive, rows[i].keep_alive);
        reader_free(&reader);
    }
}

/* -- Bodies -- */

static void the_framing_of_a_request_is_what_its_fields_say(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        enum http_framing framing;
        uint64_t left;
    } rows[] = {
        {POST "\r\n", HTTP_NO_BODY, 0}, /* a server may answer 411 */
        {POST "Content-Length: 0\r\n\r\n", HTTP_LENGTH, 0},
        {GET "Content-Length: 042\r\n\r\n", HTTP_LENGTH, 42},
        {POST "Content-Length: 18446744073709551615\r\n\r\n", HTTP_LENGTH,
         UINT64_MAX},
        {POST TE "CHUNKED\r\n\r\n", HTTP_CHUNKED, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reader reader = read_request(rows[i].head);
        assert_int_equal(reader.request.body.framing, rows[i].framing);
        assert_true(reader.request.body.left == rows[i].left);
        reader_free(&reader);
    }
}

static void a_body_ends_where_the_next_request_begins(void **state)
{
    (void)state;
    struct reader reader = server;
    feed_text(&reader, POST "Content-Length: 4\r\n\r\nGET " POST TE
                            "chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n" GET "\r\n");
    assert_int_equal(reader.parser.status, 0);
    assert_int_equal(reader.request.method, METHOD_GET);
    assert_int_equal(buf_size(&reader.in), 0);
    reader_free(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_9112_is_read),
        cmocka_unit_test(the_response_of_rfc_9110_is_read),
        cmocka_unit_test(the_four_forms_of_a_target_are_told_apart),
        cmocka_unit_test(requests_may_arrive_in_any_pieces),
        cmocka_unit_test(responses_may_arrive_in_any_pieces),
        cmocka_unit_test(pipelined_requests_come_one_by_one),
        cmocka_unit_test(every_prefix_of_a_request_needs_more),
        cmocka_unit_test(a_head_byte_by_byte_costs_no_more_than_its_size),
        cmocka_unit_test(garbage_is_refused_before_the_head_ends),
        cmocka_unit_test(a_byte_is_judged_alike_wherever_it_stands),
        cmocka_unit_test(a_refusal_is_final),
        cmocka_unit_test(a_request_line_has_a_limit),
        cmocka_unit_test(a_line_without_end_is_refused_at_its_limit),
        cmocka_unit_test(a_head_has_a_limit),
        cmocka_unit_test(a_limit_of_the_head_under_that_of_the_line_holds),
        cmocka_unit_test(fields_have_a_limit),
        cmocka_unit_test(a_request_line_has_three_parts_and_two_blanks),
        cmocka_unit_test(a_version_is_spelled_in_one_way),
        cmocka_unit_test(a_target_is_of_one_of_the_four_forms),
        cmocka_unit_test(there_is_one_host_and_it_is_valid),
        cmocka_unit_test(a_field_line_is_a_token_a_colon_and_text),
        cmocka_unit_test(what_is_wrong_with_a_field_line_is_told),
        cmocka_unit_test(a_content_length_is_digits_only_and_once),
        cmocka_unit_test(a_transfer_coding_is_chunked_and_nothing_else),
        cmocka_unit_test(length_beside_chunked_is_an_attempt_to_smuggle),
        cmocka_unit_test(the_only_expectation_is_100_continue),
        cmocka_unit_test(connections_persist_as_version_and_field_say),
        cmocka_unit_test(methods_are_known_by_their_exact_name),
        cmocka_unit_test(a_status_line_may_do_without_a_reason),
        cmocka_unit_test(weird_replies_are_refused),
        cmocka_unit_test(the_body_of_a_response_ends_as_6_3_says),
        cmocka_unit_test(the_framing_of_a_request_is_what_its_fields_say),
        cmocka_unit_test(a_body_ends_where_the_next_request_begins),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
