/* parts.h -- bytes that lie apart, sent as if they were one (sendmsg(2)).
 *
 *      out      |head|       |head|          |pong|
 *      in           |message|     |a message|
 *      parts    |head|message|head|a message|pong|
 *
 * What is long stays where it is: only what the kernel does not take is copied.
 */
#ifndef COMMON_PARTS_H
#define COMMON_PARTS_H

#include "common/buf.h"
#include "common/loop.h"
#include "common/net.h"

_Static_assert(NET_PARTS_MAX >= 2 * INSETS_MAX + 2, "all of them fit");

struct parts {
    struct slice list[NET_PARTS_MAX]; /* none is empty */
    uint8_t count;
};

/* All that is to be sent, in its order: `out` and amid it the insets, at most
 * INSETS_MAX, then `bytes`. Borrowed. */
void parts_list(struct parts *parts, struct slice out,
                const struct inset *insets, size_t inset_count,
                struct slice bytes);

/* Send them, as net_send() does: it may take less than all. */
ssize_t parts_send(const struct parts *parts, int fd);

/* Show the first `sent` bytes in the log, as sent to `name`. */
void parts_log(const struct parts *parts, size_t sent, const char *name);

/* Append to `rest` what is behind the first `sent` bytes. */
void parts_append_rest(const struct parts *parts, size_t sent,
                       struct buf *rest);

#endif
