#include "common/chunked.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "common/hex.h"
#include "common/http_fields.h"
#include "common/limits.h"

void chunked_append_size(struct buf *out, size_t size)
{
    assert(size > 0 && size <= CHUNK_SIZE_MAX);
    char line[2 * sizeof size + 2]; /* two digits for each byte, CRLF */
    size_t first = sizeof line;
    line[--first] = '\n';
    line[--first] = '\r';
    do
        line[--first] = "0123456789abcdef"[size % 16];
    while ((size /= 16) > 0);
    buf_append(out, line + first, sizeof line - first);
}

void chunked_append(struct buf *out, struct slice piece)
{
    if (piece.size == 0)
        return;
    chunked_append_size(out, piece.size);
    buf_append_slice(out, piece);
    buf_append(out, "\r\n", 2);
}

void chunked_end(struct buf *out)
{
    buf_append_text(out, "0\r\n\r\n");
}

static bool skip_char(struct slice *rest, char c)
{
    if (rest->size == 0 || rest->data[0] != c)
        return false;
    slice_skip(rest, 1);
    return true;
}

static void skip_blanks(struct slice *rest)
{
    while (rest->size > 0 && (*rest->data == ' ' || *rest->data == '\t'))
        slice_skip(rest, 1);
}

static bool skip_token(struct slice *rest)
{
    size_t size = http_span(*rest, HTTP_CLASS_TOKEN);
    slice_skip(rest, size);
    return size > 0;
}

/* RFC 9110, 5.6.4; the opening quote has been read. */
static bool skip_quoted(struct slice *rest)
{
    while (!skip_char(rest, '"')) {
        skip_char(rest, '\\');
        if (rest->size == 0 || !http_has_class(*rest->data, HTTP_CLASS_TEXT))
            return false;
        slice_skip(rest, 1);
    }
    return true;
}

/* [ BWS "=" BWS chunk-ext-val ], which is a token or a quoted string. */
static bool skip_extension_value(struct slice *rest)
{
    struct slice value = *rest;
    skip_blanks(&value);
    if (!skip_char(&value, '='))
        return true;
    skip_blanks(&value);
    *rest = value;
    return skip_char(rest, '"') ? skip_quoted(rest) : skip_token(rest);
}

/* chunk-ext = *( BWS ";" BWS chunk-ext-name [ ... ] ) (7.1.1) */
static bool is_chunk_ext(struct slice rest)
{
    while (rest.size > 0) {
        skip_blanks(&rest);
        if (!skip_char(&rest, ';'))
            return false;
        skip_blanks(&rest);
        if (!skip_token(&rest) || !skip_extension_value(&rest))
            return false;
    }
    return true;
}

/* field-line = field-name ":" OWS field-value OWS (5). One that is folded
 * begins with a blank, which no name does (5.2). */
static bool is_field_line(struct slice rest)
{
    if (!skip_token(&rest) || !skip_char(&rest, ':'))
        return false;
    return http_span(rest, HTTP_CLASS_TEXT) == rest.size;
}

/* chunk-size = 1*HEXDIG; any size over CHUNK_SIZE_MAX is one over it. */
static bool take_size(struct slice *rest, uint32_t *size)
{
    size_t before = rest->size;
    uint64_t value = 0;
    while (rest->size > 0 && hex_value(rest->data[0]) >= 0) {
        value = 16 * value + (uint64_t)hex_value(rest->data[0]);
        if (value > CHUNK_SIZE_MAX)
            value = (uint64_t)CHUNK_SIZE_MAX + 1;
        slice_skip(rest, 1);
    }
    *size = (uint32_t)value;
    return rest->size < before;
}

/* CHUNKED_PIECE: the next line, without its CRLF, is in `line` and still in
 * `in`. CHUNKED_TOO_BIG: it has more than `max` bytes, CRLF included. */
