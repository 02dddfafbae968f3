/* weather_relay.h -- accepts clients, each with a passage to the server. */
#ifndef LESSONS_WEATHER_RELAY_H
#define LESSONS_WEATHER_RELAY_H

#include "common/loop.h"
#include "lessons/weather_passage.h"

struct relay {
    struct passages passages;
    struct addrinfo *server; /* its addresses, to be tried in their order */
    struct watch watch;      /* of the listener */
    struct timer pause;      /* descriptors ran out */
};

/* A relay to a server that has these addresses, which it owns from now on. */
struct relay *relay_new(struct loop *loop, const struct faults *faults,
                        struct addrinfo *server);

/* Listen on 127.0.0.1. Returns the port; -1 and the cause, as net_listen(). */
int relay_listen(struct relay *relay, const char *port, const char **why);

/* Close every connection and free the relay, before the loop. */
void relay_free(struct relay *relay);

#endif
