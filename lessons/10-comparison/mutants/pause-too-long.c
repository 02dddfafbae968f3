/* expect: the longest delay in ms is */

static void on_answer(struct client *client, size_t count)
{
    client->own[TRIES] = 0;
    if (count > 0)
        client_wait(client, 10 * PAUSE_MS);
    else
        ask(client);
}
