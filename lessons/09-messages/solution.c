/* solution.c -- events with names. The real thing is
 * client/socketio_listeners.c, where a listener may be for all events, or for
 * one time, and who is registered twice is called twice, as by Socket.IO. */
#include "lessons/09-messages/exercise.h"

#include "common/json.h"

static bool is_same(const struct listener *one, const struct listener *other)
{
    return strcmp(one->name, other->name) == 0 &&
           one->on_event == other->on_event && one->user == other->user;
}

/* Where it stands; events->count: nowhere. */
static size_t find(const struct events *events, const struct listener *listener)
{
    size_t at = 0;
    while (at < events->count && !is_same(&events->listeners[at], listener))
        at++;
    return at;
}

bool events_on(struct events *events, struct listener listener)
{
    if (find(events, &listener) < events->count)
        return true;
    if (events->count == LISTENERS_MAX)
        return false;
    events->listeners[events->count++] = listener;
    return true;
}

void events_off(struct events *events, struct listener listener)
{
    size_t at = find(events, &listener);
    if (at == events->count)
        return;
    events->count--;
    for (; at < events->count; at++)
        events->listeners[at] = events->listeners[at + 1];
}

/* Who listens may change while they are called: the list of those who listened
 * when the event came does not. */
static enum dispatched call(struct events *events, struct slice name,
                            struct slice data)
{
    struct events then = *events;
    enum dispatched dispatched = UNHEARD;
    for (size_t i = 0; i < then.count; i++) {
        const struct listener *listener = &then.listeners[i];
        if (!slice_is(name, listener->name))
            continue;
        dispatched = DISPATCHED;
        if (find(events, listener) < events->count)
            listener->on_event(listener->user, data);
    }
    return dispatched;
}

enum dispatched events_dispatch(struct events *events, struct slice text)
{
    struct slice name, data = slice_of("null");
    struct buf scratch = {0};
    if (!json_is_valid(text))
        return NOT_JSON;
    if (!json_member(text, "event", &name) || json_type(name) != JSON_STRING)
        return NO_EVENT;
    json_member(text, "data", &data);
    enum dispatched dispatched =
        call(events, json_string(name, &scratch), data);
    buf_free(&scratch);
    return dispatched;
}

void event_append(struct buf *out, struct slice name, struct slice data)
{
    buf_append_text(out, "{\"event\":");
    json_append_string(out, name);
    buf_append_text(out, ",\"data\":");
    buf_append_slice(out, data);
    buf_append_text(out, "}");
}
