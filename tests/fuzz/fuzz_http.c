/* Messages read at once and the same ones in pieces must tell the same story:
 * heads, bodies, and what is refused and why. The first byte of the input says
 * who reads, and how it is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/http.h"
#include "common/http_date.h"

enum { IS_CLIENT = 1, ASKED_HEAD = 2 }; /* bits of the first byte */

struct reader {
    unsigned kind;
    struct http_parser parser;
    struct http_body body;
    bool is_in_body;
    struct buf in, story;
};

static void tell_number(struct reader *reader, uint64_t number)
{
    buf_append_number(&reader->story, number);
    buf_append_text(&reader->story, " ");
}

/* What was let through must be fit to print. */
static void tell(struct reader *reader, struct slice text)
{
    if (!http_is_value(text))
        abort();
    buf_append_slice(&reader->story, text);
    buf_append_text(&reader->story, "\n");
}

/* A date that is read can be written, and is the same when it is read again. */
static void tell_date(struct reader *reader, const struct http_head *head)
{
    char text[HTTP_DATE_SIZE];
    int64_t seconds, again;
    if (!http_parse_date(http_field(head, "Date"), 0, &seconds))
        return;
    http_format_date(seconds, text);
    if (!http_parse_date(slice_of(text), 0, &again) || again != seconds)
        abort();
    tell(reader, slice_of(text));
}

static void tell_head(struct reader *reader, const struct http_head *head)
{
    for (size_t i = 0; i < head->count; i++) {
        if (!http_is_token(head->fields[i].name))
            abort();
        tell(reader, head->fields[i].name);
        tell(reader, head->fields[i].value);
    }
    tell_number(reader, http_field_list_has(head, "Connection", "close"));
    tell_number(reader, http_etag_matches(head, "\"1\""));
    tell_date(reader, head);
}

static enum http_result read_request(struct reader *reader)
{
    struct http_request request;
    enum http_result result =
        http_next_request(&reader->parser, &reader->in, &request);
    if (result != HTTP_HEAD)
        return result;
    if (request.minor >= 1 && http_field_count(&request.head, "Host") != 1)
        abort();
    tell(reader, request.method_name);
    tell(reader, request.target);
    tell(reader, request.path);
    tell(reader, request.query);
    tell(reader, request.host);
    tell_number(reader, request.method);
    tell_number(reader, request.form);
    tell_number(reader, request.keep_alive);
    tell_number(reader, request.expects_continue);
    tell_head(reader, &request.head);
    reader->body = request.body;
    return result;
}

static enum http_result read_response(struct reader *reader)
{
    struct http_response response;
    enum http_method asked =
        reader->kind & ASKED_HEAD ? METHOD_HEAD : METHOD_GET;
    enum http_result result =
        http_next_response(&reader->parser, &reader->in, asked, &response);
    if (result != HTTP_HEAD)
        return result;
    tell_number(reader, (uint64_t)response.status);
    tell(reader, response.reason);
    tell_number(reader, response.keep_alive);
    tell_head(reader, &response.head);
    reader->body = response.body;
    return result;
}

static bool read_head(struct reader *reader)
{
    enum http_result result =
        reader->kind & IS_CLIENT ? read_response(reader) : read_request(reader);
    if ((result == HTTP_BAD) != (reader->parser.status != 0))
        abort();
    reader->is_in_body = result == HTTP_HEAD;
    return reader->is_in_body;
}

static bool read_body(struct reader *reader)
{
    struct slice piece;
    enum http_body_result result =
        http_body_next(&reader->body, &reader->in, &piece);
    if (result == HTTP_BODY_PIECE)
        buf_append_slice(&reader->story, piece);
    if (result == HTTP_BODY_PIECE && piece.size == 0)
        abort();
    if (result == HTTP_BODY_END)
        reader->is_in_body = false;
    return result == HTTP_BODY_PIECE || result == HTTP_BODY_END;
}

static void read_bytes(struct reader *reader, const uint8_t *data, size_t size)
{
    buf_append(&reader->in, data, size);
    while (reader->is_in_body ? read_body(reader) : read_head(reader))
        ;
}

/* Pieces of 1 to `longest` bytes, in a pattern that depends on it. */
static void read_in_pieces(struct reader *reader, const uint8_t *data,
                           size_t size, size_t longest)
{
    for (size_t at = 0; at < size;) {
        size_t piece = 1 + at * 7 % longest;
        if (piece > size - at)
            piece = size - at;
        read_bytes(reader, data + at, piece);
        at += piece;
    }
}

static void must_be_same(const struct reader *a, const struct reader *b)
{
    size_t size = buf_size(&a->story);
    if (a->parser.status != b->parser.status ||
        a->parser.why != b->parser.why || a->body.status != b->body.status ||
        http_body_may_end_here(&a->body) != http_body_may_end_here(&b->body))
        abort();
    if (size != buf_size(&b->story) ||
        (size > 0 &&
         memcmp(buf_head(&a->story), buf_head(&b->story), size) != 0))
        abort();
}

static struct reader new_reader(unsigned kind)
{
    return (struct reader){
        .kind = kind,
        .parser = {.line_max = 100, .head_max = 400}, /* within reach */
    };
}

static void reader_free(struct reader *reader)
{
    buf_free(&reader->in);
    buf_free(&reader->story);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct reader whole = new_reader(data[0]), cut = new_reader(data[0]);
    read_bytes(&whole, data + 1, size - 1);
    read_in_pieces(&cut, data + 1, size - 1, 1 + (data[0] >> 2));
    must_be_same(&whole, &cut);
    reader_free(&whole);
    reader_free(&cut);
    return 0;
}
