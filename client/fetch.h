/* fetch.h -- ask for the messages behind the last one: what polling and long
 * polling have in common (RFC 6202, 2.1).
 *
 *      GET /polling?after=7  -->  200 and an array of them   there are some
 *                                 204 (or 304)               there are none
 *
 * One difference is left to its two users: when to ask again.
 */
#ifndef CLIENT_FETCH_H
#define CLIENT_FETCH_H

#include "client/role.h"

enum { ETAG_SIZE = 128 }; /* characters; a longer one is not used */

/* The session of a technique that fetches. */
struct fetch {
    void (*on_fetched)(struct listener *listener, size_t count);
    struct buf body;
    int status;
    char etag[ETAG_SIZE]; /* of the last answer, if it brought no message */
    int64_t asked_ms;
};

/* Ask, with this patience for the answer; on_fetched says how many messages it
 * brought, after they were heard. */
void fetch(struct listener *listener, int patience_ms,
           void (*on_fetched)(struct listener *listener, size_t count));

/* What both put into their struct technique. */
extern const struct client_handler fetch_handler;
void fetch_end(struct listener *listener);

#endif
