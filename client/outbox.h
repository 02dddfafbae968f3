/* outbox.h -- messages that wait to be published, first in, first out. */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/slice.h"

struct outgoing;

/* A zeroed one is empty. */
struct outbox {
    struct outgoing *first, *last;
    size_t count; /* messages */
    size_t bytes; /* of them together */
};

/* Put a copy of `text` at the end. */
void outbox_put(struct outbox *outbox, struct slice text);

/* The first one; the box must not be empty. Borrowed until outbox_drop(). */
struct slice outbox_first(const struct outbox *outbox);

/* Forget the first one, or all. */
void outbox_drop(struct outbox *outbox);
void outbox_free(struct outbox *outbox);

#endif
