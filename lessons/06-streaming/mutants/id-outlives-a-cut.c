/* expect: yours: "message[9]: one\n" */

void stream_restart(struct stream *stream)
{
    struct stream fresh = {.on_event = stream->on_event, .user = stream->user};
    strcpy(fresh.last_event_id, stream->last_event_id);
    strcpy(fresh.id, stream->id);
    fresh.has_id = stream->has_id;
    *stream = fresh;
}
