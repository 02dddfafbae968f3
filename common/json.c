#include "common/json.h"

#include "common/hex.h"
#include "common/limits.h"

enum { WORD = sizeof(uint64_t) }; /* bytes looked at together */

/* Every take_x() takes what it is called for off the front of `text`. False: it
 * does not stand there, and how much was taken nevertheless says nothing. */

static bool take(struct slice *text, char wanted)
{
    if (text->size == 0 || *text->data != wanted)
        return false;
    slice_skip(text, 1);
    return true;
}

static bool take_word(struct slice *text, const char *wanted)
{
    if (!slice_starts_with(*text, wanted))
        return false;
    slice_skip(text, strlen(wanted));
    return true;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void skip_blanks(struct slice *text)
{
    while (text->size > 0 && is_blank(*text->data))
        slice_skip(text, 1);
}

/* The byte behind blanks, which are skipped; NUL, which begins no value, if
 * there is none. */
static char next_byte(struct slice *text)
{
    skip_blanks(text);
    return text->size > 0 ? *text->data : '\0';
}

/* One of the six structural characters, and blanks before it (2). */
static bool take_structural(struct slice *text, char wanted)
{
    skip_blanks(text);
    return take(text, wanted);
}

/* ------------------------------------------------------------- strings (7) */

static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";

/* Does a byte not stand for itself in a string? */
/* clang-format off */
static const bool is_special[UINT8_MAX + 1] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* below 0x20 */
    ['"'] = 1, ['\\'] = 1,
};
/* clang-format on */

/* Is one of the bytes of a word special? A subtraction sets the top bit of a
 * byte that was less than what is taken from it: below 0x20, or 0 because it is
 * equal to what it is compared with. Those outside ASCII had it before. */
static bool has_special(const char *bytes)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t below = word - ones * 0x20;
    uint64_t quote = (word ^ ones * '"') - ones;
    uint64_t backslash = (word ^ ones * '\\') - ones;
    return (below | quote | backslash) & ~word & ones * 0x80;
}

/* How many bytes at the front stand for themselves? */
static size_t plain_size(struct slice text)
{
    size_t size = 0;
    while (text.size - size >= WORD && !has_special(text.data + size))
        size += WORD;
    while (size < text.size && !is_special[(uint8_t)text.data[size]])
        size++;
    return size;
}

/* \uXXXX; the first two are known. */
static bool take_unit(struct slice *text, uint32_t *unit)
{
    if (text->size < 6)
        return false;
    *unit = 0;
    for (size_t i = 2; i < 6; i++) {
        int value = hex_value(text->data[i]);
        if (value == -1)
            return false;
        *unit = *unit << 4 | (uint32_t)value;
    }
    slice_skip(text, 6);
    return true;
}

/* An escape, and the character, or half of a surrogate pair, that it means. If
 * there is none, nothing is taken: a quote behind its beginning must not end
 * the string. */
static bool take_escape(struct slice *text, uint32_t *unit)
{
    if (text->size < 2 || *text->data != '\\')
        return false;
    if (text->data[1] == 'u')
        return take_unit(text, unit);
    const char *letter = memchr(letters, text->data[1], sizeof letters - 1);
    if (letter == NULL)
        return false;
    *unit = (uint32_t)meanings[letter - letters];
    slice_skip(text, 2);
    return true;
}

static bool take_string(struct slice *text)
{
    uint32_t unit;
    if (!take(text, '"'))
        return false;
    do {
        slice_skip(text, plain_size(*text));
    } while (take_escape(text, &unit));
    return take(text, '"');
}

/* An escape, or two for what lies outside the first 65,536 characters. Of half
 * a pair nobody can say what it means (8.2). */
static bool take_character(struct slice *text, uint32_t *character)
{
    uint32_t low;
    if (!take_escape(text, character))
        return false;
    if (*character < 0xD800 || *character > 0xDFFF)
        return true;
    struct slice behind = *text;
    if (*character > 0xDBFF || !take_escape(&behind, &low) || low < 0xDC00 ||
        low > 0xDFFF) {
        *character = 0xFFFD;
        return true;
    }
    *character = 0x10000 + ((*character - 0xD800) << 10) + (low - 0xDC00);
    *text = behind;
    return true;
}

/* ------------------------------------------------------------- values */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* One or more of them. */
static bool take_digits(struct slice *text)
{
    size_t before = text->size;
    while (text->size > 0 && is_digit(*text->data))
        slice_skip(text, 1);
    return text->size < before;
}

/* [-] int [. digits] [e [+-] digits], and no digit comes behind a first 0 (6).
 * If one does, it is in the place of what may follow a value. */
static bool take_number(struct slice *text)
{
    take(text, '-');
    if (!take(text, '0') && !take_digits(text))
        return false;
    if (take(text, '.') && !take_digits(text))
        return false;
    if (!take(text, 'e') && !take(text, 'E'))
        return true;
    if (!take(text, '+'))
        take(text, '-');
    return take_digits(text);
}

static bool take_scalar(struct slice *text)
{
    switch (next_byte(text)) {
    case '"': return take_string(text);
    case 't': return take_word(text, "true");
    case 'f': return take_word(text, "false");
    case 'n': return take_word(text, "null");
    default: return take_number(text);
    }
}

/* The name of a member and the colon behind it (4). */
static bool take_name(struct slice *text)
{
    skip_blanks(text);
    return take_string(text) && take_structural(text, ':');
}

/* A value and blanks before it, with at most `depth` arrays and objects in one
 * another (3, 4, 5). */
