/* solution.c -- the head of a request. The real thing is common/http.c with
 * common/http_head.c: it looks at each byte once, however many calls it takes,
 * and knows responses, HTTP/1.0 and the forms of a target. This begins anew at
 * each call. */
#include "lessons/03-http/exercise.h"

static bool refuse(struct head *head, const char *why)
{
    head->why = why;
    return false;
}

/* Find the empty line: head->size is where it ends, or 0: not yet. */
static bool find_end(struct slice bytes, struct head *head)
{
    size_t line = 0; /* where it begins */
    size_t end = bytes.size < HEAD_SIZE_MAX ? bytes.size : HEAD_SIZE_MAX;
    for (size_t i = 0; i < end; i++) {
        if (http_has_class(bytes.data[i], HTTP_CLASS_TEXT))
            continue;
        if (bytes.data[i] != '\r')
            return refuse(head, "a bare LF or a control character");
        if (++i == end)
            break;
        if (bytes.data[i] != '\n')
            return refuse(head, "a bare CR");
        if (i == line + 1) {
            head->size = i + 1;
            return true;
        }
        line = i + 1;
    }
    return bytes.size < HEAD_SIZE_MAX ||
           refuse(head, "a head that is too large");
}

static struct slice next_line(struct slice *lines)
{
    const char *cr = memchr(lines->data, '\r', lines->size);
    struct slice line = {lines->data, (size_t)(cr - lines->data)};
    *lines = slice_from(*lines, line.size + 2);
    return line;
}

static bool parse_request_line(struct slice line, struct head *head)
{
    head->method = (struct slice){line.data, http_span(line, HTTP_CLASS_TOKEN)};
    line = slice_from(line, head->method.size);
    if (head->method.size == 0 || !slice_starts_with(line, " "))
        return refuse(head, "no method");
    line = slice_from(line, 1);
    head->target =
        (struct slice){line.data, http_span(line, HTTP_CLASS_TARGET)};
    line = slice_from(line, head->target.size);
    if (head->target.size == 0 || !slice_is(line, " HTTP/1.1"))
        return refuse(head, "no target, or another version");
    return true;
}

static bool parse_field(struct slice line, struct head *head)
{
    const char *colon = memchr(line.data, ':', line.size);
    if (colon == NULL || head->count == FIELDS_MAX)
        return refuse(head, "a line without a colon, or too many");
    struct slice name = {line.data, (size_t)(colon - line.data)};
    if (!http_is_token(name))
        return refuse(head, "a name that is no token");
    head->fields[head->count++] =
        (struct http_field){name, http_trim(slice_from(line, name.size + 1))};
    return true;
}

/* How many fields have this name; the value of the last of them. */
static size_t find(const struct head *head, const char *name,
                   struct slice *value)
{
    size_t count = 0;
    for (size_t i = 0; i < head->count; i++) {
        if (!slice_is_any_case(head->fields[i].name, name))
            continue;
        *value = head->fields[i].value;
        count++;
    }
    return count;
}

static bool parse_length(struct slice text, struct head *head)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || head->length > (UINT64_MAX - digit) / 10)
            return refuse(head, "a length that is no number");
        head->length = head->length * 10 + digit;
    }
    return text.size > 0 || refuse(head, "an empty length");
}

static bool judge(struct head *head)
{
    struct slice host, length, coding;
    size_t lengths = find(head, "Content-Length", &length);
    size_t codings = find(head, "Transfer-Encoding", &coding);
    if (find(head, "Host", &host) != 1)
        return refuse(head, "no Host, or two");
    if (lengths + codings > 1)
        return refuse(head, "two fields that say where the body ends");
    if (lengths == 1)
        head->body = BODY_LENGTH;
    if (codings == 1)
        head->body = BODY_CHUNKED;
    if (codings == 1 && !slice_is_any_case(coding, "chunked"))
        return refuse(head, "a coding that is not chunked");
    return lengths == 0 || parse_length(length, head);
}

static bool parse_lines(struct slice lines, struct head *head)
{
    if (!parse_request_line(next_line(&lines), head))
        return false;
    for (;;) {
        struct slice line = next_line(&lines);
        if (line.size == 0)
            return judge(head);
        if (!parse_field(line, head))
            return false;
    }
}

enum head_result head_parse(struct slice bytes, struct head *head)
{
    *head = (struct head){0};
    if (!find_end(bytes, head))
        return HEAD_BAD;
    if (head->size == 0)
        return HEAD_NEED_MORE;
    return parse_lines((struct slice){bytes.data, head->size}, head)
               ? HEAD_COMPLETE
               : HEAD_BAD;
}
