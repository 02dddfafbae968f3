#include "client/open_command.h"

#include <stdlib.h>

#include "client/socketio_options.h"
#include "common/alloc.h"
#include "common/json.h"

void open_command_append_text(struct slice string, struct buf *out)
{
    struct buf scratch = {0};
    buf_append_slice(out, json_string(string, &scratch));
    buf_free(&scratch);
}

static bool append_member(struct slice command, const char *name,
                          struct buf *out)
{
    struct slice value;
    if (!json_member(command, name, &value) || json_type(value) != JSON_STRING)
        return false;
    open_command_append_text(value, out);
    return true;
}

/* ------------------------------------------------------ where */

static const char *read_url(struct open_command *open, struct slice command)
{
    if (!append_member(command, "url", &open->url_text))
        return "open: which url? As in \"url\":\"http://127.0.0.1:8080\"";
    enum url_error error = url_parse(buf_slice(&open->url_text), &open->url);
    return error == URL_OK ? NULL : url_error_text(error);
}

static const char *read_place(struct open_command *open, struct slice command)
{
    if (append_member(command, "nsp", &open->namespace))
        buf_append(&open->namespace, "", 1);
    else
        socketio_append_namespace(NULL, &open->url, &open->namespace);
    if (!socketio_is_namespace((const char *)buf_head(&open->namespace)))
        return "open: nsp begins with a slash and has no comma";
    if (append_member(command, "path", &open->path)) {
        buf_append(&open->path, "", 1);
        open->options.path = (const char *)buf_head(&open->path);
        if (!socketio_is_path(open->options.path))
            return "open: path begins with a slash and is percent-encoded";
    }
    return NULL;
}

static const char *read_auth(struct open_command *open, struct slice command)
{
    struct slice value;
    if (!json_member(command, "auth", &value))
        return NULL;
    if (json_type(value) != JSON_OBJECT)
        return "open: auth is no object";
    buf_append_slice(&open->auth, value);
    return NULL;
}

/* The members of an object, behind what the URL had. */
static const char *read_query(struct open_command *open, struct slice command)
{
    struct slice object, name, value;
    buf_append_slice(&open->query, open->url.query);
    if (!json_member(command, "query", &object))
        object = slice_of("{}");
    if (json_type(object) != JSON_OBJECT)
        return "open: query is no object";
    struct json_cursor members = json_items(object);
    while (json_next_member(&members, &name, &value)) {
        struct buf text = {0};
        bool is_string = json_type(value) == JSON_STRING;
        buf_append_text(&open->query, buf_size(&open->query) > 0 ? "&" : "");
        open_command_append_text(name, &text);
        url_encode(buf_slice(&text), &open->query);
        buf_append_text(&open->query, "=");
        buf_consume(&text, buf_size(&text));
        if (is_string)
            open_command_append_text(value, &text);
        url_encode(is_string ? buf_slice(&text) : value, &open->query);
        buf_free(&text);
    }
    open->options.query = buf_slice(&open->query);
    return NULL;
}

/* ------------------------------------------------------ how */

static char *take_text(struct buf *buf)
{
    size_t size = buf_size(buf);
    char *text = allocate(size + 1);
    if (size > 0)
        memcpy(text, buf_head(buf), size);
    buf_free(buf);
    return text;
}

static const char *add_field(struct open_command *open, struct slice name,
                             struct slice value)
{
    struct buf field = {0};
    size_t count = 0;
    while (open->fields[count] != NULL)
        count++;
    if (count == OPTION_LIST_MAX || json_type(value) != JSON_STRING)
        return "open: headers are too many, or one is no text";
    open_command_append_text(name, &field);
    bool is_name = http_is_token(buf_slice(&field));
    buf_append_text(&field, ": ");
    open_command_append_text(value, &field);
    char *text = take_text(&field);
    open->fields[count] = text;
    bool is_value = http_is_value(slice_of(text + strcspn(text, ":") + 1));
    return is_name && is_value
               ? NULL
               : "open: a header has a name or a value that none may have";
}

