/* limits.h -- every bound and every wait, on one screen.
 *
 * What a peer can make us store is bounded, and every wait has an end. A course
 * may turn these; those that an operator turns are options of the programs too.
 */
#ifndef COMMON_LIMITS_H
#define COMMON_LIMITS_H

enum { KIB = 1024, MIB = 1024 * KIB };

/* Bytes, or what it says. */
enum {
    /* one connection */
    LENT_READ_SIZE = 512 * KIB, /* one receive: messages like it large */
    SEND_IN_PLACE = 16 * KIB,   /* what is not copied to be sent */
    LENT_WRITE_KEPT = MIB,      /* a lent buffer that grew past it shrinks */
    IN_LIMIT = 64 * KIB,        /* unparsed: over it we read no more, */
    OUT_LIMIT = MIB,            /* and unsent likewise */
    TAKEN_MIN = 16 * KIB,       /* who takes less in STALL_MS does not read */
    PORTION_SIZE = 256 * KIB,   /* of a backlog, delivered at a time */

    /* all of them */
    CONNECTIONS_MAX = 20000, /* connections; --max-connections */
    CROWD_MIN = 100,         /* whose memory is given back when half has gone */
    TURNED_AWAY_MAX = 64,    /* more of them, that are told so with 503 */
    LISTEN_BACKLOG = 1024,   /* connections that wait to be accepted */
    ACCEPTS_PER_TURN = 64,   /* connections; the others get their turn too */

    /* HTTP */
    HTTP_LINE_MAX = 8 * KIB,  /* request line; RFC 9112, 3 asks for 8000 */
    HTTP_HEAD_MAX = 32 * KIB, /* all of a head, its empty line too */
    HTTP_FIELDS_MAX = 100,    /* lines in a head */
    CHUNK_LINE_MAX = KIB,     /* a chunk's size and its extensions */
    TRAILER_MAX = 8 * KIB,    /* the trailer section */
    ANSWER_MAX = 64 * MIB,    /* body of a response that the client keeps */
    REFUSAL_MAX = KIB,        /* and of one that says why not */

    /* messages */
    MESSAGE_MAX = 16 * MIB, /* WebSocket message, POST body; --max-message */
    TEXT_MAX = MIB,         /* one text that is published */

    /* Engine.IO and Socket.IO */
    PAYLOAD_MAX = 1000000,      /* the genuine maxPayload; --max-message */
    JSON_DEPTH_MAX = 100,       /* arrays in arrays: calls on our stack */
    SESSIONS_MAX = 100000,      /* sessions, whatever carries them */
    SIO_ATTACHMENTS_MAX = 10,   /* of one packet, as the genuine decoder */
    SIO_BUFFERS_MAX = 64 * MIB, /* bytes of all attachments of a packet; each
                                   client has us hold so much at the most, for
                                   MESSAGE_MS */
    SIO_JOINED_MAX = 64,        /* namespaces that a client is in */
    SIO_NAME_MAX = 256,         /* characters of one that is made for it */
    SIO_REFUSALS_MAX = 100,     /* CONNECTs in a row that are not let in */
    SIO_UNASKED_MAX = 100,      /* answers to what was never asked */
    SIO_QUESTIONS_MAX = 1000,   /* of one socket, that wait for an answer */
    SIO_ANSWERS_MAX = 16 * MIB, /* of all to one broadcast */
    SIO_KEPT_SOCKETS = 10000,   /* for who may come back; and for them */
    SIO_KEPT_EVENTS = 10000,    /* events */
    SIO_KEPT_BYTES = 64 * MIB,  /* of those */

    /* channels */
    CHANNELS_MAX = 1000,       /* channels */
    CHANNEL_NAME_MAX = 64,     /* characters of a name */
    CHANNEL_MESSAGES = 4096,   /* messages kept for who comes back */
    CHANNEL_BYTES = 4 * MIB,   /* kept, but at least one message */
    CHANNELS_BYTES = 64 * MIB, /* kept by all channels together */

    /* the chat */
    CHAT_NICKNAME_MAX = 32, /* bytes of a nickname */
    CHAT_HISTORY = 100,     /* messages for who does not say what it has */

    /* a client of Socket.IO */
    EMITTED_MAX = 16 * MIB, /* what an application may have waiting */
    HELD_MAX = MIB,         /* events that came before their CONNECT */
};

/* Milliseconds. */
enum {
    /* the server's patience */
    REQUEST_MS = 20000,       /* a request must be complete: 408 */
    KEEP_ALIVE_MS = 75000,    /* between two requests, as nginx */
    STALL_MS = 20000,         /* for a peer to take all, or TAKEN_MIN of it */
    DRAIN_MS = 5000,          /* the same with the last bytes before a close */
    MESSAGE_MS = 60000,       /* a WebSocket message that has begun; the
                                 attachments of a packet of Socket.IO */
    LONG_POLL_MS = 25000,     /* a proxy gives up at 30 s (RFC 6202, 5.5);
                                 --long-poll-timeout */
    HEARTBEAT_MS = 15000,     /* comment on a silent stream (HTML, 9.2.7) */
    PING_INTERVAL_MS = 25000, /* silence before a ping; --ping-interval */
    PING_TIMEOUT_MS = 20000,  /* and for its pong; --ping-timeout */
    CLOSING_MS = 3000,        /* for the answer to a close frame */
    UPGRADE_MS = 10000,       /* from a probe to the upgrade */
    PROBED_POLL_MS = 100,     /* a poll that holds up an upgrade */
    FAREWELL_MS = 30000,      /* until a session that we closed is fetched */
    JOIN_MS = 45000,          /* for the first CONNECT of Socket.IO;
                                 --connect-timeout */
    SHUTDOWN_MS = 700,        /* for everyone, when the server ends */
    BRAKE_MS = 1,             /* from message to message of who publishes, while
                                 a subscriber is half of what is kept behind */
    ACCEPT_PAUSE_MS = 1000,   /* descriptors ran out, none came free */
    RETRY_MS = 2000,          /* told to event streams (HTML, 9.2.6) */

    /* the client's */
    CONNECT_MS = 10000,          /* one address */
    ANSWER_MS = 30000,           /* a response's head */
    POLL_INTERVAL_MS = 1000,     /* polling: between two requests; --interval */
    RECONNECT_MS = 1000,         /* first wait before another try, */
    RECONNECT_MAX_MS = 30000,    /* and the longest; */
    SIO_RECONNECT_MAX_MS = 5000, /* as the genuine Socket.IO */
    EIO_OPEN_MS = 20000,         /* a handshake of Engine.IO, likewise */
    EIO_SPARE_MS = 5000,         /* a GET waits longer than the heartbeat */
    SIO_APART_MS = 10,           /* from CONNECT's answer to what follows */
    SIO_QUIET_MS = 100,          /* all is said and acknowledged: the end, */
    SIO_LINGER_MS = 1000,        /* or nobody has to answer, but somebody may */
    SIO_END_MS = 10000,          /* --commands: for what is under way then,
                                    looked at each SIO_LINGER_MS */
    SIO_ACK_MS = 10000,          /* an acknowledgement; then it is sent again */
};

#endif
