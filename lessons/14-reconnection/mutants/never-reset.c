/* expect: the longest wait is 5000, and 100 was right */

void client_connected(struct client *client, uint64_t instance)
{
    if (client->instance != instance)
        client->after = 0; /* the other server's numbers say nothing here */
    client->instance = instance;
}
