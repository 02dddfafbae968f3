/* solution.c -- a client that comes back. The real one is client/socketio.c
 * with client/backoff.c, and client/role.c, which keeps the place. */
#include "lessons/14-reconnection/exercise.h"

void client_start(struct client *client)
{
    network_listen(client->network, client); /* once, not at each connection */
    client_due(client);
}

void client_connected(struct client *client, uint64_t instance)
{
    client->failures = 0;
    if (client->instance != instance)
        client->after = 0; /* the other server's numbers say nothing here */
    client->instance = instance;
}

/* Doubled for each failure; compared before it is doubled. */
static int bound_of(const struct client *client)
{
    int bound_ms = client->first_ms;
    for (int i = 0; i < client->failures; i++) {
        if (bound_ms > client->most_ms / 2)
            return client->most_ms;
        bound_ms *= 2;
    }
    return bound_ms;
}

void client_cut(struct client *client, uint32_t random)
{
    uint64_t choices = (uint64_t)bound_of(client) + 1;
    client->failures++;
    network_set_timer(client->network, (int)(random * choices >> 32));
}

void client_due(struct client *client)
{
    network_connect(client->network, client->after, client->instance);
}

void client_hear(struct client *client, uint64_t number, const char *text)
{
    if (number != 0 && number <= client->after)
        return;
    if (number != 0)
        client->after = number;
    network_show(client->network, text);
}
