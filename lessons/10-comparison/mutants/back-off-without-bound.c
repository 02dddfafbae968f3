/* expect: the time in ms until it was back is */

static void on_failed(struct client *client)
{
    int wait_ms = RETRY_MS;
    for (int64_t i = 0; i < client->own[TRIES]; i++)
        wait_ms *= 2;
    client->own[TRIES]++;
    client_wait(client, wait_ms);
}
