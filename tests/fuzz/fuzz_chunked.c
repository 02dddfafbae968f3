/* A chunked body read at once and the same one in pieces must come to the same
 * result, body and rest. The first byte of the input says how it is cut. What
 * is a body is encoded anew, in other chunks, and must be read back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/chunked.h"

struct reader {
    struct chunked chunked;
    struct buf in;
    struct buf body;
    enum chunked_result result;
};

static void read_bytes(struct reader *reader, const void *bytes, size_t size)
{
    struct slice piece;
    buf_append(&reader->in, bytes, size);
    while ((reader->result = chunked_next(&reader->chunked, &reader->in,
                                          &piece)) == CHUNKED_PIECE) {
        if (piece.size == 0)
            abort();
        buf_append_slice(&reader->body, piece);
    }
}

static void reader_free(struct reader *reader)
{
    buf_free(&reader->in);
    buf_free(&reader->body);
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
    if (a->result != b->result)
        abort();
    must_be_equal(&a->body, &b->body);
    must_be_equal(&a->in, &b->in);
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

static void must_survive_encoding(const struct buf *body, size_t longest)
{
    struct reader again = {0};
    struct buf wire = {0};
    for (size_t at = 0; at < buf_size(body); at += longest) {
        struct slice piece = {(const char *)buf_head(body) + at,
                              buf_size(body) - at};
        if (piece.size > longest)
            piece.size = longest;
        chunked_append(&wire, piece);
    }
    chunked_end(&wire);
    read_bytes(&again, buf_head(&wire), buf_size(&wire));
    if (again.result != CHUNKED_END || buf_size(&again.in) != 0)
        abort();
    must_be_equal(&again.body, body);
    buf_free(&wire);
    reader_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t longest = 1 + data[0];
    struct reader whole = {0}, cut = {0};
    read_bytes(&whole, data + 1, size - 1);
    read_in_pieces(&cut, data + 1, size - 1, longest);
    must_be_same(&whole, &cut);
    must_survive_encoding(&whole.body, longest);
    reader_free(&whole);
    reader_free(&cut);
    return 0;
}
