/* expect: the longest wait is 6400, and 5000 was right */

static int bound_of(const struct client *client)
{
    int bound_ms = client->first_ms;
    for (int i = 0; i < client->failures; i++) {
        if (bound_ms > 1000000)
            return client->most_ms;
        bound_ms *= 2;
    }
    return bound_ms;
}
