#include "common/http_head.h"

#include <string.h>

bool http_refuse(struct http_parser *parser, int status, const char *why)
{
    parser->status = status;
    parser->why = why;
    return false;
}

/* -- Where the head ends (2.1, 2.2) -- */

static bool refuse_byte(struct http_parser *parser, char byte)
{
    if (byte == '\n')
        return http_refuse(parser, 400, "a bare LF in the head");
    if (byte == '\0')
        return http_refuse(parser, 400, "a NUL in the head");
    return http_refuse(parser, 400, "a control character in the head");
}

/* Where the line that has begun must end: bytes from the head's beginning. */
static size_t limit_of_line(const struct http_parser *parser)
{
    size_t head = parser->head_max ? parser->head_max : HTTP_HEAD_MAX;
    size_t first = 2 + (parser->line_max ? parser->line_max : HTTP_LINE_MAX);
    return parser->line == 0 && first < head ? first : head;
}

static bool refuse_size(struct http_parser *parser)
{
    if (parser->line == 0)
        return http_refuse(parser, 414, "a start line over the limit");
    return http_refuse(parser, 431, "a head over the limit");
}

/* Is one of the eight bytes a control character? (May say so wrongly, but only
 * for a byte beside one.) */
static bool has_control(uint64_t word)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t below_blank = (word - each * 0x20) & ~word;
    uint64_t not_del = word ^ each * 0x7f;
    uint64_t del = (not_del - each) & ~not_del;
    return ((below_blank | del) & each * 0x80) != 0;
}

/* How many bytes at the beginning are text; all bytes pass here, so whole words
 * of them first. */
static size_t text_size(struct slice text)
{
    size_t size = 0;
    uint64_t word;
    for (; text.size - size >= sizeof word; size += sizeof word) {
        memcpy(&word, text.data + size, sizeof word);
        if (has_control(word))
            break;
    }
    return size + http_span(slice_from(text, size), HTTP_CLASS_TEXT);
}

/* Check one line, of text and CRLF. Every byte is looked at once, however many
 * calls it takes. False: see parser->status; 0 to wait for more. */
static bool check_line(struct http_parser *parser, struct slice in)
{
    size_t limit = limit_of_line(parser);
    size_t end = in.size < limit ? in.size : limit;
    size_t at = parser->checked;
    at += text_size((struct slice){in.data + at, end - at});
    parser->checked = (uint32_t)at;
    if (at < end && in.data[at] != '\r')
        return refuse_byte(parser, in.data[at]);
    if (at + 1 >= end)
        return in.size < limit ? false : refuse_size(parser);
    if (in.data[at + 1] != '\n')
        return http_refuse(parser, 400, "a bare CR in the head");
    parser->checked += 2;
    return true;
}

bool http_find_end(struct http_parser *parser, const struct buf *in)
{
    if (parser->status != 0 || buf_size(in) == 0)
        return false;
    while (check_line(parser, buf_slice(in))) {
        bool is_empty = parser->checked - parser->line == 2;
        parser->line = parser->checked;
        if (is_empty)
            return true;
    }
    return false;
}

struct slice http_next_line(struct slice *head)
{
    const char *lf = memchr(head->data, '\n', head->size);
    struct slice line = {head->data, (size_t)(lf - head->data) - 1};
    *head = slice_from(*head, line.size + 2);
    return line;
}

/* -- Fields (5) -- */

static void note_connection(struct http_digest *digest, struct slice list)
{
    struct slice option;
    while (http_list_next(&list, &option)) {
        digest->may_close |= slice_is_any_case(option, "close");
        digest->may_stay |= slice_is_any_case(option, "keep-alive");
    }
}

static void note_expect(struct http_digest *digest, struct slice value)
{
    if (slice_is_any_case(value, "100-continue"))
        digest->expects_continue = true;
    else
        digest->expects_other = true;
}

/* The size of the name alone rules out most fields. */
static void note(struct http_digest *digest, const struct http_field *field)
{
    struct slice name = field->name, value = field->value;
    if (name.size == 4 && slice_is_any_case(name, "Host")) {
        digest->hosts++;
        digest->host = value;
    } else if (name.size == 6 && slice_is_any_case(name, "Expect")) {
        note_expect(digest, value);
    } else if (name.size == 10 && slice_is_any_case(name, "Connection")) {
        note_connection(digest, value);
    } else if (name.size == 14 && slice_is_any_case(name, "Content-Length")) {
        digest->lengths++;
        digest->length = value;
    } else if (name.size == 17 &&
               slice_is_any_case(name, "Transfer-Encoding")) {
        digest->codings++;
        digest->coding = value;
    }
}