static enum chunked_result find_line(struct chunked *chunked,
                                     const struct buf *in, size_t max,
                                     struct slice *line)
{
    size_t size = buf_size(in) < max ? buf_size(in) : max;
    if (chunked->scanned == size)
        return size < max ? CHUNKED_NEED_MORE : CHUNKED_TOO_BIG;
    const char *head = buf_slice(in).data;
    const char *lf =
        memchr(head + chunked->scanned, '\n', size - chunked->scanned);
    if (lf == NULL) {
        chunked->scanned = (uint32_t)size;
        return size < max ? CHUNKED_NEED_MORE : CHUNKED_TOO_BIG;
    }
    if (lf == head || lf[-1] != '\r')
        return CHUNKED_BAD;
    *line = (struct slice){head, (size_t)(lf - head) - 1};
    return CHUNKED_PIECE;
}

static void consume_line(struct chunked *chunked, struct buf *in, size_t size)
{
    buf_consume(in, size);
    chunked->scanned = 0;
}

static enum chunked_result read_size(struct chunked *chunked, struct buf *in)
{
    struct slice line;
    enum chunked_result found = find_line(chunked, in, CHUNK_LINE_MAX, &line);
    if (found != CHUNKED_PIECE)
        return found;
    struct slice rest = line;
    if (!take_size(&rest, &chunked->left) || !is_chunk_ext(rest))
        return CHUNKED_BAD;
    if (chunked->left > CHUNK_SIZE_MAX)
        return CHUNKED_TOO_BIG;
    consume_line(chunked, in, line.size + 2);
    chunked->state = chunked->left > 0 ? CHUNKED_IN_DATA : CHUNKED_IN_TRAILERS;
    return CHUNKED_NEED_MORE;
}

static enum chunked_result read_data(struct chunked *chunked, struct buf *in,
                                     struct slice *piece)
{
    if (buf_size(in) == 0)
        return CHUNKED_NEED_MORE;
    *piece = buf_slice(in);
    if (piece->size > chunked->left)
        piece->size = chunked->left;
    buf_consume(in, piece->size);
    chunked->left -= (uint32_t)piece->size;
    if (chunked->left == 0)
        chunked->state = CHUNKED_IN_DATA_END;
    return CHUNKED_PIECE;
}

static enum chunked_result read_data_end(struct chunked *chunked,
                                         struct buf *in)
{
    size_t size = buf_size(in) < 2 ? buf_size(in) : 2;
    if (size > 0 && memcmp(buf_head(in), "\r\n", size) != 0)
        return CHUNKED_BAD;
    if (size < 2)
        return CHUNKED_NEED_MORE;
    buf_consume(in, 2);
    chunked->state = CHUNKED_IN_SIZE;
    return CHUNKED_NEED_MORE;
}

static enum chunked_result read_trailers(struct chunked *chunked,
                                         struct buf *in)
{
    for (;;) {
        struct slice line;
        enum chunked_result found =
            find_line(chunked, in, TRAILER_MAX - chunked->trailers, &line);
        if (found != CHUNKED_PIECE)
            return found;
        if (line.size > 0 && !is_field_line(line))
            return CHUNKED_BAD;
        consume_line(chunked, in, line.size + 2);
        if (line.size == 0) {
            chunked->state = CHUNKED_ENDED;
            return CHUNKED_END;
        }
        chunked->trailers += (uint32_t)line.size + 2;
    }
}

static enum chunked_result step(struct chunked *chunked, struct buf *in,
                                struct slice *piece)
{
    switch (chunked->state) {
    case CHUNKED_IN_SIZE: return read_size(chunked, in);
    case CHUNKED_IN_DATA: return read_data(chunked, in, piece);
    case CHUNKED_IN_DATA_END: return read_data_end(chunked, in);
    case CHUNKED_IN_TRAILERS: return read_trailers(chunked, in);
    case CHUNKED_ENDED: break;
    }
    return CHUNKED_END;
}

enum chunked_result chunked_next(struct chunked *chunked, struct buf *in,
                                 struct slice *piece)
{
    enum chunked_state before;
    enum chunked_result result;
    do { /* a state that was left, with nothing to tell, goes on to the next */
        before = chunked->state;
        result = step(chunked, in, piece);
    } while (result == CHUNKED_NEED_MORE && chunked->state != before);
    return result;
}
