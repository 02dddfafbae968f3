/* expect: it neither asks nor waits */
#include "lessons/10-comparison/exercise.h"

enum {
    HOLD_MS = 25000, /* before the proxy gives up */
    PAUSE_MS = 100,  /* in which messages gather */
};

static void ask(struct client *client)
{
    client_ask(client, client->newest, HOLD_MS);
}

static void on_answer(struct client *client, size_t count)
{
    if (count > 0)
        client_wait(client, PAUSE_MS);
    else
        ask(client);
}

static void on_failed(struct client *client)
{
    (void)client;
}

const struct technique own_technique = {
    .name = "long polling with a pause",
    .start = ask,
    .on_answer = on_answer,
    .on_failed = on_failed,
    .on_due = ask,
};
