/* expect: how many come back in one tenth of the time is 0 */

void client_cut(struct client *client, uint32_t random)
{
    (void)random;
    int wait_ms = bound_of(client);
    client->failures++;
    network_set_timer(client->network, wait_ms);
}
