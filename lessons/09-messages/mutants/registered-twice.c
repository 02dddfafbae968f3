/* expect: yours: "first(1) second(1) first(1) " */

bool events_on(struct events *events, struct listener listener)
{
    if (events->count == LISTENERS_MAX)
        return false;
    events->listeners[events->count++] = listener;
    return true;
}
