/* expect: the number of requests that failed is */

static void on_failed(struct client *client)
{
    ask(client);
}
