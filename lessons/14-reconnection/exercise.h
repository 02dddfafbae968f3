/* exercise.h -- a client that comes back.
 *
 *      connected --cut--> waiting --due--> trying --> connected: "I have 7"
 *                            ^                |           8, 9 and what is new
 *                            +-----failed-----+
 *
 * The wait is anything from 0 up to a bound, which doubles with each failure:
 *
 *      failure      1          2          3          4
 *      wait      0 .. 100   0 .. 200   0 .. 400   0 .. 800   ...   0 .. most_ms
 */
#ifndef LESSONS_14_RECONNECTION_EXERCISE_H
#define LESSONS_14_RECONNECTION_EXERCISE_H

#include <stdbool.h>
#include <stdint.h>

struct network;

struct client {
    struct network *network;
    int first_ms; /* bound of the first wait, */
    int most_ms;  /* and of all */

    /* yours, zeroed in the beginning */
    int failures;      /* in a row */
    uint64_t after;    /* the number of the last message that was shown, */
    uint64_t instance; /* and the server that counted it; 0: none */
};

/* ------------------------------------------------------ what there is */

/* Call client_hear() for every message, on this connection and on all that
 * follow; twice for each, if this is called twice. */
void network_listen(struct network *network, struct client *client);

/* Try to connect, and ask for the messages behind `after` of that instance of
 * the server. client_connected() or client_cut() follows. */
void network_connect(struct network *network, uint64_t after,
                     uint64_t instance);

/* Call client_due() in so many milliseconds. */
void network_set_timer(struct network *network, int wait_ms);

/* Show a message to the user. */
void network_show(struct network *network, const char *text);

/* ------------------------------------------------------ what you write */

/* Begin: listen, and try to connect at once. Called once. */
void client_start(struct client *client);

/* A try went well, and this is the server's instance: another one after each
 * restart. Another one counts anew, and sends all that it has. */
void client_connected(struct client *client, uint64_t instance);

/* The connection was cut, or a try failed: set the timer. `random` is any
 * number, each as likely as another. */
void client_cut(struct client *client, uint32_t random);

/* The timer is due: try again. */
void client_due(struct client *client);

/* A message arrived: show it, unless it was shown before, as a server may send
 * again what it is not sure of. They come in order. Number 0 is one that is not
 * counted, as "Ann is typing": it is always shown. */
void client_hear(struct client *client, uint64_t number, const char *text);

#endif
