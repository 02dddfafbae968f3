/* buf.h -- a queue of bytes that grows.
 *
 * A connection has two: bytes that arrived and nobody has parsed yet, and bytes
 * that are encoded and the kernel has not taken yet. Codecs read one and write
 * the other, so no codec ever sees a socket.
 *
 *      data          data+head        data+tail      data+capacity
 *       |  consumed  |  unread bytes   |   room       |
 *
 * A zeroed struct buf is an empty buffer; there is no init function. Sizes have
 * 32 bits because every connection holds two, and most of the time both are
 * empty.
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "common/slice.h"

struct buf {
    uint8_t *data;     /* NULL until the first byte is appended */
    uint32_t head;     /* first unread byte */
    uint32_t tail;     /* one past the last unread byte */
    uint32_t capacity; /* bytes allocated at data */
};

/* What a buf begins with: room for a small response. */
enum { BUF_CAPACITY_MIN = 512 };

/* Free the bytes and leave an empty buffer. */
void buf_free(struct buf *buf);

/* The unread bytes: how many, where, and both. Borrowed until the next
 * append. */
static inline size_t buf_size(const struct buf *buf)
{
    return buf->tail - buf->head;
}
static inline uint8_t *buf_head(const struct buf *buf)
{
    return buf->data == NULL ? NULL : buf->data + buf->head;
}
static inline struct slice buf_slice(const struct buf *buf)
{
    return (struct slice){(const char *)buf_head(buf), buf_size(buf)};
}

/* Make room for `size` bytes at the tail and return where they go; the caller
 * writes them and then says with buf_added() how many they were. Out of memory,
 * or past 4 GiB, ends the program. */
uint8_t *buf_room(struct buf *buf, size_t size);
void buf_added(struct buf *buf, size_t size);

/* Copy to the tail: `size` bytes, the bytes of a slice, those of a string, and
 * as printf(3) does without the final NUL. */
void buf_append(struct buf *buf, const void *bytes, size_t size);
static inline void buf_append_slice(struct buf *buf, struct slice slice)
{
    buf_append(buf, slice.data, slice.size);
}
static inline void buf_append_text(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Append `number` in decimal digits. */
void buf_append_number(struct buf *buf, uint64_t number);

/* Forget `size` unread bytes from the head. What buf_head() returned stays
 * valid until the next append. */
void buf_consume(struct buf *buf, size_t size);

#endif
