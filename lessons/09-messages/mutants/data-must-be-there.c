/* expect: a message comes: "{"event":"say"}" */

enum dispatched events_dispatch(struct events *events, struct slice text)
{
    struct slice name, data;
    struct buf scratch = {0};
    if (!json_is_valid(text))
        return NOT_JSON;
    if (!json_member(text, "event", &name) || json_type(name) != JSON_STRING)
        return NO_EVENT;
    if (!json_member(text, "data", &data))
        return NO_EVENT;
    enum dispatched dispatched =
        call(events, json_string(name, &scratch), data);
    buf_free(&scratch);
    return dispatched;
}
