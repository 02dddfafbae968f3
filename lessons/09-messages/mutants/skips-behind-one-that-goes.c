/* expect: yours: "first(1) adder(1) late(1) " */

static enum dispatched call(struct events *events, struct slice name,
                            struct slice data)
{
    enum dispatched dispatched = UNHEARD;
    for (size_t i = 0; i < events->count; i++) {
        const struct listener *listener = &events->listeners[i];
        if (!slice_is(name, listener->name))
            continue;
        dispatched = DISPATCHED;
        listener->on_event(listener->user, data);
    }
    return dispatched;
}
