/* expect: the same, and go behind it: yours differs behind "{"event":" */

void event_append(struct buf *out, struct slice name, struct slice data)
{
    buf_free(out);
    buf_append_text(out, "{\"event\":");
    json_append_string(out, name);
    buf_append_text(out, ",\"data\":");
    buf_append_slice(out, data);
    buf_append_text(out, "}");
}
