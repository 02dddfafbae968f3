/* limits.h -- every bound and every wait, on one screen.
 *
 * What a peer can make us store is bounded, and every wait has an end. A course may
 * turn these; those that an operator turns are options of the programs too.
 */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

enum { /* bytes, unless it says otherwise */
    /* the loop and its connections */
    LENT_READ_SIZE = 512 * 1024, /* one receive; 64 KiB messages like it large */
    LENT_WRITE_KEPT = 1024 * 1024, /* a lent buffer that grew past it shrinks */
    IN_LIMIT = 64 * 1024,    /* unparsed: over it we stop reading the peer, */
    OUT_LIMIT = 1024 * 1024, /* and unsent likewise */
    CONNECTIONS_MAX = 20000, /* connections; --max-connections */
    LISTEN_BACKLOG = 1024,   /* connections that wait to be accepted */
    ACCEPTS_PER_TURN = 64,   /* connections; the others get their turn too */

    /* HTTP; the limits of a head are in http.h */
    CHUNK_LINE_MAX = 1024,    /* a chunk's size and its extensions */
    TRAILER_MAX = 8 * 1024,   /* the trailer section */
    ANSWER_MAX = 64 * 1024 * 1024, /* body of a response, in the client */

    /* messages */
    MESSAGE_MAX = 16 * 1024 * 1024, /* WebSocket message, POST body;
                                       --max-message */

    /* channels */
    CHANNELS_MAX = 1000,      /* channels */
    CHANNEL_NAME_MAX = 64,    /* characters of a name */
    TEXT_MAX = 1024 * 1024,   /* one text that is published */
    CHANNEL_MESSAGES = 4096,  /* messages kept for who comes back */
    CHANNEL_BYTES = 4 * 1024 * 1024,   /* kept, but at least one message */
    CHANNELS_BYTES = 64 * 1024 * 1024, /* kept by all channels together */
};

enum { /* milliseconds */
    /* the server's patience with a peer */
    REQUEST_MS = 20000,    /* a request must be complete: 408 */
    KEEP_ALIVE_MS = 75000, /* between two requests, as nginx */
    STALL_MS = 20000,      /* a peer takes none of what we send */
    DRAIN_MS = 5000,       /* the last bytes before a close */
    MESSAGE_MS = 60000,    /* a WebSocket message that has begun */
    LONG_POLL_MS = 25000,  /* before a proxy gives up at 30 s (RFC 6202, 5.5);
                              --long-poll-timeout */
    HEARTBEAT_MS = 15000,  /* comment on a silent stream (HTML, 9.2.7) */
    PING_INTERVAL_MS = 25000, /* silence before a ping; --ping-interval */
    PING_TIMEOUT_MS = 20000,  /* and for its pong; --ping-timeout */
    CLOSING_MS = 3000,        /* for the answer to a close frame */
    SHUTDOWN_MS = 700,        /* for everyone, when the server ends */
    ACCEPT_PAUSE_MS = 1000,   /* descriptors ran out, none came free */
    RETRY_MS = 2000,          /* told to event streams (HTML, 9.2.6) */

    /* the client's */
    CONNECT_MS = 10000,        /* one address */
    ANSWER_MS = 30000,         /* a response's head, but for long polls */
    RECONNECT_MS = 1000,       /* first wait before another try, */
    RECONNECT_MAX_MS = 30000,  /* and the longest */
};

#endif
