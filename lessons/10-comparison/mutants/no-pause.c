/* expect: the number of requests in a minute is */

static void on_answer(struct client *client, size_t count)
{
    client->own[TRIES] = 0;
    (void)count;
    ask(client);
}
