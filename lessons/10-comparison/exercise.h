/* exercise.h -- a technique of your own, on a virtual clock.
 *
 *      start --> client_ask --> on_answer --> client_wait --> on_due --> client_ask ...
 *                         \---> on_failed --> client_wait --'
 *
 * The test is the network, the server and the clock: no second is waited for.
 * It weighs your technique beside polling and long polling, which are written
 * for the same interface in test_exercise.c: look there for how it is done.
 * client/role.h is the real one.
 *
 * Yours shall hear as soon as a long poll when messages are few, and ask no
 * more than 10 times a second when they are many:
 *
 *      messages                   delay                requests
 *      one every 3 s, by chance   half within 30 ms
 *      100 a second               none over 150 ms     10 a second
 *      none                                            one every 20 s, or fewer
 *
 * The server may be away; then a technique comes back by itself, asks seldom in
 * the meantime, and misses nothing; after an answer its patience begins anew.
 */
#ifndef LESSONS_10_COMPARISON_EXERCISE_H
#define LESSONS_10_COMPARISON_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

enum {
    TRIP_MS = 10,     /* from one end to the other */
    PROXY_MS = 30000, /* a proxy fails what is held for longer */

    /* bytes, with those of TCP and IP */
    REQUEST_SIZE = 210,
    ANSWER_SIZE = 300, /* without messages */
    MESSAGE_SIZE = 50,
};

/* One client that listens. Messages have the ids 1, 2, 3, ... */
struct client {
    int64_t now_ms;  /* since it began */
    uint64_t newest; /* the highest id that came; 0: none yet */
    int64_t own[4];  /* yours, zeroed at first */
};

/* Ask for the messages behind `after`. The server answers at once if there are
 * some, else with the first of them, or with none after `hold_ms`. on_answer or
 * on_failed follows. */
void client_ask(struct client *client, uint64_t after, int hold_ms);

/* Do nothing for so long; on_due follows. */
void client_wait(struct client *client, int ms);

/* Each of these ends with one client_ask() or one client_wait(). */
struct technique {
    const char *name;
    void (*start)(struct client *client);
    /* The answer brought so many messages; client->newest knows of them. */
    void (*on_answer)(struct client *client, size_t count);
    /* The server was not there, or the proxy did not want to wait any more. */
    void (*on_failed)(struct client *client);
    void (*on_due)(struct client *client);
};

extern const struct technique own_technique;

#endif
