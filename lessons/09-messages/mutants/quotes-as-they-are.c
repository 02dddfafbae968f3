/* expect: an event with this name is made: "he said "no"" */

void event_append(struct buf *out, struct slice name, struct slice data)
{
    buf_append_text(out, "{\"event\":");
    buf_append_text(out, "\"");
    buf_append_slice(out, name);
    buf_append_text(out, "\"");
    buf_append_text(out, ",\"data\":");
    buf_append_slice(out, data);
    buf_append_text(out, "}");
}
