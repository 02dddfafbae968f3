/* publish.h -- messages of an outbox, sent by POST, one after another (RFC
 * 9110, 9.3.3).
 *
 * The next one waits for the answer to the one before, so that they are
 * numbered in our order. A POST that broke in the middle is not repeated:
 * nobody can tell whether the message was published, and twice would be wrong
 * as well.
 */
#ifndef CLIENT_PUBLISH_H
#define CLIENT_PUBLISH_H

#include "client/backoff.h"
#include "client/client.h"

struct listener;

struct publisher {
    struct client client; /* a connection for POSTs alone */
    struct buf answer;
    int status;
    int retry_after_ms;
    struct backoff backoff;
    struct timer timer; /* the next try */
};

/* Get ready, without a connection. */
void publish_init(struct listener *listener);

/* Send what waits in listener->outbox, if the listener is open. */
void publish_more(struct listener *listener);

/* Close the connection; the outbox stays as it is. Or free everything. */
void publish_stop(struct listener *listener);
void publish_free(struct listener *listener);

#endif
