/* publish.h -- messages sent by POST, one after another (RFC 9110, 9.3.3).
 *
 *      next --> POST --201--> on_accepted --> next ...
 *                  \---no---> on_refused --/
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

struct publisher;

/* Who has messages to publish. Each of these may call publish_stop(). */
struct publisher_handler {
    /* What is to be published now, and the target of its POST, which is
     * appended. False: nothing, or not now. `text` is borrowed for the call;
     * the same one is asked for again until it was accepted or refused. */
    bool (*next)(struct publisher *publisher, struct slice *text,
                 struct buf *target);
    /* `id` is the number that the answer told; NULL: it told none. */
    void (*on_accepted)(struct publisher *publisher, const uint64_t *id);
    /* It was not, or nobody can tell: why, and how a program would end. */
    void (*on_refused)(struct publisher *publisher, enum outcome outcome,
                       const char *why);
};

/* A field of whoever has them. */
struct publisher {
    const struct publisher_handler *handler; /* borrowed */
    int attempts;         /* at one message, in a row; -1: without end */
    struct client client; /* a connection for POSTs alone */
    struct buf answer;
    int status;
    int retry_after_ms;
    struct backoff backoff;
    struct timer timer; /* the next try */
};

/* Get ready, without a connection. All of it is borrowed. */
void publish_init(struct publisher *publisher, struct conn_set *conns,
                  const struct client_config *config, int attempts,
                  const struct publisher_handler *handler);

/* Send what is to be published next, unless a POST is under way or a wait is
 * not over. */
void publish_more(struct publisher *publisher);

/* Close the connection, and nothing is called back. Or free everything. */
void publish_stop(struct publisher *publisher);
void publish_free(struct publisher *publisher);

#endif
