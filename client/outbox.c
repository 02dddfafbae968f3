#include "client/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct outgoing {
    struct outgoing *next;
    size_t size;
    char data[];
};

void outbox_put(struct outbox *outbox, struct slice text)
{
    struct outgoing *new = allocate(sizeof *new + text.size);
    new->size = text.size;
    if (text.size > 0)
        memcpy(new->data, text.data, text.size);
    if (outbox->first == NULL)
        outbox->first = new;
    else
        outbox->last->next = new;
    outbox->last = new;
    outbox->count++;
    outbox->bytes += text.size;
}

struct slice outbox_first(const struct outbox *outbox)
{
    return (struct slice){outbox->first->data, outbox->first->size};
}

void outbox_drop(struct outbox *outbox)
{
    struct outgoing *old = outbox->first;
    outbox->first = old->next;
    outbox->count--;
    outbox->bytes -= old->size;
    free(old);
}

void outbox_free(struct outbox *outbox)
{
    while (outbox->first != NULL)
        outbox_drop(outbox);
}
