#include "common/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

/* Slide the unread bytes down to data[0], over those already consumed. These
 * must be no fewer, or a long queue that moves by a byte at a time would be
 * copied each time. */
static void compact(struct buf *buf)
{
    size_t size = buf_size(buf);
    memmove(buf->data, buf_head(buf), size);
    buf->head = 0;
    buf->tail = (uint32_t)size;
}

static void grow(struct buf *buf, size_t needed)
{
    size_t capacity = buf->capacity ? buf->capacity : BUF_CAPACITY_MIN;
    while (capacity < needed)
        capacity *= 2;
    if (capacity > UINT32_MAX)
        capacity = UINT32_MAX;
    assert(needed <= capacity);
    buf->data = reallocate(buf->data, capacity);
    buf->capacity = (uint32_t)capacity;
}

static void make_room(struct buf *buf, size_t size)
{
    if (buf->head > 0 && buf->head >= buf_size(buf))
        compact(buf);
    if (buf->capacity - buf->tail < size)
        grow(buf, buf->tail + size);
}

uint8_t *buf_room(struct buf *buf, size_t size)
{
    if (buf->capacity - buf->tail < size)
        make_room(buf, size);
    return buf->data + buf->tail;
}

void buf_added(struct buf *buf, size_t size)
{
    assert(size <= buf->capacity - buf->tail);
    buf->tail += (uint32_t)size;
}

void buf_append(struct buf *buf, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buf_room(buf, size), bytes, size);
    buf_added(buf, size);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    assert(size >= 0);
    char *room = (char *)buf_room(buf, (size_t)size + 1);
    vsnprintf(room, (size_t)size + 1, format, again);
    buf_added(buf, (size_t)size);
    va_end(again);
    va_end(arguments);
}

void buf_append_number(struct buf *buf, uint64_t number)
{
    char digits[20]; /* of UINT64_MAX */
    size_t first = sizeof digits;
    do
        digits[--first] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    buf_append(buf, digits + first, sizeof digits - first);
}

void buf_consume(struct buf *buf, size_t size)
{
    assert(size <= buf_size(buf));
    buf->head += (uint32_t)size;
    if (buf->head == buf->tail)
        buf->head = buf->tail = 0;
}
