/* exercise.h -- keep a request until there is something to say.
 *
 *      ask behind 7, newest is 9    answer 8..9     at once
 *      ask behind 9, newest is 9    ... 10 comes    answer 10..10
 *                                   ... time over   answer nothing, 0..0
 *                                   ... it is gone  no answer: forget it
 *
 * There is no socket and no clock here: the test has a log of numbered
 * messages, and says what time it is.
 */
#ifndef LESSONS_05_LONG_POLLING_EXERCISE_H
#define LESSONS_05_LONG_POLLING_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

enum { PARKED_MAX = 100 }; /* requests that wait at the same time */

/* A request that waits. The fields are yours to change. */
struct parked {
    int request;
    uint64_t after;
    int64_t due_ms;
};

struct parking {
    int timeout_ms; /* so long a request is kept */
    void *user;

    /* The log: the numbers of the oldest message that is kept and of the
     * newest; 1 and 0 when there never was one. */
    uint64_t (*oldest)(void *user);
    uint64_t (*newest)(void *user);

    /* Answer a request with the messages first..last, or with nothing: 0, 0. A
     * client that has its answer may ask again before this returns. */
    void (*answer)(void *user, int request, uint64_t first, uint64_t last);

    struct parked parked[PARKED_MAX]; /* yours, zeroed at first */
    size_t count;
};

/* A client has everything up to `after` and asks for more: answer with all that
 * is behind it and kept, or park the request until there is something: behind
 * a number that does not exist yet there is nothing. No more than PARKED_MAX
 * ever wait. */
void parking_ask(struct parking *parking, int request, uint64_t after,
                 int64_t now_ms);

/* One message or several were published: answer everyone who waits, each from
 * its own place. */
void parking_published(struct parking *parking);

/* The connection of this request was cut: it is never answered, and another
 * request may have its number. No-op when it does not wait. */
void parking_gone(struct parking *parking, int request);

/* When does the time of the first one end? -1: nobody waits. */
int64_t parking_due(const struct parking *parking);

/* It is now_ms: answer those whose time has come with nothing. */
void parking_tick(struct parking *parking, int64_t now_ms);

/* The client's part: it asked behind `after`, and first..last came, or 0..0.
 * Returns the number to ask behind next. */
uint64_t cursor_next(uint64_t after, uint64_t first, uint64_t last);

#endif
