/* expect: the number of messages that never came is */

static void ask(struct client *client)
{
    client_ask(client, client->newest + 1, HOLD_MS);
}
