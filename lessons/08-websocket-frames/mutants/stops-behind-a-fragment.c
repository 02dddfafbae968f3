/* expect: it says NEED_MORE at the end, and leaves 16 bytes */

struct event decode_next(struct decoder *decoder)
{
    struct event event = {.type = NEED_MORE};
    take_frame(decoder, &event);
    return event;
}