/* 5.1: no blank before the colon. 5.2: no folded lines. */
static bool refuse_name(struct http_parser *parser, struct slice line, char end)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return http_refuse(parser, 400,
                           "a field line that begins with a blank");
    if (end == ' ' || end == '\t')
        return http_refuse(parser, 400, "a blank in or behind a field name");
    if (end == ':')
        return http_refuse(parser, 400, "a field without a name");
    return http_refuse(parser, 400, "a field name that is not a token");
}

static bool parse_field(struct http_parser *parser, struct slice line,
                        struct http_field *field)
{
    size_t size = http_span(line, HTTP_CLASS_TOKEN);
    if (size == line.size)
        return http_refuse(parser, 400, "a field line without a colon");
    if (size == 0 || line.data[size] != ':')
        return refuse_name(parser, line, line.data[size]);
    field->name = (struct slice){line.data, size};
    field->value = http_trim(slice_from(line, size + 1));
    return true;
}

bool http_parse_fields(struct http_parser *parser, struct slice lines,
                       struct http_head *head, struct http_digest *digest)
{
    head->count = 0;
    for (;;) {
        struct slice line = http_next_line(&lines);
        if (line.size == 0)
            return true;
        if (head->count == HTTP_FIELDS_MAX)
            return http_refuse(parser, 431, "too many fields");
        struct http_field *field = &head->fields[head->count++];
        if (!parse_field(parser, line, field))
            return false;
        note(digest, field);
    }
}

/* -- The body (6) -- */

static bool is_chunked(struct slice coding)
{
    return slice_is_any_case(coding, "chunked");
}

/* 6.1: the codings are not just "chunked", so what is wrong with them? */
static bool refuse_codings(struct http_parser *parser,
                           const struct http_head *head)
{
    struct slice coding = {NULL, 0};
    unsigned chunked = 0, others = 0;
    for (size_t i = 0; i < head->count; i++) {
        struct slice list = head->fields[i].value;
        if (!slice_is_any_case(head->fields[i].name, "Transfer-Encoding"))
            continue;
        while (http_list_next(&list, &coding)) {
            chunked += is_chunked(coding);
            others += !is_chunked(coding);
        }
    }
    if (!is_chunked(coding))
        return http_refuse(parser, 400,
                           "a Transfer-Encoding not ending in chunked");
    if (chunked == 1 && others > 0)
        return http_refuse(parser, 501, "a transfer coding other than chunked");
    return http_refuse(parser, 400,
                       "a Transfer-Encoding that is not one chunked");
}

/* 6.2: digits, no sign, no list; and 64 bits must hold the number. */
static bool parse_length(struct http_parser *parser, struct slice value,
                         uint64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < value.size; i++) {
        unsigned digit = (unsigned)value.data[i] - '0';
        if (digit > 9)
            return http_refuse(parser, 400,
                               "a Content-Length that is no number");
        if (*length > (UINT64_MAX - digit) / 10)
            return http_refuse(parser, 400,
                               "a Content-Length that is too large");
        *length = *length * 10 + digit;
    }
    if (value.size == 0)
        return http_refuse(parser, 400, "an empty Content-Length");
    return true;
}

bool http_parse_framing(struct http_parser *parser,
                        const struct http_head *head,
                        const struct http_digest *digest,
                        struct http_body *body)
{
    *body = (struct http_body){.framing = HTTP_NO_BODY};
    if (digest->lengths > 1)
        return http_refuse(parser, 400, "more than one Content-Length");
    if (digest->lengths == 1 && digest->codings > 0)
        return http_refuse(parser, 400, "Content-Length and Transfer-Encoding");
    if (digest->lengths == 1) {
        body->framing = HTTP_LENGTH;
        return parse_length(parser, digest->length, &body->left);
    }
    if (digest->codings == 0)
        return true;
    if (digest->minor == 0)
        return http_refuse(parser, 400, "Transfer-Encoding in HTTP/1.0");
    body->framing = HTTP_CHUNKED;
    return (digest->codings == 1 && is_chunked(digest->coding)) ||
           refuse_codings(parser, head);
}

bool http_may_keep_alive(const struct http_digest *digest)
{
    return !digest->may_close && (digest->minor >= 1 || digest->may_stay);
}

bool http_parse_version(struct http_parser *parser, struct slice text,
                        unsigned *minor)
{
    if (text.size != 8 || !slice_starts_with(text, "HTTP/") ||
        text.data[5] < '0' || text.data[5] > '9' || text.data[6] != '.' ||
        text.data[7] < '0' || text.data[7] > '9')
        return http_refuse(parser, 400, "a start line without an HTTP version");
    if (text.data[5] != '1')
        return http_refuse(parser, 505, "another major version than HTTP/1");
    *minor = (unsigned)(text.data[7] - '0');
    return true;
}
