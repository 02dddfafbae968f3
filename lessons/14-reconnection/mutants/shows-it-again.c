/* expect: what is shown next: yours differs behind "message " */

void client_hear(struct client *client, uint64_t number, const char *text)
{
    if (number != 0)
        client->after = number;
    network_show(client->network, text);
}
