#include "common/parts.h"

#include "common/log.h"

static void add(struct parts *parts, struct slice bytes)
{
    if (bytes.size > 0)
        parts->list[parts->count++] = bytes;
}

void parts_list(struct parts *parts, struct slice out,
                const struct inset *insets, size_t inset_count,
                struct slice bytes)
{
    size_t at = 0; /* this is where `out` begins by now */
    parts->count = 0;
    for (size_t i = 0; i < inset_count; i++) {
        size_t size = insets[i].at - at;
        add(parts, (struct slice){out.data, size});
        add(parts, insets[i].bytes);
        out = slice_from(out, size);
        at = insets[i].at;
    }
    add(parts, out);
    add(parts, bytes);
}

/* Mostly there is one, and send(2) is cheaper than sendmsg(2). */
ssize_t parts_send(const struct parts *parts, int fd)
{
    return parts->count == 1 ? net_send(fd, parts->list[0])
                             : net_send_parts(fd, parts->list, parts->count);
}

void parts_log(const struct parts *parts, size_t sent, const char *name)
{
    for (size_t i = 0; i < parts->count && sent > 0; i++) {
        struct slice part = parts->list[i];
        size_t done = sent < part.size ? sent : part.size;
        log_bytes(name, '>', part.data, done);
        sent -= done;
    }
}

void parts_append_rest(const struct parts *parts, size_t sent, struct buf *rest)
{
    for (size_t i = 0; i < parts->count; i++) {
        struct slice part = parts->list[i];
        size_t done = sent < part.size ? sent : part.size;
        buf_append_slice(rest, slice_from(part, done));
        sent -= done;
    }
}
