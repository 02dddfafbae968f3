#include "tests/browser/json_text.h"

#include <stdint.h>

/* ------------------------------------------------------------- finding */

static const struct slice nothing;

static void skip(struct slice *text, size_t size)
{
    if (size > text->size)
        size = text->size;
    text->data += size;
    text->size -= size;
}

static void skip_blanks(struct slice *text)
{
    while (text->size > 0 && strchr(" \t\r\n", *text->data) != NULL)
        skip(text, 1);
}

static void skip_string(struct slice *text)
{
    skip(text, 1);
    while (text->size > 0 && *text->data != '"')
        skip(text, *text->data == '\\' ? 2 : 1);
    skip(text, 1);
}

/* Take the value at the beginning: a string, all between a bracket and its
 * partner, or what comes before the next comma or bracket. */
static struct slice take_value(struct slice *text)
{
    const char *start = text->data;
    int depth = 0;
    while (text->size > 0) {
        char byte = *text->data;
        if (depth == 0 && strchr(",]}", byte) != NULL)
            break;
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        if (byte == '"')
            skip_string(text);
        else
            skip(text, 1);
    }
    return (struct slice){start, (size_t)(text->data - start)};
}

/* Names that we look for have no escapes. */
static struct slice find_member(struct slice object, struct slice wanted)
{
    skip_blanks(&object);
    if (object.size == 0 || *object.data != '{')
        return nothing;
    do {
        skip(&object, 1); /* the bracket, or a comma */
        skip_blanks(&object);
        struct slice name = object;
        skip_string(&object);
        name.size -= object.size;
        skip_blanks(&object);
        skip(&object, 1); /* the colon */
        skip_blanks(&object);
        struct slice value = take_value(&object);
        if (name.size == wanted.size + 2 &&
            memcmp(name.data + 1, wanted.data, wanted.size) == 0)
            return value;
    } while (object.size > 0 && *object.data == ',');
    return nothing;
}

struct slice json_member(struct slice object, const char *path)
{
    while (*path != '\0') {
        size_t size = strcspn(path, ".");
        object = find_member(object, (struct slice){path, size});
        path += size;
        path += *path == '.';
    }
    while (object.size > 0 && strchr(" \t\r\n", object.data[object.size - 1]))
        object.size--;
    return object;
}

/* ------------------------------------------------------------- decoding */

static void append_character(struct buf *out, uint32_t c)
{
    uint8_t bytes[4];
    size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size; i-- > 1; c >>= 6)
        bytes[i] = (uint8_t)(0x80 | (c & 0x3F));
    bytes[0] = (uint8_t)(leads[size] | c);
    buf_append(out, bytes, size);
}

/* Take \uXXXX, if that is what comes. */
static uint32_t take_unit(struct slice *text)
{
    uint32_t unit = 0;
    if (text->size < 6 || !slice_starts_with(*text, "\\u"))
        return 0;
    for (size_t i = 2; i < 6; i++) {
        int byte = text->data[i];
        int digit = byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10;
        unit = unit << 4 | ((uint32_t)digit & 0xF);
    }
    skip(text, 6);
    return unit;
}

/* A character outside the first 65,536 is two units (7). */
static uint32_t take_units(struct slice *text)
{
    uint32_t first = take_unit(text);
    if (first < 0xD800 || first > 0xDFFF)
        return first;
    struct slice behind = *text;
    uint32_t second = take_unit(&behind);
    if (first > 0xDBFF || second < 0xDC00 || second > 0xDFFF)
        return 0xFFFD;
    *text = behind;
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

static void append_escaped(struct buf *out, struct slice *text)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    if (text->size >= 6 && slice_starts_with(*text, "\\u")) {
        append_character(out, take_units(text));
        return;
    }
    const char *letter = strchr(letters, text->data[1]);
    char meaning = letter ? meanings[letter - letters] : text->data[1];
    buf_append(out, &meaning, 1);
    skip(text, 2);
}

void json_append_decoded(struct buf *out, struct slice value)
{
    if (value.size < 2 || *value.data != '"') {
        buf_append_slice(out, value);
        return;
    }
    struct slice text = {value.data + 1, value.size - 2};
    while (text.size > 0) {
        const char *escape = memchr(text.data, '\\', text.size);
        size_t size = escape ? (size_t)(escape - text.data) : text.size;
        buf_append(out, text.data, size);
        skip(&text, size);
        if (text.size > 1)
            append_escaped(out, &text);
    }
}

/* ------------------------------------------------------------- encoding */

void json_append_string(struct buf *out, struct slice text)
{
    buf_append_text(out, "\"");
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < 0x20)
            buf_printf(out, "\\u%04x", byte);
        else if (byte == '"' || byte == '\\')
            buf_printf(out, "\\%c", byte);
        else
            buf_append(out, &byte, 1);
    }
    buf_append_text(out, "\"");
}
