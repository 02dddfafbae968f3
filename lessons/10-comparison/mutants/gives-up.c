/* expect: it neither asks nor waits */

static void on_failed(struct client *client)
{
    (void)client;
}
