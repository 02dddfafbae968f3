#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/chunked.h"
#include "common/limits.h"

/* A decoder, the wire into it, and the body that came out. */
struct reader {
    struct chunked chunked;
    struct buf in;
    struct buf body;
    enum chunked_result result; /* the newest, never CHUNKED_PIECE */
};

static void read_bytes(struct reader *reader, const char *bytes, size_t size)
{
    struct slice piece;
    buf_append(&reader->in, bytes, size);
    while ((reader->result = chunked_next(&reader->chunked, &reader->in,
                                          &piece)) == CHUNKED_PIECE) {
        assert_true(piece.size > 0);
        buf_append_slice(&reader->body, piece);
    }
}

static void read_text(struct reader *reader, const char *text)
{
    read_bytes(reader, text, strlen(text));
}

static void reader_free(struct reader *reader)
{
    buf_free(&reader->in);
    buf_free(&reader->body);
}

static void assert_holds(const struct buf *buf, const char *text)
{
    assert_int_equal(buf_size(buf), strlen(text));
    if (buf_size(buf) > 0)
        assert_memory_equal(buf_head(buf), text, strlen(text));
}

/* What becomes of `bytes`, read at once and then byte by byte, and a second
 * time when it is asked again. */
static void assert_result(const char *bytes, size_t size,
                          enum chunked_result expected)
{
    struct reader whole = {0}, bytewise = {0};
    read_bytes(&whole, bytes, size);
    assert_int_equal(whole.result, expected);
    read_bytes(&whole, NULL, 0);
    assert_int_equal(whole.result, expected);
    for (size_t i = 0; i < size; i++)
        read_bytes(&bytewise, bytes + i, 1);
    assert_int_equal(bytewise.result, expected);
    reader_free(&whole);
    reader_free(&bytewise);
}

static void assert_text_result(const char *text, enum chunked_result expected)
{
    assert_result(text, strlen(text), expected);
}

/* One of everything that the grammar of 7.1 has. */
static const char hello[] =
    "5\r\nhello\r\n"
    "00B;last=no ; why = \"not; \\\"\";x\r\n, chunked \r\r\n"
    "6\r\n\r\nworl\r\n"
    "1\r\nd\r\n"
    "000;x\r\n"
    "Checksum: 1a2b\r\n"
    "Empty:\r\n"
    "\r\n";
static const char hello_body[] = "hello, chunked \r\r\nworld";

static void chunks_extensions_and_trailers_are_one_body(void **state)
{
    (void)state;
    struct reader reader = {0};
    read_text(&reader, hello);
    assert_int_equal(reader.result, CHUNKED_END);
    assert_holds(&reader.body, hello_body);
    assert_holds(&reader.in, "");
    reader_free(&reader);
}

static void the_body_is_the_same_wherever_it_is_cut(void **state)
{
    (void)state;
    const size_t size = sizeof hello - 1;
    for (size_t first = 0; first <= size; first++) {
        for (size_t second = first; second <= size; second++) {
            struct reader reader = {0};
            read_bytes(&reader, hello, first);
            read_bytes(&reader, hello + first, second - first);
            if (second < size)
                assert_int_equal(reader.result, CHUNKED_NEED_MORE);
            read_bytes(&reader, hello + second, size - second);
            assert_int_equal(reader.result, CHUNKED_END);
            assert_holds(&reader.body, hello_body);
            reader_free(&reader);
        }
    }
}

static void what_arrived_of_a_chunk_is_handed_out(void **state)
{
    (void)state;
    struct reader reader = {0};
    read_text(&reader, "7fffffff\r\nhel");
    assert_int_equal(reader.result, CHUNKED_NEED_MORE);
    assert_holds(&reader.body, "hel");
    assert_holds(&reader.in, "");
    read_text(&reader, "lo");
    assert_holds(&reader.body, "hello");
    reader_free(&reader);
}

static void what_follows_the_body_stays(void **state)
{
    (void)state;
    struct reader reader = {0};
    read_text(&reader, "0\r\n\r\nGET / HTTP/1.1\r\n");
    assert_int_equal(reader.result, CHUNKED_END);
    assert_holds(&reader.in, "GET / HTTP/1.1\r\n");
    read_text(&reader, "");
    assert_int_equal(reader.result, CHUNKED_END);
    assert_holds(&reader.in, "GET / HTTP/1.1\r\n");
    reader_free(&reader);
}

