/* socketio_listeners.c -- who wants to hear of an event. */
#include <stdlib.h>

#include "client/socketio.h"
#include "client/socketio_parts.h"
#include "common/alloc.h"

struct sio_listener {
    struct sio_listener *next;
    const char *event; /* borrowed; NULL: every one */
    void (*handler)(struct sio_socket *socket, const struct sio_event *event,
                    void *user);
    void *user;
    bool is_once;
    bool is_gone; /* to be freed when nobody is being told */
};

static void add(struct sio_socket *socket, const struct sio_listener *what)
{
    struct sio_listener **end = &socket->listeners.first;
    while (*end != NULL)
        end = &(*end)->next;
    *end = allocate(sizeof **end);
    **end = *what;
}

void sio_on(struct sio_socket *socket, const char *event,
            void (*handler)(struct sio_socket *socket,
                            const struct sio_event *event, void *user),
            void *user)
{
    add(socket, &(struct sio_listener){
                    .event = event, .handler = handler, .user = user});
}

void sio_once(struct sio_socket *socket, const char *event,
              void (*handler)(struct sio_socket *socket,
                              const struct sio_event *event, void *user),
              void *user)
{
    add(socket,
        &(struct sio_listener){
            .event = event, .handler = handler, .user = user, .is_once = true});
}

void sio_on_any(struct sio_socket *socket,
                void (*handler)(struct sio_socket *socket,
                                const struct sio_event *event, void *user),
                void *user)
{
    add(socket, &(struct sio_listener){.handler = handler, .user = user});
}

static void free_gone(struct sio_listeners *listeners)
{
    struct sio_listener **link = &listeners->first;
    while (listeners->depth == 0 && *link != NULL) {
        struct sio_listener *listener = *link;
        if (!listener->is_gone) {
            link = &listener->next;
            continue;
        }
        *link = listener->next;
        free(listener);
    }
}

static bool is_of(const struct sio_listener *listener, const char *event)
{
    if (event == NULL || listener->event == NULL)
        return event == listener->event;
    return strcmp(event, listener->event) == 0;
}

static void remove_one(struct sio_socket *socket, const char *event,
                       void (*handler)(struct sio_socket *socket,
                                       const struct sio_event *event,
                                       void *user))
{
    struct sio_listener *listener = socket->listeners.first;
    while (listener != NULL && !(listener->handler == handler &&
                                 is_of(listener, event) && !listener->is_gone))
        listener = listener->next;
    if (listener != NULL)
        listener->is_gone = true;
    free_gone(&socket->listeners);
}

void sio_off(struct sio_socket *socket, const char *event,
             void (*handler)(struct sio_socket *socket,
                             const struct sio_event *event, void *user))
{
    remove_one(socket, event, handler);
}

void sio_off_any(struct sio_socket *socket,
                 void (*handler)(struct sio_socket *socket,
                                 const struct sio_event *event, void *user))
{
    remove_one(socket, NULL, handler);
}

static void tell(struct sio_socket *socket, struct sio_listener *listener,
                 const struct sio_event *event)
{
    if (listener->is_gone)
        return;
    listener->is_gone = listener->is_once;
    listener->handler(socket, event, listener->user);
}

void sio_tell(struct sio_socket *socket, const struct sio_event *event)
{
    struct sio_listener *listener = socket->listeners.first;
    socket->listeners.depth++;
    for (; listener != NULL; listener = listener->next)
        if (listener->event == NULL)
            tell(socket, listener, event);
    for (listener = socket->listeners.first; listener != NULL;
         listener = listener->next)
        if (listener->event != NULL && slice_is(event->name, listener->event))
            tell(socket, listener, event);
    socket->listeners.depth--;
    free_gone(&socket->listeners);
}

void sio_listeners_free(struct sio_listeners *listeners)
{
    struct sio_listener *listener = listeners->first;
    for (; listener != NULL; listener = listener->next)
        listener->is_gone = true;
    free_gone(listeners);
}
