/* expect: how often "Ann is typing" is shown is 0 */

void client_hear(struct client *client, uint64_t number, const char *text)
{
    if (number <= client->after)
        return;
    if (number != 0)
        client->after = number;
    network_show(client->network, text);
}
