/* expect: how often "Ann is typing" is shown is 4, and 1 was right */

void client_start(struct client *client)
{
    client_due(client);
}

void client_connected(struct client *client, uint64_t instance)
{
    client->failures = 0;
    network_listen(client->network, client);
    if (client->instance != instance)
        client->after = 0; /* the other server's numbers say nothing here */
    client->instance = instance;
}
