/* expect: a message comes: "{"event":"sa"}" */

static enum dispatched call(struct events *events, struct slice name,
                            struct slice data)
{
    struct events then = *events;
    enum dispatched dispatched = UNHEARD;
    for (size_t i = 0; i < then.count; i++) {
        const struct listener *listener = &then.listeners[i];
        if (strncmp(name.data, listener->name, name.size) != 0)
            continue;
        dispatched = DISPATCHED;
        if (find(events, listener) < events->count)
            listener->on_event(listener->user, data);
    }
    return dispatched;
}
