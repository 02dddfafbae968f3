/* expect: the time in ms until it was back the second time is */

static void on_answer(struct client *client, size_t count)
{
    if (count > 0)
        client_wait(client, PAUSE_MS);
    else
        ask(client);
}
