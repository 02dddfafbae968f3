/* exchange.h -- a request and its response, now or later (RFC 9112).
 *
 *      IDLE --bytes--> HEAD --> serve() --respond--> IDLE, or the end
 *                                 |  \--read_body--> BODY --> on_body()
 *                                 \--hold or begin--> LATER --respond or end--^
 *
 * There is one exchange for each HTTP connection; requests follow each other in
 * it. While a response is still to come, requests behind it wait in conn->in.
 */
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include "common/conn.h"
#include "common/http.h"
#include "common/http_date.h"

struct exchange;

/* What all exchanges of a server have in common. */
struct exchange_host {
    struct conn_set conns;
    /* Answer a request, now or later, or refuse it. */
    void (*route)(struct exchange *exchange,
                  const struct http_request *request);
    const char *const *origins; /* what struct exchange's `origin` counts */
    uint64_t requests, refused; /* so far, for /metrics */
    bool is_ending;             /* no connection is kept alive any more */
    int64_t date_until_ms; /* of the loop's clock: `date` is right until then */
    char date[HTTP_DATE_SIZE + sizeof "Date: \r\n" - 1]; /* the field */
};

struct response {
    int status;
    const char *type;   /* Content-Type; NULL: there is no body */
    const char *fields; /* more of them, each with its CRLF; NULL: none */
    struct slice body;
};

/* Who answers later: when the body of the request is there, or later still. */
struct holder {
    void (*on_body)(struct exchange *exchange,
                    struct slice body);         /* last call */
    void (*on_due)(struct exchange *exchange);  /* time is over */
    void (*on_gone)(struct exchange *exchange); /* nobody waits; last call */
    void (*on_shutdown)(struct exchange *exchange); /* the server will be */
    void (*on_drained)(struct exchange *exchange);  /* conn_is_full() no more */
};

enum exchange_state { EXCHANGE_IDLE, EXCHANGE_BODY, EXCHANGE_LATER };

struct exchange {
    struct conn *conn;
    struct http_parser parser;
    struct http_body body;       /* of the request: what is still to be read */
    struct buf received;         /* of it, until it is complete */
    const struct holder *holder; /* but in EXCHANGE_IDLE */
    void *user;                  /* whose request it is */
    struct timer timer;          /* for the peer, or for the holder */
    int64_t deadline_ms;         /* of peer or holder; the timer is not later */
    uint8_t state;               /* enum exchange_state */
    uint8_t origin;              /* server_allows_origin(); 0: no CORS fields */
    bool is_head;                /* answer without the body (RFC 9110, 9.3.2) */
    bool is_http_1_0;
    bool keep_alive;
    bool is_timed;   /* part of a request is here, and REQUEST_MS run */
    bool is_chunked; /* of a response that has begun */
};

/* Speak HTTP on a connection that was accepted. */
void exchange_start(struct exchange_host *host, int fd,
                    const struct net_peer *peer);

/* Answer with all of the response. If the body of the request was not read, the
 * connection ends behind it. */
void exchange_respond(struct exchange *exchange,
                      const struct response *response);

/* Answer with a status and a line of text that says why. */
void exchange_refuse(struct exchange *exchange, int status, const char *why);
void exchange_refuse_with(struct exchange *exchange, int status,
                          const char *fields, const char *why);

/* Read the body, at most `max` bytes (413), then call holder->on_body, which
 * borrows it. Says 100 when the client waits for that. */
void exchange_read_body(struct exchange *exchange, uint32_t max,
                        const struct holder *holder);

/* Answer later: holder->on_due is called after `delay_ms` unless the exchange
 * has been answered by then. */
void exchange_hold(struct exchange *exchange, const struct holder *holder,
                   int delay_ms);

/* Have on_due called after another `delay_ms`. */
void exchange_hold_on(struct exchange *exchange, int delay_ms);

/* Begin a response whose end is not known, in chunks or, for HTTP/1.0, until
 * the connection closes; exchange_hold() comes first. Then send pieces of it,
 * already in chunks if exchange->is_chunked; then end it. */
void exchange_begin(struct exchange *exchange, const struct response *response);
void exchange_end(struct exchange *exchange, const char *why);

/* The connection speaks another protocol from here on: append the head of the
 * 101 and free the exchange. Returns the connection. */
struct conn *exchange_upgrade(struct exchange *exchange);

#endif
