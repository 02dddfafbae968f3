#include "client/message.h"

#include "common/utf8.h"

/* Nobody has checked yet what an HTTP response holds. */
static bool is_json(struct slice text)
{
    return utf8_is_valid(text.data, text.size) && json_is_valid(text);
}

static bool read_id(struct slice object, uint64_t *id)
{
    struct slice value;
    int64_t number;
    if (!json_member(object, "id", &value) || !json_integer(value, &number))
        return false;
    *id = (uint64_t)number;
    return true;
}

static bool read_text(struct slice object, struct buf *scratch,
                      struct heard *heard)
{
    struct slice text;
    heard->is_lost = !json_member(object, "text", &text);
    if (heard->is_lost && !json_member(object, "lost", &text))
        return false;
    if (json_type(text) != JSON_STRING)
        return false;
    buf_consume(scratch, buf_size(scratch));
    heard->text = json_string(text, scratch);
    return true;
}

/* `object` is a JSON value, without blanks around it. */
static bool read_message(struct slice object, struct buf *scratch,
                         struct heard *heard)
{
    struct slice time;
    *heard = (struct heard){.json = object};
    if (json_member(object, "time", &time) &&
        !json_integer(time, &heard->time_ms))
        return false;
    return read_id(object, &heard->id) && read_text(object, scratch, heard);
}

bool message_read(struct slice json, struct buf *scratch, struct heard *heard)
{
    return is_json(json) && json_type(json) == JSON_OBJECT &&
           read_message(json_trim(json), scratch, heard);
}

bool message_array(struct slice json, struct json_cursor *array)
{
    if (!is_json(json) || json_type(json) != JSON_ARRAY)
        return false;
    *array = json_items(json);
    return true;
}

enum message_result message_next(struct json_cursor *array, struct buf *scratch,
                                 struct heard *heard)
{
    struct slice value;
    if (!json_next(array, &value))
        return MESSAGE_END;
    return read_message(value, scratch, heard) ? MESSAGE_READ : MESSAGE_BAD;
}

bool message_read_id(struct slice json, uint64_t *id)
{
    return is_json(json) && read_id(json, id);
}
