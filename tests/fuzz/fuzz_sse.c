/* An event stream read at once and the same one in pieces must give the same
 * events. The first byte of the input says how it is cut, the second how much
 * an event may hold. The input as the data of one event must come out, but for
 * its line ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/sse.h"

struct reader {
    struct sse sse;
    struct buf in;
    struct buf events; /* type, id and data, each behind its size */
    enum sse_result result;
};

static void append_counted(struct buf *out, struct slice slice)
{
    buf_append(out, &slice.size, sizeof slice.size);
    buf_append_slice(out, slice);
}

static void read_bytes(struct reader *reader, const void *bytes, size_t size)
{
    struct sse_event event;
    buf_append(&reader->in, bytes, size);
    while ((reader->result = sse_next(&reader->sse, &reader->in, &event)) ==
           SSE_EVENT) {
        append_counted(&reader->events, event.type);
        append_counted(&reader->events, event.id);
        append_counted(&reader->events, event.data);
    }
}

static void reader_free(struct reader *reader)
{
    sse_free(&reader->sse);
    buf_free(&reader->in);
    buf_free(&reader->events);
}

static void must_be_equal(const struct buf *a, const struct buf *b)
{
    if (buf_size(a) != buf_size(b))
        abort();
    if (buf_size(a) > 0 && memcmp(buf_head(a), buf_head(b), buf_size(a)) != 0)
        abort();
}

static void must_be_same(const struct reader *a, const struct reader *b)
{
    if (a->result != b->result || a->sse.retry_ms != b->sse.retry_ms)
        abort();
    must_be_equal(&a->events, &b->events);
    must_be_equal(&a->sse.last_event_id, &b->sse.last_event_id);
    must_be_equal(&a->sse.data, &b->sse.data);
}

/* Pieces of 1 to `longest` bytes, in a pattern that depends on it. */
static void read_in_pieces(struct reader *reader, const uint8_t *data,
                           size_t size, size_t longest)
{
    read_bytes(reader, NULL, 0);
    for (size_t at = 0; at < size;) {
        size_t piece = 1 + at * 7 % longest;
        if (piece > size - at)
            piece = size - at;
        read_bytes(reader, data + at, piece);
        at += piece;
    }
}

/* Append `text` with a LF for each CR, LF or CRLF. */
static void append_with_lf(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        bool is_crlf =
            text.data[i] == '\n' && i > 0 && text.data[i - 1] == '\r';
        if (!is_crlf)
            buf_append(out, text.data[i] == '\r' ? "\n" : text.data + i, 1);
    }
}

static void must_survive_encoding(struct slice data)
{
    struct reader reader = {.sse = {.max_size = SIZE_MAX}};
    struct buf wire = {0}, expected = {0};
    sse_append_comment(&wire, data);
    sse_append_retry(&wire, 7);
    sse_append_event(&wire, "type", slice_of("8"), data);
    append_with_lf(&expected, data);
    read_bytes(&reader, buf_head(&wire), buf_size(&wire));
    struct buf events = {0};
    append_counted(&events, slice_of("type"));
    append_counted(&events, slice_of("8"));
    append_counted(&events, (struct slice){(const char *)expected.data,
                                           buf_size(&expected)});
    must_be_equal(&reader.events, &events);
    if (reader.sse.retry_ms != 7)
        abort();
    buf_free(&wire);
    buf_free(&expected);
    buf_free(&events);
    reader_free(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t longest = 1 + data[0], max_size = data[1];
    data += 2;
    size -= 2;
    struct reader whole = {.sse = {.max_size = max_size}};
    struct reader cut = {.sse = {.max_size = max_size}};
    read_bytes(&whole, data, size);
    read_in_pieces(&cut, data, size, longest);
    must_be_same(&whole, &cut);
    must_survive_encoding((struct slice){(const char *)data, size});
    reader_free(&whole);
    reader_free(&cut);
    return 0;
}
