/* expect: the next request says Last-Event-ID: 1 */

static bool read_field(struct stream *stream)
{
    char *colon = strchr(stream->line, ':');
    const char *value = "";
    if (colon != NULL) {
        *colon = '\0';
        value = colon[1] == ' ' ? colon + 2 : colon + 1;
    }
    if (strcmp(stream->line, "data") == 0)
        return add_data(stream, value);
    if (strcmp(stream->line, "event") == 0)
        strcpy(stream->type, value);
    if (strcmp(stream->line, "id") == 0) {
        strcpy(stream->last_event_id, value);
    }
    return true;
}
