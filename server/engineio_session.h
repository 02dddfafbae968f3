/* engineio_session.h -- what the files of Engine.IO share.
 *
 * Everybody else wants engineio.h.
 *
 *      engineio.c             the session: heartbeat, sending, its end
 *      engineio_request.c     which session a request is for, or what is wrong
 *      engineio_polling.c     carried by two requests, GET and POST
 *      engineio_websocket.c   carried by a WebSocket, and how it gets there
 *
 *      polls carry it --2probe--> and are held up --5--> a WebSocket does
 *             ^---- the probe is over ----'
 *
 *      from each of these: why is set --> the application is told --> freed
 */
#ifndef SERVER_ENGINEIO_SESSION_H
#define SERVER_ENGINEIO_SESSION_H

#include "common/engineio.h"
#include "server/id.h"
#include "server/server.h"
#include "server/table.h"

struct eio_app;

struct eio_hub {
    struct server *server;
    const struct eio_app *app;
    void *user;
    struct table sessions;
    size_t open; /* those whose application was not told of the end */
};

/* What a session needs only as long as polls carry it. */
struct eio_polls {
    struct eio_session *session;
    struct buf waiting;     /* the payload of the next poll */
    struct exchange *poll;  /* that waits for it; or NULL */
    struct exchange *post;  /* whose body is arriving; or NULL */
    struct conn *posting;   /* whose body is taken right now; or NULL */
    struct ws_conn *probe;  /* that may take over; or NULL */
    struct timer probe_end; /* if it does not */
    bool is_probed;         /* it was answered: polls hold it up */
    bool owes_close;        /* a packet, in the payload behind `waiting` */
};

/* Small: there may be many that only wait. */
struct eio_session {
    struct table_link link;
    struct eio_hub *hub;
    void *user;
    struct ws_conn *ws_conn; /* that carries it; NULL: polls do */
    struct eio_polls *polls; /* NULL: nothing is left of it */
    const char *why;         /* it is at its end; NULL: it is open */
    struct timer timer;      /* for the next ping, or its pong; or the end */
    struct deferred later;   /* at the end of the turn: poll and end */
    char id[ID_SIZE];
    bool is_pinged;    /* and the pong has not come */
    bool has_patience; /* something else came, which counts once */
    bool wants_base64; /* even over WebSocket (b64=1) */
    bool is_told;      /* the application knows of the end */
    bool is_leaving;   /* we closed it: the last packets wait for a poll */
};

/* ------------------------------------------------------ engineio.c */

/* A session of this hub, without anything that carries it; then tell the
 * application. */
struct eio_session *eio_session_new(struct eio_hub *hub,
                                    const struct http_request *request);
void eio_open(struct eio_session *session, const struct http_request *request,
              const char *carrier);

/* The data of the open packet. */
void eio_append_open(struct buf *out, const struct eio_session *session);

/* The session with this id, if anything may still be said in it; or NULL. */
struct eio_session *eio_find(struct eio_hub *hub, struct slice id);

/* Do what a packet says. False: the client may not send it, and the session is
 * at its end. */
bool eio_take(struct eio_session *session, const struct eio_packet *packet);

/* The session is at its end; a poll that waits is told so with `last`. */
void eio_end(struct eio_session *session, enum eio_type last, const char *why);

/* Have polls answered, and the end told, when the turn is over. */
void eio_settle_later(struct eio_session *session);

/* ------------------------------------------------------ engineio_request.c */

/* What is wrong with a request: the codes of the genuine server. */
enum eio_error {
    EIO_UNKNOWN_TRANSPORT = 0,
    EIO_UNKNOWN_SID = 1,
    EIO_BAD_METHOD = 2,
    EIO_BAD_REQUEST = 3,
    EIO_FORBIDDEN = 4,
    EIO_BAD_VERSION = 5,
};

/* Say so, 400 or 403, with what helps in words; the connection may stay. */
void eio_refuse(struct exchange *exchange, enum eio_error error,
                const char *help);

/* ------------------------------------------------------ engineio_polling.c */

/* Begin by polling, with the answer to the handshake; or go on with a GET or a
 * POST of this session. */
void eio_polling_open(struct eio_session *session, struct exchange *exchange,
                      const struct http_request *request);
void eio_polling_serve(struct eio_session *session, struct exchange *exchange,
                       const struct http_request *request);

/* Answer the poll that waits with what waits for it, if both are there. */
void eio_polling_answer(struct eio_session *session);

/* Let a poll go that waits for nothing. */
void eio_polling_release(struct eio_polls *polls);

/* Free it; requests under way are refused. */
void eio_polling_free(struct eio_session *session);

/* ---------------------------------------------------- engineio_websocket.c */

/* A handshake, or a probe of a session that polls. */
void eio_websocket_open(struct eio_hub *hub, struct exchange *exchange,
                        const struct http_request *request);
void eio_websocket_probe(struct eio_session *session, struct exchange *exchange,
                         const struct http_request *request);

/* Send a packet; or those of a payload. */
void eio_websocket_send(struct eio_session *session,
                        const struct eio_packet *packet);
void eio_websocket_send_payload(struct eio_session *session,
                                struct slice payload);

/* Let go of the WebSocket, or of the probe: neither calls back any more. */
void eio_websocket_leave(struct eio_session *session, const char *why);
void eio_probe_leave(struct eio_polls *polls, const char *why);

#endif
