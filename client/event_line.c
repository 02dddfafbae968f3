#include "client/event_line.h"

#include "common/json.h"

/* Where the string ends that begins at `start`, or the text does. */
static size_t end_of_string(struct slice text, size_t start)
{
    size_t end = start + 1;
    while (end < text.size && text.data[end] != '"')
        end += text.data[end] == '\\' ? 2 : 1;
    return end < text.size ? end : text.size - 1;
}

/* The first blank that is in no string, array or object, or the end. */
static size_t end_of_value(struct slice text)
{
    size_t depth = 0, end = 0;
    for (; end < text.size; end++) {
        switch (text.data[end]) {
        case '"': end = end_of_string(text, end); break;
        case '[':
        case '{': depth++; break;
        case ']':
        case '}': depth -= depth > 0; break;
        case ' ':
            if (depth == 0)
                return end;
        }
    }
    return end;
}

/* Take one JSON value; it is empty at the end of the line. */
static struct slice next_value(struct slice *line)
{
    while (line->size > 0 && line->data[0] == ' ')
        slice_skip(line, 1);
    size_t size = end_of_value(*line);
    struct slice value = {line->data, size};
    slice_skip(line, size);
    return value;
}

const char *event_line_value(struct arguments *arguments, struct slice value)
{
    if (!json_is_valid(value))
        return "an argument is not JSON: a text has quotes, as in \"text\"";
    return arguments_add(arguments, value);
}

/* EVENT JSON ... */
static const char *read_words(struct slice line, struct buf *name,
                              struct arguments *arguments)
{
    struct slice event = slice_until(line, ' ');
    const char *why = NULL;
    buf_append_slice(name, event);
    slice_skip(&line, event.size);
    while (why == NULL) {
        struct slice value = next_value(&line);
        if (value.size == 0)
            return NULL;
        why = event_line_value(arguments, value);
    }
    return why;
}

/* ["EVENT",JSON,...] */
static const char *read_array(struct slice line, struct buf *name,
                              struct arguments *arguments)
{
    static const char remedy[] = "no array whose first item is the event";
    struct slice value;
    if (!json_is_valid(line))
        return remedy;
    struct json_cursor items = json_items(line);
    if (!json_next(&items, &value) || json_type(value) != JSON_STRING)
        return remedy;
    struct buf scratch = {0};
    buf_append_slice(name, json_string(value, &scratch));
    buf_free(&scratch);
    const char *why = NULL;
    while (why == NULL && json_next(&items, &value))
        why = arguments_add(arguments, value);
    return why;
}

const char *event_line_read(struct slice line, struct buf *name,
                            struct arguments *arguments)
{
    if (line.size > 0 && line.data[0] == '[')
        return read_array(line, name, arguments);
    if (line.size == 0 || line.data[0] == ' ')
        return "a line begins with an event: EVENT JSON ...";
    return read_words(line, name, arguments);
}
