/* expect: yours: "message[]: hello, this event is longer than ten bytes|\n" */

static void dispatch(struct stream *stream)
{
    if (stream->has_id)
        strcpy(stream->last_event_id, stream->id);
    if (stream->data_size > 0)
        stream->on_event(
            stream->user,
            &(struct event){stream->type[0] ? stream->type : "message",
                            stream->last_event_id,
                            {stream->data, stream->data_size}});
    stream->has_id = false;
    stream->type[0] = '\0';
    stream->data_size = 0;
}
