/* What is valid is walked to its ends and written anew, without blanks and with
 * no more escapes than needed. That must be valid as well, and stay as it is
 * when it is walked and written itself. What is not valid must only be refused
 * without a look outside. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/json.h"

static void must(bool condition)
{
    if (!condition)
        abort();
}

static bool is_equal(struct slice a, struct slice b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void write_string(struct slice string, struct buf *out)
{
    struct buf scratch = {0}, again = {0};
    size_t before = buf_size(out);
    struct slice text = json_string(string, &scratch);
    json_append_string(out, text);
    struct slice written = buf_slice(out);
    written.data += before;
    written.size -= before;
    must(is_equal(json_string(written, &again), text));
    buf_free(&scratch);
    buf_free(&again);
}

static void write_value(struct slice value, struct buf *out);

static void write_array(struct slice array, struct buf *out)
{
    struct json_cursor cursor = json_items(array);
    struct slice value;
    const char *before = "[";
    for (; json_next(&cursor, &value); before = ",") {
        buf_append_text(out, before);
        write_value(value, out);
    }
    buf_append_text(out, *before == '[' ? "[]" : "]");
}

/* A member is found by its name, unless there is a NUL in it. */
static void must_be_found(struct slice object, struct slice name)
{
    struct buf text = {0};
    struct slice found;
    struct slice characters = json_string(name, &text);
    if (buf_size(&text) == 0)
        buf_append_slice(&text, characters);
    buf_append(&text, "", 1);
    if (strlen((char *)buf_head(&text)) == buf_size(&text) - 1) {
        must(json_string_is(name, (char *)buf_head(&text)));
        must(json_member(object, (char *)buf_head(&text), &found));
    }
    buf_free(&text);
}

static void write_object(struct slice object, struct buf *out)
{
    struct json_cursor cursor = json_items(object);
    struct slice name, value;
    const char *before = "{";
    for (; json_next_member(&cursor, &name, &value); before = ",") {
        must_be_found(object, name);
        buf_append_text(out, before);
        write_string(name, out);
        buf_append_text(out, ":");
        write_value(value, out);
    }
    buf_append_text(out, *before == '{' ? "{}" : "}");
}

static void write_number(struct slice value, struct buf *out)
{
    struct buf digits = {0};
    int64_t number;
    if (json_integer(value, &number)) {
        buf_append_number(&digits, (uint64_t)number);
        must(is_equal(buf_slice(&digits), value));
    }
    buf_append_slice(out, value);
    buf_free(&digits);
}

static void write_value(struct slice value, struct buf *out)
{
    must(json_is_valid(value));
    switch (json_type(value)) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE: buf_append_slice(out, value); break;
    case JSON_NUMBER: write_number(value, out); break;
    case JSON_STRING: write_string(value, out); break;
    case JSON_ARRAY: write_array(value, out); break;
    case JSON_OBJECT: write_object(value, out); break;
    }
}

/* As an item, which comes without blanks around it. */
static void write_text(struct slice text, struct buf *out)
{
    struct buf array = {0};
    struct slice value;
    buf_append_text(&array, "[");
    buf_append_slice(&array, text);
    buf_append_text(&array, "]");
    struct json_cursor cursor = json_items(buf_slice(&array));
    must(json_next(&cursor, &value));
    write_value(value, out);
    must(!json_next(&cursor, &value));
    buf_free(&array);
}

static void write_twice(struct slice text)
{
    struct buf once = {0}, twice = {0};
    write_text(text, &once);
    must(json_is_valid(buf_slice(&once)));
    write_text(buf_slice(&once), &twice);
    must(is_equal(buf_slice(&once), buf_slice(&twice)));
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);
    struct slice text = {copy, size};
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, bytes, size);
    if (json_is_valid(text))
        write_twice(text);
    free(copy);
    return 0;
}
