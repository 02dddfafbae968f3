/* expect: one at a time */

static void on_answer(struct client *client, size_t count)
{
    client->own[TRIES] = 0;
    if (count > 0)
        client_wait(client, PAUSE_MS);
    ask(client);
}
