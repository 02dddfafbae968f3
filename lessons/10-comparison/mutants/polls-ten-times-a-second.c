/* expect: the number of requests in an hour is */

static void ask(struct client *client)
{
    client_ask(client, client->newest, 0);
}

static void on_answer(struct client *client, size_t count)
{
    client->own[TRIES] = 0;
    (void)count;
    client_wait(client, PAUSE_MS);
}
