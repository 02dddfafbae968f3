/* exercise.c -- yours to write: the two ends of a handshake. See exercise.h. */
#include "lessons/07-websocket-handshake/exercise.h"

void accept_of(const char *key, char accept[ACCEPT_SIZE])
{
    (void)key;
    accept[0] = '\0'; /* not written yet */
}

int judge_handshake(const struct handshake *handshake)
{
    (void)handshake;
    return 0; /* not written yet */
}

bool is_agreed(const struct agreement *agreement, const char *key)
{
    (void)agreement;
    (void)key;
    return false; /* not written yet */
}
