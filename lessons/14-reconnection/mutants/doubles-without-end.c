/* expect: signed integer overflow */

static int bound_of(const struct client *client)
{
    int bound_ms = client->first_ms;
    for (int i = 0; i < client->failures; i++)
        bound_ms *= 2;
    return bound_ms < client->most_ms ? bound_ms : client->most_ms;
}
