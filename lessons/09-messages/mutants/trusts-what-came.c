/* expect: a message comes: "{'event':'say'}" */

enum dispatched events_dispatch(struct events *events, struct slice text)
{
    struct slice name, data = slice_of("null");
    struct buf scratch = {0};
    if (text.size == 0 || text.data[0] != '{' ||
        text.data[text.size - 1] != '}')
        return json_is_valid(text) ? NO_EVENT : NOT_JSON;
    if (!json_member(text, "event", &name) || json_type(name) != JSON_STRING)
        return NO_EVENT;
    json_member(text, "data", &data);
    enum dispatched dispatched =
        call(events, json_string(name, &scratch), data);
    buf_free(&scratch);
    return dispatched;
}
