/* expect: a message comes: "{"data":{"event":"say"},"event":"stop"}" */

/* The value behind the first "event": in the text. */
static bool find_name(struct slice text, struct slice *name)
{
    static const char key[] = "\"event\":";
    for (size_t at = 0; at + sizeof key <= text.size; at++) {
        if (memcmp(text.data + at, key, sizeof key - 1) != 0)
            continue;
        const char *value = text.data + at + sizeof key - 1;
        size_t rest = text.size - at - (sizeof key - 1);
        const char *end = rest > 0 ? memchr(value + 1, '"', rest - 1) : NULL;
        if (*value != '"' || end == NULL)
            return false;
        *name = (struct slice){value, (size_t)(end - value) + 1};
        return true;
    }
    return false;
}

enum dispatched events_dispatch(struct events *events, struct slice text)
{
    struct slice name, data = slice_of("null");
    struct buf scratch = {0};
    if (!json_is_valid(text))
        return NOT_JSON;
    if (!find_name(text, &name) && !json_member(text, "event", &name))
        return NO_EVENT;
    if (json_type(text) != JSON_OBJECT || json_type(name) != JSON_STRING)
        return NO_EVENT;
    json_member(text, "data", &data);
    enum dispatched dispatched =
        call(events, json_string(name, &scratch), data);
    buf_free(&scratch);
    return dispatched;
}
