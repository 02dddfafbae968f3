/* expect: yours: "stopper(1) next(1) last(1) " */

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
        listener->on_event(listener->user, data);
    }
    return dispatched;
}
