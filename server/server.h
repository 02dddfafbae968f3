/* server.h -- accept connections, find who serves their requests. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "common/conn.h"
#include "common/http.h"
#include "common/ws_conn.h"
#include "server/channel.h"
#include "server/exchange.h"

enum { LISTENERS_MAX = 8, ORIGINS_MAX = 16 };

/* What an operator can set; all of it borrowed. */
struct server_options {
    const char *origins[ORIGINS_MAX]; /* that pages may come from, besides our
                                         own; "*": any */
    size_t origin_count;
    size_t max_connections;
    uint32_t max_message; /* bytes */
    uint32_t max_payload; /* the same for Engine.IO, told to its clients */
    size_t max_sessions;  /* of Engine.IO; more are refused with 503 */
    int join_ms;          /* for a client of Socket.IO to join */
    int apart_ms;         /* what follows the answer to CONNECT */
    int recovery_ms;      /* Socket.IO: who was away so long; 0: nobody */
    int long_poll_timeout_ms;
    int heartbeat_ms;
    struct ws_patience patience;
};

/* The values of limits.h. */
struct server_options server_default_options(void);

/* Counted since the start, for /metrics. */
struct counters {
    uint64_t accepted, upgrades;
};

struct listener {
    struct watch watch;
    struct server *server;
    const char *unix_path; /* to be removed at the end; or NULL */
};

struct eio_hub;
struct chat;
struct sio;

struct server {
    struct loop *loop;
    struct server_options options;
    struct exchange_host http;
    size_t crowd; /* the most connections since memory was given back */
    struct conn_set leaving; /* that were one too many */
    struct channels *channels;
    struct eio_hub *engineio; /* that returns every message */
    struct sio *socketio;     /* without applications at first, but for */
    struct chat *chat;
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    struct counters counters;
    struct timer brake; /* until then, some who publish wait */
    struct timer pause; /* no accepting until then: descriptors ran out */
    bool is_paused;
    int64_t started_ms;
};

/* ALLOW_ANY: the transport itself refuses methods and origins. ALLOW_UPGRADE:
 * nothing but a GET, whose answer is another protocol and no page. */
enum {
    ALLOW_GET = 1,
    ALLOW_POST = 2,
    ALLOW_OTHER = 4,
    ALLOW_ANY = 7,
    ALLOW_UPGRADE = 8,
};

/* One way to talk: the requests it answers and how. Every file of server/ that
 * is named after a concept exports one. */
struct transport {
    const char *path; /* "/polling" */
    unsigned allowed; /* methods; HEAD goes with GET, OPTIONS is always there */
    void (*serve)(struct exchange *exchange,
                  const struct http_request *request);

    /* What it keeps for a server: made with it, told that the server will end,
     * freed when no connection is left. NULL: there is nothing. */
    void (*open)(struct server *server);
    void (*shutdown)(struct server *server);
    void (*close)(struct server *server);
};

extern const struct transport polling, long_polling, streaming, websocket, echo;
extern const struct transport engineio, socketio, chat_page, health, metrics;

/* That of the pages for people; NULL when none of them has this path. */
const struct transport *pages_transport(struct slice path);

/* Answer with the page that the request's path names. */
void pages_serve(struct exchange *exchange, const struct http_request *request);

/* Whose connection it is. */
static inline struct server *server_of_conn(const struct conn *conn)
{
    return CONTAINER(conn->set, struct server, http.conns);
}

/* A server without a listener. */
struct server *server_new(struct loop *loop,
                          const struct server_options *options);

/* Listen on an address and port, or on a path. Returns the port (0 for a path),
 * or -1 and the cause in `why` (static text). */
int server_listen(struct server *server, const char *address, const char *port,
                  const char **why);
int server_listen_unix(struct server *server, const char *path,
                       const char **why);

/* Stop accepting, tell everybody, and stop the loop when the last one has gone
 * or SHUTDOWN_MS are over. */
void server_shutdown(struct server *server);

/* Close what is open and free it. */
void server_free(struct server *server);

/* May a page of this origin talk to us (RFC 6454)? Our own may, and those of
 * --allow-origin; who says none is no browser. *origin, if not NULL: which of
 * those, from 1; or 0. */
bool server_allows_origin(const struct server *server,
                          const struct http_request *request, uint8_t *origin);

/* The channel and the place in it that a request names: ?channel=, ?after= or
 * Last-Event-ID, ?instance=. False when the request was refused instead. */
bool server_find_place(struct exchange *exchange,
                       const struct http_request *request,
                       struct channel **channel, struct place *place);

/* The longest text that may be published, in bytes. */
uint32_t server_text_max(const struct server *server);

/* Publish what a connection has sent. While subscribers cannot follow, it is
 * not served again for BRAKE_MS. Returns the message's number. */
uint64_t server_publish(struct conn *conn, struct channel *channel,
                        struct slice text);

/* POST: publish the body to a channel; 201 and {"id":8}. */
void server_publish_body(struct exchange *exchange,
                         const struct http_request *request);

#endif
