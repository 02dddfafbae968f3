#include "client/arguments.h"

#include "common/base64.h"
#include "common/json.h"

/* A value is copied but for what is replaced in it. */
struct copying {
    struct buf *out;
    /* Append what stands for the object; false: it stands for itself. */
    bool (*replace)(struct copying *copying, struct slice object);
    struct arguments *arguments; /* to which buffers are added */
    const struct sio_args *args; /* from which buffers are taken */
    const char *why;             /* it cannot be; NULL: it can */
};

static void copy_value(struct copying *copying, struct slice value);

static void copy_items(struct copying *copying, struct slice array)
{
    struct json_cursor items = json_items(array);
    struct slice item;
    bool is_first = true;
    buf_append_text(copying->out, "[");
    for (; json_next(&items, &item); is_first = false) {
        buf_append_text(copying->out, is_first ? "" : ",");
        copy_value(copying, item);
    }
    buf_append_text(copying->out, "]");
}

static void copy_members(struct copying *copying, struct slice object)
{
    struct json_cursor members = json_items(object);
    struct slice name, value;
    bool is_first = true;
    buf_append_text(copying->out, "{");
    for (; json_next_member(&members, &name, &value); is_first = false) {
        buf_append_text(copying->out, is_first ? "" : ",");
        buf_append_slice(copying->out, name);
        buf_append_text(copying->out, ":");
        copy_value(copying, value);
    }
    buf_append_text(copying->out, "}");
}

static void copy_value(struct copying *copying, struct slice value)
{
    enum json_type type = json_type(value);
    if (type == JSON_ARRAY)
        copy_items(copying, value);
    else if (type != JSON_OBJECT)
        buf_append_slice(copying->out, value);
    else if (!copying->replace(copying, value))
        copy_members(copying, value);
}

/* ------------------------------------------------------ in */

/* {"$bin":"..."}, and no other member. */
static bool read_bin(struct slice object, struct slice *text)
{
    struct json_cursor members = json_items(object);
    struct slice name, value;
    return json_next_member(&members, &name, text) &&
           json_string_is(name, "$bin") && json_type(*text) == JSON_STRING &&
           !json_next_member(&members, &name, &value);
}

static bool add_buffer(struct copying *copying, struct slice text)
{
    struct arguments *arguments = copying->arguments;
    struct buf scratch = {0};
    size_t size;
    struct slice base64 = json_string(text, &scratch);
    uint8_t *room =
        buf_room(&arguments->data, BASE64_DECODED_SIZE(base64.size) + 1);
    bool is_base64 = base64_decode(base64, room, &size);
    buf_free(&scratch);
    if (!is_base64)
        return false;
    buf_added(&arguments->data, size);
    arguments->sizes[arguments->count] = size;
    buf_printf(copying->out, "{\"_placeholder\":true,\"num\":%zu}",
               arguments->count++);
    return true;
}

static bool replace_bin(struct copying *copying, struct slice object)
{
    struct slice text;
    if (!read_bin(object, &text))
        return false;
    if (copying->arguments->count == SIO_ATTACHMENTS_MAX)
        copying->why = "there are more buffers than one packet may have";
    else if (!add_buffer(copying, text))
        copying->why = "what $bin holds is not base64, or not padded";
    return true;
}

const char *arguments_add(struct arguments *arguments, struct slice value)
{
    struct copying copying = {
        .out = &arguments->json,
        .replace = replace_bin,
        .arguments = arguments,
    };
    if (buf_size(&arguments->json) > 0)
        buf_append_text(&arguments->json, ",");
    copy_value(&copying, value);
    return copying.why;
}

const char *arguments_add_items(struct arguments *arguments, struct slice array)
{
    struct json_cursor items = json_items(array);
    struct slice item;
    const char *why = NULL;
    while (why == NULL && json_next(&items, &item))
        why = arguments_add(arguments, item);
    return why;
}

struct sio_args arguments_get(struct arguments *arguments)
{
    const char *data =
        arguments->data.data == NULL ? "" : buf_slice(&arguments->data).data;
    for (size_t i = 0; i < arguments->count; i++) {
        arguments->buffers[i] = (struct slice){data, arguments->sizes[i]};
        data += arguments->sizes[i];
    }
    return (struct sio_args){buf_slice(&arguments->json), arguments->buffers,
                             arguments->count};
}

void arguments_free(struct arguments *arguments)
{
    buf_free(&arguments->json);
    buf_free(&arguments->data);
    arguments->count = 0;
}

/* ------------------------------------------------------ out */

static bool replace_placeholder(struct copying *copying, struct slice object)
{
    struct slice buffer;
    if (!sio_buffer_of(object, copying->args, &buffer))
        return false;
    size_t size = BASE64_SIZE(buffer.size);
    buf_append_text(copying->out, "{\"$bin\":\"");
    base64_encode(buffer.data, buffer.size,
                  (char *)buf_room(copying->out, size));
    buf_added(copying->out, size - 1); /* without the NUL */
    buf_append_text(copying->out, "\"}");
    return true;
}

void arguments_append(struct buf *out, const struct sio_args *args)
{
    struct copying copying = {
        .out = out,
        .replace = replace_placeholder,
        .args = args,
    };
    struct slice rest = args->json, value;
    bool is_first = true;
    for (; sio_next_arg(&rest, &value); is_first = false) {
        buf_append_text(out, is_first ? "" : ",");
        copy_value(&copying, value);
    }
}
