#include "client/socketio_options.h"

#include "client/event_line.h"
#include "common/json.h"

bool socketio_is_namespace(const char *name)
{
    if (*name != '/')
        return false;
    for (; *name != '\0'; name++)
        if (*name == ',' || *name < ' ')
            return false;
    return true;
}

bool socketio_is_path(const char *path)
{
    struct slice text = slice_of(path);
    return *path == '/' && http_span(text, HTTP_CLASS_TARGET) == text.size &&
           strchr(path, '?') == NULL;
}

static void check_options(const struct event_options *events)
{
    if (events->auth != NULL &&
        (!json_is_valid(slice_of(events->auth)) ||
         json_type(slice_of(events->auth)) != JSON_OBJECT))
        options_fail("--auth %s: give a JSON object, as in '{\"token\":1}'",
                     events->auth);
    if (events->emit != NULL && !sio_may_emit(events->emit))
        options_fail("--emit %s: the name is reserved, take another one",
                     events->emit);
    if (events->namespace != NULL && !socketio_is_namespace(events->namespace))
        options_fail("--namespace %s: it begins with a slash and has no comma, "
                     "as in /chat",
                     events->namespace);
    if (events->path != NULL && !socketio_is_path(events->path))
        options_fail("--path %s: it begins with a slash and is encoded, as in "
                     "/socket.io/",
                     events->path);
}

static void check_arguments(const struct event_options *events)
{
    for (int i = 0; i < events->argument_count; i++) {
        struct arguments read = {0};
        const char *why =
            event_line_value(&read, slice_of(events->arguments[i]));
        arguments_free(&read);
        if (why != NULL)
            options_fail("--emit %s %s: %s", events->emit, events->arguments[i],
                         why);
    }
}

void socketio_check_options(const struct event_options *events)
{
    check_options(events);
    check_arguments(events);
}

struct sio_options socketio_options(const struct options *options)
{
    struct sio_options sio = sio_default_options;
    const struct listener_options *listener = &options->listener;
    if (options->events.path != NULL)
        sio.path = options->events.path;
    sio.query = options->url.query;
    sio.transports = listener->transports;
    sio.fields = listener->fields;
    sio.proxy_command = listener->proxy_command;
    sio.has_no_reconnection = listener->attempts == 0;
    sio.attempts = listener->attempts > 0 ? listener->attempts : 0;
    return sio;
}

void socketio_append_namespace(const char *given, const struct url *url,
                               struct buf *out)
{
    if (given != NULL)
        buf_append_text(out, given);
    else
        buf_append_slice(out, url->path);
    buf_append(out, "", 1);
}
