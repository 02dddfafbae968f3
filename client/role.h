/* role.h -- one client of one channel, whatever the technique.
 *
 *      listener_new --> on_open --> on_message ... --> on_cut --> on_open ...
 *      listener_stop --> on_stopped --> listener_free
 *
 * Each concept's file exports one struct technique. The program prints what a
 * listener hears; the comparison runs a thousand of them in one loop and
 * counts. No callback comes before listener_new() has returned.
 *
 * A listener by HTTP has two connections: one to receive, and, once something
 * is published, one for the POSTs. A WebSocket needs no second one.
 */
#ifndef CLIENT_ROLE_H
#define CLIENT_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "client/backoff.h"
#include "client/client.h"
#include "client/engineio.h"
#include "client/message.h"
#include "client/outbox.h"
#include "client/outcome.h"
#include "client/publish.h"
#include "client/refusal.h"
#include "common/conn.h"
#include "common/http.h"
#include "common/loop.h"
#include "common/net.h"
#include "common/slice.h"
#include "common/url.h"

/* What a listener has cost so far. */
struct costs {
    uint64_t requests;    /* HTTP requests, the WebSocket handshake too */
    uint64_t empty;       /* responses that brought no message */
    uint64_t connections; /* opened */
    uint64_t bytes_up, bytes_down; /* that the application gave and got */
    struct net_traffic traffic;    /* the same as the kernel counts it, packets
                                      too; 0 where it does not tell */
};

/* What may differ from listener to listener. Zeroed: as everybody likes it. */
struct listener_options {
    const char *channel; /* NULL: as the URL says, or the server's own choice */
    bool has_after;      /* begin behind this id, */
    uint64_t after;
    int interval_ms; /* polling: between two requests; 0: POLL_INTERVAL_MS */
    int attempts;    /* to connect again, in a row; -1: without end */
    const char *const *fields; /* "Name: value", ended by NULL; NULL: none. They
                                  replace fields of ours with the same name */
    const char *proxy_command; /* speak to its standard input and output */
    uint32_t max_message;      /* bytes; 0: MESSAGE_MAX */
    int ping_interval_ms;      /* WebSocket; 0: no pings of our own */
    const char *const *subprotocols; /* to offer, ended by NULL; NULL: none */
    bool is_echo; /* WebSocket, Engine.IO: send every message back, report
                     none */
    struct eio_transports transports; /* of Engine.IO */
};

struct listener;

/* What a listener tells its owner. Every field may be NULL but on_stopped. */
struct listener_handler {
    void (*on_open)(struct listener *listener); /* again after each cut */
    void (*on_message)(struct listener *listener, const struct heard *heard);
    /* One was accepted: answered with 201, or given to an open WebSocket. */
    void (*on_published)(struct listener *listener);
    /* One was not, or nobody can tell: why, and how a program would end. */
    void (*on_refused)(struct listener *listener, enum outcome outcome,
                       const char *why);
    /* The connection ended without our wish; the next try is `wait_ms` from
     * now. */
    void (*on_cut)(struct listener *listener, const char *why, int wait_ms);
    /* The last call: nothing more comes, and no connection is left. Free it
     * here or later. */
    void (*on_stopped)(struct listener *listener, enum outcome outcome,
                       const char *why);
};

/* How a concept does it. listener->session is its own state, zeroed at
 * first. */
struct technique {
    const char *name; /* MODE of the program */
    const char *path; /* on the server, if the URL has none */
    size_t session_size;
    const struct client_handler *receiver; /* of listener->receiver */
    /* Connect or ask, from listener->last_id on; again after each cut. */
    void (*start)(struct listener *listener);
    /* Give up what start() began; say goodbye where that takes no time. */
    void (*end)(struct listener *listener);
    /* Something waits in listener->outbox: listener_post(), or a way of its
     * own. */
    void (*publish)(struct listener *listener);
    /* Say goodbye and call listener_finish() when it is said; NULL: end()
     * does. */
    void (*stop)(struct listener *listener);
    /* Free what the session still holds after end(). NULL: nothing. */
    void (*free)(struct listener *listener);
};

extern const struct technique polling, long_polling, streaming, websocket,
    engineio;
extern const struct technique chat_polling, chat_websocket;

/*  CONNECTING --listener_opened--> OPEN
 *      ^  \                        /
 *   due|   listener_failed, may try again --> WAITING
 *      '----------------------------------------'
 *  any --listener_stop--> STOPPING --listener_finish--> STOPPED
 *  any --listener_failed, may not try again-------------^ */
