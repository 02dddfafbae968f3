#include "client/option_modes.h"

#include <stddef.h>
#include <string.h>

#include "common/http.h"

static const char channels[] = "polling, long-polling, streaming, websocket";
static const char listeners[] =
    "polling, long-polling, streaming, websocket, engineio, socketio";
static const char senders[] =
    "post, polling, long-polling, streaming, websocket, engineio, socketio";
static const char sessions[] = "engineio, socketio";

/* What is not here goes with all of them. */
static const struct {
    const char *name;
    const char *modes;
} scopes[] = {
    {"ack", "socketio"},
    {"ack-timeout", "socketio"},
    {"after", channels},
    {"auth", "socketio"},
    {"channel", channels},
    {"commands", "socketio"},
    {"count", listeners},
    {"data", senders},
    {"echo", "websocket, engineio"},
    {"emit", "socketio"},
    {"interval", "polling"},
    {"json", listeners},
    {"max-message", senders},
    {"namespace", "socketio"},
    {"no-upgrade", sessions},
    {"on", "socketio"},
    {"path", "socketio"},
    {"ping-interval", "websocket"},
    {"reconnect", listeners},
    {"subprotocol", "websocket"},
    {"transports", sessions},
};

static bool is_among(const char *mode, const char *modes)
{
    struct slice rest = slice_of(modes), item;
    while (http_list_next(&rest, &item))
        if (slice_is(item, mode))
            return true;
    return false;
}

const char *option_modes_instead(const char *name, const char *mode)
{
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (strcmp(scopes[i].name, name) == 0)
            return is_among(mode, scopes[i].modes) ? NULL : scopes[i].modes;
    return NULL;
}
