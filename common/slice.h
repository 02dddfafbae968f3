/* slice.h -- bytes that belong to someone else.
 *
 * A codec names parts of the buffer that it reads by slices: nothing is copied,
 * and nothing is freed. A slice is good for as long as the bytes behind it,
 * which is what the function that returns one says.
 */
#ifndef COMMON_SLICE_H
#define COMMON_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data; /* borrowed, not NUL-terminated */
    size_t size;
};

/* The bytes of `text`, without its NUL. */
static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, strlen(text)};
}

/* Is it the bytes of `text`, and no more? */
static inline bool slice_is(struct slice slice, const char *text)
{
    return slice.size == strlen(text) &&
           (slice.size == 0 || memcmp(slice.data, text, slice.size) == 0);
}

/* The same, while A to Z and a to z are equal (the case of RFC 9110 and of
 * ASCII, whatever the locale). */
static inline bool slice_is_any_case(struct slice slice, const char *text)
{
    if (slice.size != strlen(text))
        return false;
    for (size_t i = 0; i < slice.size; i++) {
        char a = slice.data[i], b = text[i];
        if (a >= 'A' && a <= 'Z')
            a = (char)(a + ('a' - 'A'));
        if (b >= 'A' && b <= 'Z')
            b = (char)(b + ('a' - 'A'));
        if (a != b)
            return false;
    }
    return true;
}

/* Does it begin with the bytes of `text`? */
static inline bool slice_starts_with(struct slice slice, const char *text)
{
    size_t size = strlen(text);
    return slice.size >= size && memcmp(slice.data, text, size) == 0;
}

/* What is left without its first `size` bytes. */
static inline struct slice slice_from(struct slice slice, size_t size)
{
    if (size == 0) /* data may be NULL then */
        return slice;
    return (struct slice){slice.data + size, slice.size - size};
}

/* Take its first `size` bytes off. */
static inline void slice_skip(struct slice *slice, size_t size)
{
    *slice = slice_from(*slice, size);
}

/* Its bytes before the first `byte`; all of them if there is none. */
static inline struct slice slice_until(struct slice slice, char byte)
{
    const char *end =
        slice.size > 0 ? memchr(slice.data, byte, slice.size) : NULL;
    if (end != NULL)
        slice.size = (size_t)(end - slice.data);
    return slice;
}

/* Take the bytes before the first `separator` off, and the separator; all of
 * them if there is none. */
static inline struct slice slice_take(struct slice *rest, char separator)
{
    struct slice part = slice_until(*rest, separator);
    slice_skip(rest, part.size < rest->size ? part.size + 1 : part.size);
    return part;
}

#endif