static void what_is_encoded_is_decoded(void **state)
{
    (void)state;
    static const char bytes[70000] = "as many zeros as it takes";
    static const size_t sizes[] = {1, 9, 10, 15, 16, 255, 256, 4096, 70000};
    struct reader reader = {0};
    struct buf wire = {0}, body = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct slice piece = {bytes, sizes[i]};
        chunked_append(&wire, piece);
        buf_append_slice(&body, piece);
    }
    chunked_end(&wire);
    read_bytes(&reader, (const char *)buf_head(&wire), buf_size(&wire));
    assert_int_equal(reader.result, CHUNKED_END);
    assert_int_equal(buf_size(&reader.body), buf_size(&body));
    assert_memory_equal(buf_head(&reader.body), buf_head(&body),
                        buf_size(&body));
    buf_free(&wire);
    buf_free(&body);
    reader_free(&reader);
}

static void a_chunk_is_its_size_in_hex_and_its_data(void **state)
{
    (void)state;
    struct buf out = {0};
    chunked_append(&out, slice_of("twenty-six bytes of text.."));
    chunked_append_size(&out, CHUNK_SIZE_MAX);
    assert_holds(&out, "1a\r\ntwenty-six bytes of text..\r\n7fffffff\r\n");
    buf_free(&out);
}

static void an_empty_piece_does_not_end_the_body(void **state)
{
    (void)state;
    struct buf out = {0};
    chunked_append(&out, (struct slice){0});
    assert_holds(&out, "");
    chunked_end(&out);
    assert_holds(&out, "0\r\n\r\n");
    buf_free(&out);
}

static void a_size_is_nothing_but_hex_digits(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\r\n",    " 5\r\n",  "5 \r\n",    "5\t\r\n", "+5\r\n",
        "-5\r\n",  "0x5\r\n", "x\r\n",     "5g\r\n",  "5 5\r\n",
        "5,5\r\n", ";a\r\n",  "\r\n5\r\n", "5\r\r\n", "\xef\xbc\x95\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_text_result(bad[i], CHUNKED_BAD);
    assert_result("5\0\r\n", 4, CHUNKED_BAD);
}

static void a_size_that_overflows_is_too_big(void **state)
{
    (void)state;
    assert_text_result("7FFFFFFF\r\n", CHUNKED_NEED_MORE);
    assert_text_result("00000000000000007fffffff\r\n", CHUNKED_NEED_MORE);
    assert_text_result("80000000\r\n", CHUNKED_TOO_BIG);
    assert_text_result("ffffffff\r\n", CHUNKED_TOO_BIG);
    assert_text_result("100000000\r\n", CHUNKED_TOO_BIG);
    assert_text_result("100000005\r\nhello\r\n", CHUNKED_TOO_BIG);
    assert_text_result("10000000000000005\r\nhello\r\n", CHUNKED_TOO_BIG);
}

static void extensions_that_fit_the_grammar_are_ignored(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0;a\r\n\r\n",      "0;a;b;c\r\n\r\n",
        "0;a=b\r\n\r\n",    "0 ;\ta\t= b ;c\r\n\r\n",
        "0;a=\"\"\r\n\r\n", "0;a=\" \t;=\\\\\\\"\xc3\xa9\";b=c\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_text_result(good[i], CHUNKED_END);
}

static void extensions_that_do_not_are_bad(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "0;\r\n\r\n",
        "0;;a\r\n\r\n",
        "0;a;\r\n\r\n",
        "0;a=\r\n\r\n",
        "0;=b\r\n\r\n",
        "0;a b\r\n\r\n",
        "0;a \r\n\r\n",
        "0;a=b c\r\n\r\n",
        "0;a=\"b\r\n\r\n",
        "0;a=\"b\\\r\n\r\n",
        "0;a=\"b\"c\r\n\r\n",
        "0;a=\"b\x01\"\r\n\r\n",
        "0;a=\"b\\\x7f\"\r\n\r\n",
        "0;a=\xc3\xa9\r\n\r\n",
        "0 a\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_text_result(bad[i], CHUNKED_BAD);
    assert_result("0;a\0\r\n\r\n", 8, CHUNKED_BAD);
}

/* 11.2: to one parser the chunk begins behind the LF, to another behind the
 * CRLF. */
static void a_bare_lf_or_cr_ends_no_line(void **state)
{
    (void)state;
    assert_text_result("5\nhello\r\n", CHUNKED_BAD);
    assert_text_result("5;a\nhello\r\n0\r\n\r\n", CHUNKED_BAD);
    assert_text_result("5;a=\"\n\"\r\nhello\r\n", CHUNKED_BAD);
    assert_text_result("5;a\rb\r\nhello\r\n", CHUNKED_BAD);
    assert_text_result("5;a=\"\r\"\r\nhello\r\n", CHUNKED_BAD);
    assert_text_result("5\rhello\r\n", CHUNKED_BAD);
    assert_text_result("\n", CHUNKED_BAD);
    assert_text_result("0\r\n\n", CHUNKED_BAD);
    assert_text_result("0\r\nA: b\n\r\n", CHUNKED_BAD);
    assert_text_result("0\r\nA: b\rC: d\r\n\r\n", CHUNKED_BAD);
}

