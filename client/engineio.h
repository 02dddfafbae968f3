/* engineio.h -- a session, and what carries it (Engine.IO protocol 4).
 *
 *      GET  ?EIO=4&transport=polling            -> 0{"sid":...}
 *      GET  ...&sid=SID    waits                -> what the server says, again
 *      POST ...&sid=SID    what we say          -> ok            and again
 *      GET  ...&sid=SID&transport=websocket     -> 101
 *           2probe --> 3probe <-- polling comes to rest, 5 -->
 *
 * A session that begins with WebSocket has the first packet there and no probe.
 * The owner gets messages, whatever carried them; nothing is lost or reordered
 * when the transport changes.
 *
 *      eio_open --> on_open --> on_message ... --> on_closed
 */
#ifndef CLIENT_ENGINEIO_H
#define CLIENT_ENGINEIO_H

#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"
#include "client/outbox.h"
#include "client/outcome.h"
#include "client/refusal.h"
#include "common/engineio.h"
#include "common/websocket_handshake.h"
#include "common/ws_conn.h"

struct eio_session;

enum eio_transport { EIO_NO_TRANSPORT, EIO_POLLING, EIO_WEBSOCKET };

/* Which transports there are, best first; zeroed: polling, then WebSocket. */
struct eio_transports {
    enum eio_transport first, second;
    bool has_no_upgrade; /* polling stays polling */
};

/* Where a session is to be; borrowed by it. */
struct eio_config {
    struct client_config http; /* its URL gives the host, */
    struct slice path;         /* this the path: "/engine.io/" */
    struct slice query;        /* percent-encoded; may be empty */
    struct eio_transports transports;
};

/* Who uses the messages. None of these is called from within a function of the
 * session. */
struct eio_handler {
    void (*on_open)(struct eio_session *session);
    /* A message; borrowed for the call. */
    void (*on_message)(struct eio_session *session, bool is_binary,
                       struct slice data);
    /* Nothing waits any more, after something had to. NULL: never mind. */
    void (*on_drained)(struct eio_session *session);
    /* The last call: session->reason, outcome and why say what happened. The
     * session frees itself behind it. */
    void (*on_closed)(struct eio_session *session);
};

/*  OPENING --0{"sid":...}--> OPENED --eio_close--> CLOSING --all sent--> CLOSED
 *     \----------------------- whatever fails ---------------------------/ */
enum eio_state { EIO_OPENING, EIO_OPENED, EIO_CLOSING, EIO_CLOSED };

/*  NO_UPGRADE --open--> PROBING --3probe--> PAUSING --idle--> NO_UPGRADE
 *      ^                   \                   \        and over WebSocket
 *      '---- failed, or UPGRADE_MS are over; polling goes on
 *
 *  Idle: the last GET and the last POST are answered. */
enum eio_upgrade { EIO_NO_UPGRADE, EIO_PROBING, EIO_PAUSING };

enum { EIO_SID_MAX = 128 }; /* characters of a session's id */

struct eio_session {
    struct conn_set *set; /* these three are borrowed */
    const struct eio_config *config;
    const struct eio_handler *handler;
    void *user; /* the owner's own */

    enum eio_state state;
    struct eio_transports transports; /* that may be used, */
    enum eio_transport transport;     /* and the one that is */
    enum eio_upgrade upgrade;
    char sid[EIO_SID_MAX + 1];
    int heartbeat_ms;     /* no ping for so long: it is dead */
    uint32_t max_payload; /* bytes of one POST */
    struct outbox outbox; /* packets: a letter for the type, and data */
    struct timer timer;   /* opening, heartbeat, or closing */

    struct client getter, poster; /* of polling */
    struct buf body;              /* of the answer to a GET, to WebSocket too */
    int status;                   /* of that answer, */
    struct net_peer peer;         /* from there */
    struct deferred flush;        /* a POST, at the end of the turn */

    struct client upgrader; /* asks for WebSocket */
    struct ws_conn *ws;     /* NULL: none */
    char key[WS_KEY_SIZE];
    struct timer probe; /* the upgrade takes too long */

    struct deferred ending;
    const char *reason; /* of the protocol; static text */
    enum outcome outcome;
    char why[CLIENT_WHY_MAX]; /* for people */
};

/* ------------------------------------------------------ for the owner */

/* Begin a session. */
struct eio_session *eio_open(struct conn_set *set,
                             const struct eio_config *config,
                             const struct eio_handler *handler, void *user);

/* Send a message, at once or when the session is open. What waits is kept
 * without limit: see eio_unsent(). Nothing happens once the session closes. */
void eio_send(struct eio_session *session, bool is_binary, struct slice data);

/* Bytes that wait to be sent. */
size_t eio_unsent(const struct eio_session *session);

/* Can more be sent at once? Not during a POST, nor while a WebSocket is full:
 * what is volatile is dropped then. */
bool eio_is_writable(const struct eio_session *session);

/* Should there have been a ping by now? Then it is dead, and will be told so in
 * this turn: what can wait for the next session should. */
bool eio_is_overdue(const struct eio_session *session);

/* Close it behind what was sent, within `limit_ms`; on_closed follows with
 * "forced close", and no message comes before it. */
void eio_close(struct eio_session *session, int limit_ms);

/* Close it at once, without another word to the server; on_closed follows. */
void eio_drop(struct eio_session *session);

/* Read "polling,websocket" and the like. False: it is no list of one or two of
 * them. */
bool eio_read_transports(struct slice text, struct eio_transports *transports);

/* ------------------------------------------------------ for its transports */

/* Append the target of a request. */
void eio_append_target(const struct eio_session *session,
                       enum eio_transport transport, struct buf *out);

/* A packet has come. False: nothing more is wanted. */
bool eio_take(struct eio_session *session, const struct eio_packet *packet);

/* What it is that waits first in the outbox; borrowed from there. */
struct eio_packet eio_first(const struct eio_session *session);

/* What waited may have gone: if it has, tell the owner. */
void eio_sent(struct eio_session *session);

/* Send what waits, the way that it goes now. */
void eio_flush(struct eio_session *session);

/* The session ends, or is tried by another transport. `reason` is static text,
 * `why` borrowed for the call. */
void eio_fail(struct eio_session *session, const char *reason,
              enum outcome outcome, const char *why);

/* The same for an answer that is not 200 or 101, and for what is not of this
 * protocol. */
void eio_fail_refused(struct eio_session *session,
                      const struct refusal *refusal);
void eio_fail_weird(struct eio_session *session, const char *what);

/* engineio_polling.c: ask for more; say what waits; do neither any more. */
void eio_polling_init(struct eio_session *session);
void eio_poll(struct eio_session *session);
void eio_post(struct eio_session *session);
void eio_polling_stop(struct eio_session *session);

/* engineio_websocket.c: begin there, or probe whether it works; send what
 * waits; do none of it any more. */
void eio_websocket_init(struct eio_session *session);
void eio_websocket_open(struct eio_session *session);
void eio_websocket_flush(struct eio_session *session);
void eio_websocket_stop(struct eio_session *session);

/* Go over to the WebSocket that was probed, if polling has come to rest. */
void eio_upgrade_if_idle(struct eio_session *session);

/* Forget the probe, and go on polling. */
void eio_upgrade_stop(struct eio_session *session);

#endif
