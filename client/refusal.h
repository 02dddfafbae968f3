/* refusal.h -- what a server says about why it refuses (RFC 9110, 15.5: it
 * should explain itself in the body).
 *
 *      404 Not Found: no such page; / shows what there is
 *      {"code":5,"message":"Unsupported protocol version","help":"this is..."}
 */
#ifndef CLIENT_REFUSAL_H
#define CLIENT_REFUSAL_H

#include "client/client.h"

struct refusal {
    int status;
    struct buf body;
};

/* Is the body worth waiting for? Not if it is long, or of unknown length. */
bool refusal_is_short(const struct http_response *response);

/* Write the status and, in one line and escaped, what the body says, if it is
 * no page for people: the "help" or "message" of an object, or its first
 * line. */
void refusal_write(const struct refusal *refusal, char why[CLIENT_WHY_MAX]);

#endif
