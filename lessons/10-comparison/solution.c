/* solution.c -- long polling that takes a breath. The real
 * client/long_polling.c asks again at once, and lets the messages of a busy
 * moment be batched by the trip; its back-off is client/backoff.c, which is
 * also random: there are others. */
#include "lessons/10-comparison/exercise.h"

enum {
    HOLD_MS = 25000, /* before the proxy gives up */
    PAUSE_MS = 100,  /* in which messages gather */
    RETRY_MS = 1000,
    RETRY_MAX_MS = 10000,
};

enum { TRIES }; /* places of client->own */

static void ask(struct client *client)
{
    client_ask(client, client->newest, HOLD_MS);
}

static void on_answer(struct client *client, size_t count)
{
    client->own[TRIES] = 0;
    if (count > 0)
        client_wait(client, PAUSE_MS);
    else
        ask(client);
}

static void on_failed(struct client *client)
{
    int wait_ms = RETRY_MS;
    for (int64_t i = 0; i < client->own[TRIES] && wait_ms < RETRY_MAX_MS; i++)
        wait_ms *= 2;
    client->own[TRIES]++;
    client_wait(client, wait_ms < RETRY_MAX_MS ? wait_ms : RETRY_MAX_MS);
}

const struct technique own_technique = {
    .name = "long polling with a pause",
    .start = ask,
    .on_answer = on_answer,
    .on_failed = on_failed,
    .on_due = ask,
};
