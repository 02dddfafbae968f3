/* socketio_kept.c -- copies of events that wait to be sent, or to be heard. */
#include <stdlib.h>
#include <string.h>

#include "client/socketio_parts.h"
#include "common/alloc.h"

size_t sio_event_size(const struct sio_packet *packet)
{
    size_t size = packet->event.size + packet->args.json.size;
    for (size_t i = 0; i < packet->args.buffer_count; i++)
        size += packet->args.buffers[i].size;
    return size;
}

/* Copy to *end and move it on. */
static struct slice copy(char **end, struct slice bytes)
{
    struct slice copied = {*end, bytes.size};
    if (bytes.size > 0)
        memcpy(*end, bytes.data, bytes.size);
    *end += bytes.size;
    return copied;
}

struct sio_kept *sio_keep_put(struct sio_keep *keep,
                              const struct sio_packet *packet)
{
    size_t size = sio_event_size(packet);
    struct sio_kept *kept = allocate(sizeof *kept + size);
    char *end = kept->bytes;
    kept->size = size;
    kept->packet = *packet;
    kept->packet.event = copy(&end, packet->event);
    kept->packet.args.json = copy(&end, packet->args.json);
    kept->packet.args.buffers = kept->buffers;
    for (size_t i = 0; i < packet->args.buffer_count; i++)
        kept->buffers[i] = copy(&end, packet->args.buffers[i]);
    if (keep->first == NULL)
        keep->end = &keep->first;
    *keep->end = kept;
    keep->end = &kept->next;
    keep->bytes += size;
    return kept;
}

struct sio_kept *sio_keep_take(struct sio_keep *keep)
{
    struct sio_kept *kept = keep->first;
    if (kept == NULL)
        return NULL;
    keep->first = kept->next;
    keep->bytes -= kept->size;
    return kept;
}

bool sio_keep_has(const struct sio_keep *keep, uint64_t id)
{
    const struct sio_kept *kept = keep->first;
    while (kept != NULL && !(kept->packet.has_id && kept->packet.id == id))
        kept = kept->next;
    return kept != NULL;
}

void sio_keep_forget(struct sio_keep *keep, uint64_t id)
{
    struct sio_keep others = {0};
    struct sio_kept *kept;
    while ((kept = sio_keep_take(keep)) != NULL) {
        if (!kept->packet.has_id || kept->packet.id != id)
            sio_keep_put(&others, &kept->packet);
        free(kept);
    }
    *keep = others;
}
