#include "lessons/kit/arrival.h"

#include <stdlib.h>

#include "common/alloc.h"

/* Bytes before the first one: memory of no byte there is not, but there is the
 * end of one byte. */
static size_t spare_of(size_t size)
{
    return size == 0;
}

struct slice arrival_of(struct slice bytes)
{
    size_t spare = spare_of(bytes.size);
    char *memory = allocate(spare + bytes.size);
    if (bytes.size > 0)
        memcpy(memory, bytes.data, bytes.size);
    return (struct slice){memory + spare, bytes.size};
}

void arrival_free(struct slice arrival)
{
    if (arrival.data != NULL)
        free((char *)arrival.data - spare_of(arrival.size));
}

void arrival_fit(struct buf *in)
{
    struct slice copy = arrival_of(buf_slice(in));
    uint32_t spare = (uint32_t)spare_of(copy.size);
    uint32_t size = (uint32_t)copy.size;
    buf_free(in);
    *in = (struct buf){.data = (uint8_t *)copy.data - spare,
                       .head = spare,
                       .tail = spare + size,
                       .capacity = spare + size};
}
