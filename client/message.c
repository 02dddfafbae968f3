#include "client/message.h"

#include <string.h>

#include "common/url.h"
#include "common/utf8.h"

/* Everything below takes what it finds off the front of `json`, and returns
 * false if it is something else. */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void advance(struct slice *json, size_t size)
{
    json->data += size;
    json->size -= size;
}

static void skip_blanks(struct slice *json)
{
    while (json->size > 0 && is_blank(*json->data))
        advance(json, 1);
}

/* One of the six structural characters, and the blanks around it (2). */
static bool take(struct slice *json, char wanted)
{
    skip_blanks(json);
    if (json->size == 0 || *json->data != wanted)
        return false;
    advance(json, 1);
    skip_blanks(json);
    return true;
}

/* ------------------------------------------------------ strings (7) */

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The four digits of \uXXXX. */
static bool take_unit(struct slice *json, uint32_t *unit)
{
    if (json->size < 4)
        return false;
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(json->data[i]);
        if (digit == -1)
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    advance(json, 4);
    return true;
}

static void append_utf8(struct buf *out, uint32_t code)
{
    uint8_t *bytes = buf_room(out, 4);
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (uint8_t)(lead[more] | code >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        bytes[i] = (uint8_t)(0x80 | (code >> 6 * (more - i) & 0x3f));
    buf_added(out, more + 1);
}

/* Behind "\u". What lies outside the first 65,536 characters is a pair of
 * surrogates; one alone stands for nothing (7, 8.2). */
static bool take_escaped_unit(struct slice *json, struct buf *out)
{
    uint32_t high, low;
    if (!take_unit(json, &high) || (high >= 0xdc00 && high <= 0xdfff))
        return false;
    if (high >= 0xd800 && high <= 0xdbff) {
        if (!slice_starts_with(*json, "\\u"))
            return false;
        advance(json, 2);
        if (!take_unit(json, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, high);
    return true;
}

/* Behind a backslash. */
static bool take_escape(struct slice *json, struct buf *out)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (json->size == 0)
        return false;
    char letter = *json->data;
    const char *found = memchr(letters, letter, sizeof letters - 1);
    advance(json, 1);
    if (letter == 'u')
        return take_escaped_unit(json, out);
    if (found == NULL)
        return false;
    buf_append(out, &bytes[found - letters], 1);
    return true;
}

/* How many bytes at the front stand for themselves. */
static size_t plain_size(struct slice json)
{
    size_t i = 0;
    while (i < json.size && json.data[i] != '"' && json.data[i] != '\\' &&
           (unsigned char)json.data[i] >= 0x20)
        i++;
    return i;
}

/* What is behind the opening quote, unescaped into `scratch` if it must be. */
static bool take_rest_of_string(struct slice *json, struct buf *scratch,
                                struct slice *text)
{
    *text = (struct slice){json->data, plain_size(*json)};
    advance(json, text->size);
    if (json->size > 0 && *json->data == '"')
        return true;
    buf_consume(scratch, buf_size(scratch));
    buf_append_slice(scratch, *text);
    while (json->size > 0 && *json->data == '\\') {
        advance(json, 1);
        if (!take_escape(json, scratch))
            return false;
        struct slice plain = {json->data, plain_size(*json)};
        buf_append_slice(scratch, plain);
        advance(json, plain.size);
    }
    *text = buf_slice(scratch);
    return json->size > 0 && *json->data == '"';
}

static bool take_string(struct slice *json, struct buf *scratch,
                        struct slice *text)
{
    if (json->size == 0 || *json->data != '"')
        return false;
    advance(json, 1);
    if (!take_rest_of_string(json, scratch, text))
        return false;
    advance(json, 1);
    return utf8_is_valid(text->data, text->size);
}

/* ------------------------------------------------------ other values */

static bool is_of_word(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '+' || byte == '-' ||
           byte == '.';
}

/* A number or a literal name: true, false, null (3, 6). */
static struct slice take_word(struct slice *json)
{
    struct slice word = {json->data, 0};
    while (word.size < json->size && is_of_word(json->data[word.size]))
        word.size++;
    advance(json, word.size);
    return word;
}

static size_t digits(struct slice *word)
{
    size_t count = 0;
    while (count < word->size && word->data[count] >= '0' &&
           word->data[count] <= '9')
        count++;
    advance(word, count);
    return count;
}

/* [-] int [. digits] [e [+-] digits], and no 0 before other digits (6). */
static bool is_number(struct slice word)
{
    if (slice_starts_with(word, "-"))
        advance(&word, 1);
    bool is_zero = slice_starts_with(word, "0");
    size_t whole = digits(&word);
    if (whole == 0 || (is_zero && whole > 1))
        return false;
    if (slice_starts_with(word, ".")) {
        advance(&word, 1);
        if (digits(&word) == 0)
            return false;
    }
    if (word.size == 0 || (*word.data != 'e' && *word.data != 'E'))
        return word.size == 0;
    advance(&word, 1);
    if (word.size > 0 && (*word.data == '+' || *word.data == '-'))
        advance(&word, 1);
    return digits(&word) > 0 && word.size == 0;
}

static bool take_number(struct slice *json, uint64_t *number)
{
    struct slice word = take_word(json);
    return is_number(word) && url_number(word, number);
}

static bool skip_value(struct slice *json)
{
    if (json->size > 0 && *json->data == '"') {
        struct buf scratch = {0};
        struct slice text;
        bool is_string = take_string(json, &scratch, &text);
        buf_free(&scratch);
        return is_string;
    }
    struct slice word = take_word(json);
    return slice_is(word, "true") || slice_is(word, "false") ||
           slice_is(word, "null") || is_number(word);
}

/* ------------------------------------------------------ messages */

enum { HAS_ID = 1, HAS_TIME = 2, HAS_TEXT = 4 };

/* The value behind `name`; says in `has` which member it was. */
static bool take_member(struct slice *json, struct slice name,
                        struct buf *scratch, struct heard *heard, unsigned *has)
{
    uint64_t time = 0;
    unsigned which = 0;
    bool is_good;
    if (slice_is(name, "id")) {
        which = HAS_ID;
        is_good = take_number(json, &heard->id);
    } else if (slice_is(name, "time")) {
        which = HAS_TIME;
        is_good = take_number(json, &time) && time <= INT64_MAX;
        heard->time_ms = (int64_t)time;
    } else if (slice_is(name, "text") || slice_is(name, "lost")) {
        which = HAS_TEXT;
        heard->is_lost = slice_is(name, "lost");
        is_good = take_string(json, scratch, &heard->text);
    } else {
        is_good = skip_value(json);
    }
    is_good = is_good && !(*has & which); /* 4: names should be unique */
    *has |= which;
    return is_good;
}

/* All members, up to the closing brace. A name with escapes is none of ours, so
 * a scratch of its own is for them only. */
static bool take_members(struct slice *json, struct buf *scratch,
                         struct heard *heard, unsigned *has)
{
    struct buf unescaped = {0};
    struct slice name;
    bool is_good = take(json, '{');
    while (is_good) {
        is_good = take_string(json, &unescaped, &name) && take(json, ':') &&
                  take_member(json, name, scratch, heard, has);
        if (is_good && !take(json, ','))
            break;
    }
    buf_free(&unescaped);
    return is_good && take(json, '}');
}

/* The object at the front; the blanks around it are taken too. */
static bool take_message(struct slice *json, struct buf *scratch,
                         struct heard *heard)
{
    unsigned has = 0;
    skip_blanks(json);
    const char *start = json->data;
    *heard = (struct heard){0};
    if (!take_members(json, scratch, heard, &has))
        return false;
    heard->json = (struct slice){start, (size_t)(json->data - start)};
    while (is_blank(start[heard->json.size - 1]))
        heard->json.size--;
    return (has & HAS_ID) && (has & HAS_TEXT);
}

bool message_read(struct slice json, struct buf *scratch, struct heard *heard)
{
    return take_message(&json, scratch, heard) && json.size == 0;
}

enum message_result message_next(struct message_array *array,
                                 struct buf *scratch, struct heard *heard)
{
    bool is_first = !array->has_begun;
    if (is_first && !take(&array->rest, '['))
        return MESSAGE_BAD;
    array->has_begun = true;
    if (take(&array->rest, ']'))
        return array->rest.size == 0 ? MESSAGE_END : MESSAGE_BAD;
    if (!is_first && !take(&array->rest, ','))
        return MESSAGE_BAD;
    return take_message(&array->rest, scratch, heard) ? MESSAGE_READ
                                                      : MESSAGE_BAD;
}

bool message_read_id(struct slice json, uint64_t *id)
{
    struct buf scratch = {0};
    struct heard heard = {0};
    unsigned has = 0;
    bool is_good = take_members(&json, &scratch, &heard, &has) &&
                   json.size == 0 && (has & HAS_ID);
    *id = heard.id;
    buf_free(&scratch);
    return is_good;
}

void message_append_string(struct buf *out, struct slice text)
{
    buf_append_text(out, "\"");
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte == '"' || byte == '\\')
            buf_printf(out, "\\%c", byte);
        else if (byte < 0x20)
            buf_printf(out, "\\u%04x", byte);
        else
            buf_append(out, &byte, 1);
    }
    buf_append_text(out, "\"");
}