static void data_longer_than_its_chunk_is_bad(void **state)
{
    (void)state;
    assert_text_result("5\r\nhello world\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello0\r\n\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello\n0\r\n\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello\r0\r\n\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello\r\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello!!0\r\n\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello\n\n0\r\n\r\n", CHUNKED_BAD);
    assert_text_result("5\r\nhello\r\r0\r\n\r\n", CHUNKED_BAD);
}

static void trailers_are_field_lines(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "0\r\nno colon\r\n\r\n",     "0\r\n: value\r\n\r\n",
        "0\r\nName : value\r\n\r\n", "0\r\nA: b\r\n folded\r\n\r\n",
        "0\r\n folded\r\n\r\n",      "0\r\nA: \x01\r\n\r\n",
        "0\r\nA: \x7f\r\n\r\n",      "0\r\nN\xc3\xa9: b\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_text_result(bad[i], CHUNKED_BAD);
    assert_result("0\r\nA: \0\r\n\r\n", 10, CHUNKED_BAD);
    assert_text_result("0\r\nA:b \r\nB:\t\xc3\xa9\t\r\nA:\r\n\r\n",
                       CHUNKED_END);
}

/* What becomes of `size` bytes: `start`, as many x as it takes, `end`. */
static void assert_filled_result(const char *start, size_t size,
                                 const char *end, enum chunked_result expected)
{
    struct buf text = {0};
    buf_append_text(&text, start);
    while (buf_size(&text) + strlen(end) < size)
        buf_append_text(&text, "x");
    buf_append_text(&text, end);
    assert_result((const char *)buf_head(&text), buf_size(&text), expected);
    buf_free(&text);
}

static void a_size_line_is_bounded(void **state)
{
    (void)state;
    assert_filled_result("1;", CHUNK_LINE_MAX, "\r\n", CHUNKED_NEED_MORE);
    assert_filled_result("1;", CHUNK_LINE_MAX + 1, "\r\n", CHUNKED_TOO_BIG);
    assert_filled_result("1;", CHUNK_LINE_MAX - 1, "", CHUNKED_NEED_MORE);
    assert_filled_result("1;", CHUNK_LINE_MAX, "", CHUNKED_TOO_BIG);
}

static void a_trailer_section_is_bounded(void **state)
{
    (void)state;
    const size_t max = strlen("0\r\n") + TRAILER_MAX;
    const char *start = "0\r\nA: b\r\nC:";
    assert_filled_result(start, max, "\r\n\r\n", CHUNKED_END);
    assert_filled_result(start, max + 1, "\r\n\r\n", CHUNKED_TOO_BIG);
    assert_filled_result(start, max - 1, "", CHUNKED_NEED_MORE);
    assert_filled_result(start, max, "", CHUNKED_TOO_BIG);
    assert_filled_result(start, max, "\r\n", CHUNKED_TOO_BIG);
}

static void no_byte_of_a_line_is_looked_at_twice(void **state)
{
    (void)state;
    struct reader reader = {0};
    read_text(&reader, "5");
    for (uint32_t size = 1; size < 100; size++) {
        assert_int_equal(buf_size(&reader.in), size);
        assert_int_equal(reader.chunked.scanned, size);
        read_text(&reader, ";");
    }
    reader_free(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_extensions_and_trailers_are_one_body),
        cmocka_unit_test(the_body_is_the_same_wherever_it_is_cut),
        cmocka_unit_test(what_arrived_of_a_chunk_is_handed_out),
        cmocka_unit_test(what_follows_the_body_stays),
        cmocka_unit_test(what_is_encoded_is_decoded),
        cmocka_unit_test(a_chunk_is_its_size_in_hex_and_its_data),
        cmocka_unit_test(an_empty_piece_does_not_end_the_body),
        cmocka_unit_test(a_size_is_nothing_but_hex_digits),
        cmocka_unit_test(a_size_that_overflows_is_too_big),
        cmocka_unit_test(extensions_that_fit_the_grammar_are_ignored),
        cmocka_unit_test(extensions_that_do_not_are_bad),
        cmocka_unit_test(a_bare_lf_or_cr_ends_no_line),
        cmocka_unit_test(data_longer_than_its_chunk_is_bad),
        cmocka_unit_test(trailers_are_field_lines),
        cmocka_unit_test(a_size_line_is_bounded),
        cmocka_unit_test(a_trailer_section_is_bounded),
        cmocka_unit_test(no_byte_of_a_line_is_looked_at_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
