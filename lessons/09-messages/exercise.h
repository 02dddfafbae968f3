/* exercise.h -- events with names, over texts that a WebSocket carries.
 *
 *      {"event":"say","data":{"to":"all","text":"hi"}}
 *
 *      a name, who listens        a text comes        they are called
 *      events_on("say", one)  ->  events_dispatch ->  one({"to":"all","text":"hi"})
 *
 * A text is an event if it is JSON, an object, and its member "event" is a
 * string. "data" is any value; where it is missing, it is null. Everything of
 * common/json.h may be used. A message comes whole or not at all: WebSocket has
 * put the frames together, and looked at the UTF-8.
 */
#ifndef LESSONS_09_MESSAGES_EXERCISE_H
#define LESSONS_09_MESSAGES_EXERCISE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/slice.h"

/* Who wants to hear of the events of one name. `data` is JSON, without blanks
 * around it, and good until the call returns. */
struct listener {
    const char *name; /* borrowed, UTF-8 */
    void (*on_event)(void *user, struct slice data);
    void *user;
};

enum { LISTENERS_MAX = 16 };

/* Zeroed: nobody listens. */
struct events {
    struct listener listeners[LISTENERS_MAX];
    size_t count;
};

/* Listen from the next event on, behind those who listen already. One that is
 * there, with the same name, function and user, is not added again: a page that
 * reconnects does not hear everything twice. False: there are LISTENERS_MAX. */
bool events_on(struct events *events, struct listener listener);

/* Listen no more. Nothing happens if it is not there. */
void events_off(struct events *events, struct listener listener);

enum dispatched {
    DISPATCH_NOT_WRITTEN = -1,
    DISPATCHED, /* whoever listens to this name was called */
    NOT_JSON,
    NO_EVENT, /* JSON, but no object, or its "event" is no string */
    UNHEARD,  /* an event to which nobody listens */
};

/* Take the text of a message and call whoever listens to its event, in the
 * order in which they came. `text` has no NUL behind it. A listener may call
 * events_on() and events_off(): one that goes is not called any more, one that
 * comes not yet, and nobody else is left out. */
enum dispatched events_dispatch(struct events *events, struct slice text);

/* Append the text of an event. `data` is JSON. */
void event_append(struct buf *out, struct slice name, struct slice data);

#endif