static bool take_value(struct slice *text, int depth)
{
    char open = next_byte(text);
    if (open != '[' && open != '{')
        return take_scalar(text);
    char close = open == '[' ? ']' : '}';
    slice_skip(text, 1);
    if (depth == 0)
        return false;
    if (take_structural(text, close))
        return true;
    do {
        if (open == '{' && !take_name(text))
            return false;
        if (!take_value(text, depth - 1))
            return false;
    } while (take_structural(text, ','));
    return take_structural(text, close);
}

bool json_is_valid(struct slice text)
{
    if (!take_value(&text, JSON_DEPTH_MAX))
        return false;
    skip_blanks(&text);
    return text.size == 0;
}

struct slice json_trim(struct slice text)
{
    skip_blanks(&text);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

enum json_type json_type(struct slice value)
{
    switch (next_byte(&value)) {
    case 'n': return JSON_NULL;
    case 'f': return JSON_FALSE;
    case 't': return JSON_TRUE;
    case '"': return JSON_STRING;
    case '[': return JSON_ARRAY;
    case '{': return JSON_OBJECT;
    default: return JSON_NUMBER;
    }
}

/* ------------------------------------------------------------- walking */

struct json_cursor json_items(struct slice array_or_object)
{
    struct json_cursor cursor = {array_or_object};
    if (!take_structural(&cursor.rest, '['))
        take_structural(&cursor.rest, '{');
    return cursor;
}

/* Take a value, and say where it stood. */
static bool cut_value(struct slice *text, struct slice *value)
{
    skip_blanks(text);
    const char *start = text->data;
    if (!take_value(text, JSON_DEPTH_MAX))
        return false;
    *value = (struct slice){start, (size_t)(text->data - start)};
    return true;
}

bool json_next(struct json_cursor *cursor, struct slice *value)
{
    take_structural(&cursor->rest, ',');
    return cut_value(&cursor->rest, value);
}

bool json_next_member(struct json_cursor *cursor, struct slice *name,
                      struct slice *value)
{
    return json_next(cursor, name) && take_structural(&cursor->rest, ':') &&
           cut_value(&cursor->rest, value);
}

bool json_member(struct slice object, const char *name, struct slice *value)
{
    struct slice its_name, its_value;
    bool is_found = false;
    if (json_type(object) != JSON_OBJECT)
        return false;
    struct json_cursor members = json_items(object);
    while (json_next_member(&members, &its_name, &its_value)) {
        if (!json_string_is(its_name, name))
            continue;
        *value = its_value;
        is_found = true;
    }
    return is_found;
}

/* ------------------------------------------------------------- reading */

static void append_utf8(struct buf *out, uint32_t character)
{
    static const uint8_t lead[] = {0x00, 0xC0, 0xE0, 0xF0};
    size_t more = character < 0x80      ? 0
                  : character < 0x800   ? 1
                  : character < 0x10000 ? 2
                                        : 3;
    uint8_t *bytes = buf_room(out, 4);
    for (size_t i = more; i > 0; i--, character >>= 6)
        bytes[i] = (uint8_t)(0x80 | (character & 0x3F));
    bytes[0] = (uint8_t)(lead[more] | character);
    buf_added(out, more + 1);
}

struct slice json_string(struct slice string, struct buf *scratch)
{
    size_t before = buf_size(scratch);
    uint32_t character;
    take_structural(&string, '"');
    struct slice plain = {string.data, plain_size(string)};
    slice_skip(&string, plain.size);
    if (take(&string, '"'))
        return plain;
    buf_append_slice(scratch, plain);
    while (take_character(&string, &character)) {
        append_utf8(scratch, character);
        plain = (struct slice){string.data, plain_size(string)};
        buf_append_slice(scratch, plain);
        slice_skip(&string, plain.size);
    }
    return slice_from(buf_slice(scratch), before);
}

bool json_string_is(struct slice value, const char *text)
{
    struct buf scratch = {0};
    bool is_it = json_type(value) == JSON_STRING &&
                 slice_is(json_string(value, &scratch), text);
    buf_free(&scratch);
    return is_it;
}

bool json_integer(struct slice value, int64_t *number)
{
    int64_t sum = 0;
    skip_blanks(&value);
    struct slice digits = value;
    if (!take_digits(&value) || next_byte(&value) != '\0')
        return false;
    for (size_t i = 0; i < digits.size && is_digit(digits.data[i]); i++) {
        int digit = digits.data[i] - '0';
        if (sum > (INT64_MAX - digit) / 10)
            return false;
        sum = 10 * sum + digit;
    }
    *number = sum;
    return true;
}

/* ------------------------------------------------------------- writing */

static void append_escape(struct buf *out, char byte)
{
    const char *meaning = memchr(meanings, byte, sizeof meanings - 1);
    if (meaning != NULL) {
        buf_append(out, "\\", 1);
        buf_append(out, &letters[meaning - meanings], 1);
    } else {
        buf_append_text(out, byte < 0x10 ? "\\u000" : "\\u001");
        buf_append(out, &"0123456789abcdef"[byte & 15], 1);
    }
}

void json_append_string(struct buf *out, struct slice text)
{
    buf_append(out, "\"", 1);
    for (;;) {
        size_t size = plain_size(text);
        buf_append(out, text.data, size);
        if (size == text.size)
            break;
        append_escape(out, text.data[size]);
        slice_skip(&text, size + 1);
    }
    buf_append(out, "\"", 1);
}
