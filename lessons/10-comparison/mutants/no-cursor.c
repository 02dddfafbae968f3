/* expect: the number of messages that came twice is */

static void ask(struct client *client)
{
    client_ask(client, 0, HOLD_MS);
}