static const char *read_headers(struct open_command *open, struct slice command)
{
    struct slice object, name, value;
    const char *why = NULL;
    if (!json_member(command, "headers", &object))
        return NULL;
    if (json_type(object) != JSON_OBJECT)
        return "open: headers is no object";
    struct json_cursor members = json_items(object);
    open->has_own_fields = true;
    while (why == NULL && json_next_member(&members, &name, &value))
        why = add_field(open, name, value);
    return why;
}

/* ["polling","websocket"], or a text as on the command line. */
static const char *read_transports(struct open_command *open,
                                   struct slice command)
{
    struct slice value, item;
    struct buf list = {0};
    if (!json_member(command, "transports", &value))
        return NULL;
    struct json_cursor items = json_items(value);
    if (json_type(value) == JSON_STRING)
        open_command_append_text(value, &list);
    while (json_type(value) == JSON_ARRAY && json_next(&items, &item)) {
        if (json_type(item) == JSON_STRING)
            open_command_append_text(item, &list);
        buf_append_text(&list, ",");
    }
    bool is_list =
        eio_read_transports(buf_slice(&list), &open->options.transports);
    buf_free(&list);
    return is_list ? NULL : "open: transports are polling and websocket";
}

static void read_number(struct slice command, const char *name, int *number)
{
    struct slice value;
    int64_t given;
    if (json_member(command, name, &value) && json_integer(value, &given) &&
        given <= INT32_MAX)
        *number = (int)given;
}

/* A number between 0 and 1 that may have a fraction. */
static void read_factor(struct slice command, double *factor)
{
    struct slice value;
    char text[32] = "";
    if (!json_member(command, "randomizationFactor", &value) ||
        json_type(value) != JSON_NUMBER || value.size >= sizeof text)
        return;
    memcpy(text, value.data, value.size);
    double given = strtod(text, NULL);
    if (given >= 0 && given <= 1)
        *factor = given;
}

static void read_reconnection(struct open_command *open, struct slice command)
{
    struct sio_options *options = &open->options;
    struct slice value;
    if (json_member(command, "reconnection", &value))
        options->has_no_reconnection = json_type(value) == JSON_FALSE;
    read_number(command, "reconnectionDelay", &options->delay_ms);
    read_number(command, "reconnectionDelayMax", &options->delay_max_ms);
    read_number(command, "reconnectionAttempts", &options->attempts);
    read_factor(command, &options->factor);
}

/* ------------------------------------------------------ all of it */

const char *open_command_read(struct open_command *open,
                              const struct options *options,
                              struct slice command)
{
    static const char *(*const readers[])(struct open_command *,
                                          struct slice) = {
        read_url,   read_place,   read_auth,
        read_query, read_headers, read_transports,
    };
    const char *why = NULL;
    open->options = socketio_options(options);
    open->options.has_no_reconnection = false;
    for (size_t i = 0; why == NULL && i < sizeof readers / sizeof *readers; i++)
        why = readers[i](open, command);
    read_reconnection(open, command);
    return why;
}

void open_command_from_options(struct open_command *open,
                               const struct options *options)
{
    const struct event_options *events = &options->events;
    open->options = socketio_options(options);
    open->options.has_no_reconnection = false;
    open->url = options->url;
    if (events->auth != NULL)
        buf_append_text(&open->auth, events->auth);
    socketio_append_namespace(events->namespace, &open->url, &open->namespace);
}

void open_command_free(struct open_command *open)
{
    for (size_t i = 0; open->fields[i] != NULL; i++)
        free((char *)open->fields[i]);
    buf_free(&open->url_text);
    buf_free(&open->namespace);
    buf_free(&open->auth);
    buf_free(&open->path);
    buf_free(&open->query);
    *open = (struct open_command){0};
}
