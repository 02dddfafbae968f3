/* expect: messages that came twice is */

enum { CURSOR = TRIES + 1 };

static void ask(struct client *client)
{
    client_ask(client, (uint64_t)client->own[CURSOR], HOLD_MS);
}

static void on_answer(struct client *client, size_t count)
{
    client->own[TRIES] = 0;
    client->own[CURSOR] += count > 0;
    if (count > 0)
        client_wait(client, PAUSE_MS);
    else
        ask(client);
}
