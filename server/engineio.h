/* engineio.h -- sessions that outlive a connection (Engine.IO protocol 4).
 *
 *      GET  /engine.io/?EIO=4&transport=polling         -> 0{"sid":...}
 *      GET  ...&sid=SID    waits, as a long poll does   -> what is to be said
 *      POST ...&sid=SID    what the client says         -> ok
 *      GET  ...&sid=SID&transport=websocket, 101:
 *           2probe --> 3probe <-- 5 -->     from here on all goes that way
 *
 * A hub has the sessions of one path; its application gets messages, whatever
 * carried them.
 */
#ifndef SERVER_ENGINEIO_H
#define SERVER_ENGINEIO_H

#include "server/server.h"

struct eio_hub;
struct eio_session;

/* Who uses the messages. */
struct eio_app {
    const char *name; /* for the log */
    /* The handshake is done; `request` is borrowed for the call. */
    void (*on_open)(struct eio_session *session,
                    const struct http_request *request);
    /* A message; borrowed for the call. */
    void (*on_message)(struct eio_session *session, bool is_binary,
                       struct slice data);
    /* The last call; `reason` is one of "transport close", "transport error",
     * "ping timeout", "parse error", "forced close", "forced server close",
     * "server shutting down". Free the session's user here. */
    void (*on_closed)(struct eio_session *session, const char *reason);
};

/* No sessions yet. `user` is the application's own, eio_hub_user(). */
struct eio_hub *eio_hub_new(struct server *server, const struct eio_app *app,
                            void *user);
void *eio_hub_user(const struct eio_hub *hub);

/* End every session with "server shutting down". */
void eio_hub_shutdown(struct eio_hub *hub);

/* Free it; no session is called back any more. */
void eio_hub_free(struct eio_hub *hub);

/* How many sessions are open. */
size_t eio_hub_count(const struct eio_hub *hub);

/* Answer a request for the hub's path: any method, any transport. */
void eio_serve(struct eio_hub *hub, struct exchange *exchange,
               const struct http_request *request);

/* ------------------------------------------------------ one session */

/* Its hub; its id, which the client knows too: both as long as it lives. */
struct eio_hub *eio_session_hub(const struct eio_session *session);
const char *eio_session_id(const struct eio_session *session);

/* Keep something of the application's with it: NULL at first. */
void eio_session_set_user(struct eio_session *session, void *user);
void *eio_session_user(const struct eio_session *session);

/* The connection that brought a message, while on_message() is called; NULL
 * once the session closes. */
struct conn *eio_session_conn(const struct eio_session *session);

/* What is sent from now on comes `delay_ms` later than what was sent, and so
 * apart from it; over polling each answer is apart. */
void eio_hold(struct eio_session *session, int delay_ms);

/* Can more be sent at once? Not between two polls, nor while a WebSocket is
 * full: what is volatile is dropped then. */
bool eio_is_writable(const struct eio_session *session);

/* Send one message: over WebSocket at once, to a poll at the end of the turn,
 * or with the next one. Nothing happens once the session closes. A session
 * whose client does not fetch OUT_LIMIT of it is closed ("transport error").
 * Uses the loop's scratch. */
void eio_send(struct eio_session *session, bool is_binary, struct slice data);

/* Messages that go to many, encoded once for each transport. Zeroed: none; free
 * them at the end. */
struct eio_messages {
    struct buf frames;  /* for WebSocket */
    struct buf payload; /* for polls */
};

/* Put one more behind them. */
void eio_messages_add(struct eio_messages *messages, bool is_binary,
                      struct slice data);
void eio_messages_free(struct eio_messages *messages);

/* Send all of them, as eio_send() does one. */
void eio_send_messages(struct eio_session *session,
                       const struct eio_messages *messages);

/* Close it: a close packet, then the connection. on_closed(reason) follows at
 * the end of the turn; `reason` is static text. Behind what was sent before. */
void eio_close(struct eio_session *session, const char *reason);

#endif
