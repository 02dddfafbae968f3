/* expect: the number of requests that the proxy gave up after 30 s is */

static void ask(struct client *client)
{
    client_ask(client, client->newest, 60000);
}
