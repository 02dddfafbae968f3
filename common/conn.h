/* conn.h -- one connection between a descriptor and two buffers.
 *
 *      kernel --receive--> in --(protocol)--> out --send--> kernel
 *
 * It owns the descriptor and both buffers. Who understands the bytes is the
 * protocol, and an upgrade is one assignment to conn->protocol. Client and
 * server use the same connection.
 *
 *      OPEN --conn_drain--> DRAINING --both ended, or time over--> CLOSED
 *        `---------------------------conn_close----------------------^
 *
 * While a protocol is being served, `in` and `out` are lent by the loop: an
 * idle connection holds no buffer, and what one read brought is answered by one
 * send.
 */
#ifndef COMMON_CONN_H
#define COMMON_CONN_H

#include "common/buf.h"
#include "common/loop.h"
#include "common/net.h"

struct conn;

struct protocol {
    const char *name; /* for the log */

    /* conn->in grew, or may be read on (conn_may_serve, conn_resume). What is
     * left in it is kept for the next call. */
    void (*on_bytes)(struct conn *conn);

    /* `out` was full and has room again. NULL: never mind. */
    void (*on_drained)(struct conn *conn);

    /* The peer sends no more but may still read. NULL: close the connection. */
    void (*on_end)(struct conn *conn);

    /* This end is going away: say so to the peer as the protocol can, and
     * drain. */
    void (*on_shutdown)(struct conn *conn);

    /* The last call; conn->why says what happened. Free conn->session here. */
    void (*on_closed)(struct conn *conn);
};

/* All connections of one end, and what they have in common. */
struct conn_set {
    struct loop *loop;
    struct conn *first;
    struct conn *waiting; /* conn_wait() */
    size_t count;
    uint64_t bytes_in, bytes_out; /* so far, for metrics */
    struct net_traffic *closed;   /* what closed connections carried is added to
                                   it; NULL: nobody wants to know */
    void (*on_reaped)(struct conn_set *set); /* one is gone; NULL: never mind */
};

enum conn_state { CONN_OPEN, CONN_DRAINING, CONN_CLOSED };

struct conn {
    struct watch watch;
    struct conn_set *set;
    struct conn *next, **link; /* in set->first */
    struct conn *next_waiting; /* in set->waiting */
    const struct protocol *protocol;
    void *session;   /* the protocol's own state */
    const char *why; /* it closes; static text */
    struct buf in, out;
    struct deferred later; /* to serve what is left in `in`, or to free */
    struct timer timer;    /* held, stalled, or draining for too long */
    struct net_peer peer;
    uint32_t owed;       /* bytes to be taken before the timer is due */
    uint8_t state;       /* enum conn_state */
    uint8_t inset_count; /* of the loop's, while it is served */
    bool is_served;      /* on_bytes is running: buffers are lent */
    bool is_waiting;     /* conn_wait() */
    bool is_held;        /* conn_hold() */
    bool has_drained;    /* on_drained is due */
    bool has_ended;      /* the peer sends no more */
    bool said_end;       /* nor do we */
};

/* Take over `fd`, which is non-blocking. The connection frees itself at the end
 * of the turn in which it was closed. NULL, and the descriptor closed, when the
 * loop cannot watch it. */
struct conn *conn_new(struct conn_set *set, int fd, const struct net_peer *peer,
                      const struct protocol *protocol, void *session);

/* "host:port" of the peer. Returns `name`. */
const char *conn_name(const struct conn *conn, char name[NET_NAME_MAX]);

/* May on_bytes take another message out of conn->in? Not when the connection
 * closes, waits, or `out` is over its limit; then on_bytes is called again once
 * it has drained, or been woken. */
bool conn_may_serve(const struct conn *conn);

/* Does the peer not read as fast as we write? What can wait should. */
bool conn_is_full(const struct conn *conn);

/* Send what waits, and what comes behind it no sooner than `delay_ms` from now:
 * a peer that reads at once reads it apart. 0: only send what waits.
 * conn_drain() ends it. */
void conn_hold(struct conn *conn, int delay_ms);

/* Have on_bytes called at the end of this turn if `in` holds anything, as when
 * a request that was answered late has others behind it. */
void conn_resume(struct conn *conn);

/* Take nothing more from this peer until conn_set_wake(): others cannot follow.
 * Its requests wait in conn->in and in the kernel. */
void conn_wait(struct conn *conn);

/* Let all connections of a set that wait go on at the end of this turn. */
void conn_set_wake(struct conn_set *set);

/* Send what the kernel takes of conn->out now; the loop sends the rest. To be
 * called after appending to conn->out outside on_bytes(). */
void conn_flush(struct conn *conn);

/* Send `bytes` behind what waits in conn->out: at once and without a copy where
 * the kernel takes them. Long ones that on_bytes has taken out of conn->in are
 * borrowed from there until it returns. */
void conn_write(struct conn *conn, struct slice bytes);

/* Close when conn->out is sent and the peer has ended too, so that no reset
 * overtakes the last bytes (RFC 9112, 9.6); or when it takes too little of
 * them, for DRAIN_MS. Or close now, dropping what is unsent. Both may be called
 * twice; `why` is static text and the first one counts. */
void conn_drain(struct conn *conn, const char *why);
void conn_close(struct conn *conn, const char *why);

/* Tell every connection of a set that this end goes away. */
void conn_set_shutdown(struct conn_set *set);

/* Close every connection of a set now. */
void conn_set_close(struct conn_set *set, const char *why);

#endif
