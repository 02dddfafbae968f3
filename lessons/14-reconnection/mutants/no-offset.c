/* expect: the number that it asks behind is 0, and 1 was right */

void client_due(struct client *client)
{
    network_connect(client->network, 0, client->instance);
}
