/* dial.h -- from a URL to a connection (RFC 9110, 4.2.1; RFC 8305, 4 and 5).
 *
 *      resolve --> address 1 --refused--> address 2 --connected--> on_connected
 *                                \--CONNECT_MS are over--> address 3 ...
 *
 * A name may have several addresses, and often only one of them answers:
 * localhost is ::1 and 127.0.0.1, and most servers listen on one. Each is tried
 * in its turn. Instead of a socket, a command may be given that carries the
 * bytes.
 */
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H

#include <sys/types.h>

#include "client/outcome.h"
#include "common/loop.h"
#include "common/net.h"
#include "common/url.h"

struct dial;

struct dial_handler {
    void (*on_connected)(struct dial *dial, int fd,
                         const struct net_peer *peer);
    /* `why` is borrowed for the call. */
    void (*on_failed)(struct dial *dial, enum outcome outcome, const char *why);
};

/* A field of whoever waits for the connection. A zeroed one does nothing. */
struct dial {
    struct loop *loop;
    const struct url *url; /* these three are borrowed */
    const char *command;
    const struct dial_handler *handler;
    struct addrinfo *addresses, *next; /* all, and those not tried yet */
    struct watch watch;                /* of the one being tried */
    struct timer timer;
    struct deferred start;
    struct net_peer peer;
    enum outcome outcome;
    char why[256]; /* the last address failed */
    pid_t pid;     /* of the command; 0: none */
    bool is_busy;
};

/* Connect to the URL's host, or run `command` (NULL: none) with %h and %p in
 * it replaced by host and port. The handler is called once, and not from
 * within. */
void dial_start(struct dial *dial, struct loop *loop, const struct url *url,
                const char *command, const struct dial_handler *handler);

/* End the command, if there is one. Returns its exit status; -1: a signal ended
 * it. */
int dial_end_command(struct dial *dial);

/* Give up: nothing is called back. Ends the command, too. */
void dial_stop(struct dial *dial);

#endif
