/* expect: a message comes: "{"event":"s\u0061y"}" */

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
        call(events, (struct slice){name.data + 1, name.size - 2}, data);
    buf_free(&scratch);
    return dispatched;
}