enum listener_state {
    LISTENER_CONNECTING,
    LISTENER_OPEN,
    LISTENER_WAITING,
    LISTENER_STOPPING,
    LISTENER_STOPPED,
};

enum { LISTENER_INSTANCE_SIZE = 65 }; /* characters of it, with the NUL */

struct listener {
    const struct technique *technique; /* these four are borrowed */
    const struct url *url;
    const struct listener_handler *handler;
    const struct listener_options *options;
    void *user; /* the owner's own */

    enum listener_state state;
    bool is_held;          /* while CONNECTING: see listener_held() */
    uint64_t last_id;      /* of the newest message that was heard, */
    bool has_last_id;      /* if there was one */
    uint64_t published_id; /* the newest that a 201 told */
    char instance[LISTENER_INSTANCE_SIZE]; /* of the server; "": not told */

    struct conn_set conns;
    struct client_config config;
    struct client receiver;
    struct refusal refusal;     /* while it is read */
    void *session;              /* the technique's */
    struct outbox outbox;       /* what is to be published, */
    struct publisher publisher; /* and who does it by POST */
    struct buf scratch;         /* where a text is unescaped */
    struct costs counted;       /* see listener_costs() */

    struct backoff backoff;
    uint64_t random;    /* how long it waits; the owner may set it anew */
    struct timer timer; /* the next try, or the end of a goodbye */
    struct timer pause; /* the technique's: between two requests */
    struct deferred ending;
    enum outcome outcome; /* how it ended */
    char why[CLIENT_WHY_MAX];
};

/* ------------------------------------------------------ for the owner */

/* Listen to `url` from now on. What is pointed to is borrowed until the end. */
struct listener *listener_new(struct loop *loop,
                              const struct technique *technique,
                              const struct url *url,
                              const struct listener_handler *handler,
                              const struct listener_options *options);

/* After on_stopped only. */
void listener_free(struct listener *listener);

/* Publish `text`; a copy waits until it can be sent. on_published may be called
 * from within, where a WebSocket is open. */
void listener_publish(struct listener *listener, struct slice text);

/* How many bytes wait to be accepted, and how many messages. */
size_t listener_unsent_bytes(const struct listener *listener);
size_t listener_unsent(const struct listener *listener);

/* Say goodbye and stop; on_stopped follows within CLOSING_MS. What was not sent
 * is forgotten. */
void listener_stop(struct listener *listener);

/* A listener that stops shall be stopped within `limit_ms`. */
void listener_hurry(struct listener *listener, int limit_ms);

/* Close every connection now, as if the network had failed. on_cut follows,
 * unless the technique was between two requests: then it has lost nothing. */
void listener_cut(struct listener *listener, const char *why);

/* What it has cost so far, connections that are still open included. */
struct costs listener_costs(const struct listener *listener);

/* ------------------------------------------------------ for techniques */

/* The most bytes that a message object may have. */
uint32_t listener_message_limit(const struct listener *listener);

/* Append the target of a request: the URL's path and query, and the channel; to
 * listen, also from which message on, and in whose numbering. */
void listener_target(const struct listener *listener, bool is_post,
                     struct buf *out);

/* Whose numbering the messages have, if the server says so. */
void listener_set_instance(struct listener *listener, struct slice instance);

/* The server has agreed: `head` is that of its response. */
void listener_opened(struct listener *listener, const struct http_head *head);

/* The server has taken the question and lets it wait: what is to be published
 * does not. */
void listener_held(struct listener *listener);

/* A message object, or what another server sends in its place, arrived. Nothing
 * is reported twice. */
void listener_heard(struct listener *listener, struct slice json);
void listener_heard_raw(struct listener *listener, struct slice text,
                        bool is_binary);

/* The same for an array of them. False: it is none. */
bool listener_heard_array(struct listener *listener, struct slice json,
                          size_t *count);

/* It ended without our wish: try again, or stop with this outcome. */
void listener_failed(struct listener *listener, enum outcome outcome,
                     const char *why);

/* A response's status is none that we can use. What its body says about it is
 * read to be told; the technique hears no more of it. */
void listener_refused(struct listener *listener,
                      const struct http_response *response);

/* The goodbye is said. */
void listener_finish(struct listener *listener);

/* Send what waits in the outbox by POST. */
void listener_post(struct listener *listener);

/* One message of the outbox was accepted. */
void listener_published(struct listener *listener);

#endif
