/* expect: "a new 1" was not shown */

void client_connected(struct client *client, uint64_t instance)
{
    client->failures = 0;
    client->instance = instance;
}
