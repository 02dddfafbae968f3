/* client.h -- one HTTP request after another to one origin (RFC 9110, 9112).
 *
 *      client_begin  client_add_field ...  client_send
 *          on_head  on_piece ...  on_done           or, at any time, on_failed
 *
 * The connection is kept for the next request. If the server has closed it in
 * the meantime, it is opened again: silently, where nobody can tell the
 * difference (see is_once). An upgrade takes the connection out of here with
 * client_release().
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "client/dial.h"
#include "client/outcome.h"
#include "common/conn.h"
#include "common/http.h"
#include "common/url.h"

struct client;

/* Who is asked, and how, for all requests; borrowed by the client. */
struct client_config {
    const struct url *url;
    const char *const *fields; /* "Name: value", ended by NULL; NULL: none. They
                                  replace fields of ours with the same name */
    const char *proxy_command; /* NULL: connect to the URL's host */
    uint64_t *requests;        /* counted here, each try */
    uint64_t *connections;     /* likewise */
};

/* In each of these the client may be given the next request or be closed. */
struct client_handler {
    /* `response` is borrowed for the call. Status 101 comes only if the request
     * had is_upgrade set, and then it is the last call. */
    void (*on_head)(struct client *client,
                    const struct http_response *response);
    void (*on_piece)(struct client *client, struct slice piece);
    void (*on_done)(struct client *client);
    /* `why` is borrowed for the call. No connection is left. */
    void (*on_failed)(struct client *client, enum outcome outcome,
                      const char *why);
};

/*  IDLE --client_send--> DIALLING --connected--> ASKED --head--> READING
 *    ^                                                              |
 *    '---- body read, or failed, or client_close() <----------------' */
enum client_state {
    CLIENT_IDLE,
    CLIENT_DIALLING,
    CLIENT_ASKED,
    CLIENT_READING
};

enum { CLIENT_WHY_MAX = 256 }; /* characters of a cause, with the NUL */

struct client {
    struct conn_set *set; /* these three are borrowed */
    const struct client_config *config;
    const struct client_handler *handler;
    void *user; /* the owner's own */

    enum client_state state;
    struct dial dial;
    struct conn *conn;  /* NULL: none */
    struct buf request; /* being written; kept, to be sent a second time */
    enum http_method method;
    bool is_upgrade; /* 101 is welcome; set these between begin and send */
    bool is_once;    /* even a GET: what it was answered is gone */
    bool is_used;    /* the connection has carried a response */
    bool is_again;   /* the request was sent a second time */
    int patience_ms; /* with a silent server */
    struct timer timer;
    struct http_parser parser;
    struct http_body body;
    bool may_keep;         /* the connection, after this response */
    struct deferred retry; /* when the old connection is gone */
};

/* Get ready, without a connection. No callback comes from within these
 * functions. */
void client_init(struct client *client, struct conn_set *set,
                 const struct client_config *config,
                 const struct client_handler *handler, void *user);

/* Close the connection and forget the request; nothing is called back. The
 * client may be used again. */
void client_close(struct client *client);

/* Close, and free what it holds. */
void client_free(struct client *client);

/* Begin a request: its line, Host, User-Agent and the fields of the config. Not
 * while another is under way. `method` and `target` are in the form of RFC
 * 9112. */
void client_begin(struct client *client, const char *method,
                  struct slice target);

/* Add a field, unless the config has one with this name. */
void client_add_field(struct client *client, const char *name,
                      struct slice value);

/* Complete the request with `body` (data NULL: it has none) and send it. The
 * server may be silent for `patience_ms`; then it fails with
 * OUTCOME_TIMEOUT. */
void client_send(struct client *client, struct slice body, int patience_ms);

/* Give the connection away, in on_head for a 101: the bytes behind the head are
 * in conn->in; conn_resume() it when it has another protocol. */
struct conn *client_release(struct client *client);

/* Is a request under way? */
static inline bool client_is_busy(const struct client *client)
{
    return client->state != CLIENT_IDLE;
}

#endif
