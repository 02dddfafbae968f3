/* exercise.h -- a room of a chat, in memory.
 *
 *      time    Ann             Bob             they hear
 *              joins
 *              says hi                         Ann: message 1 "Ann: hi"
 *                              joins           Bob: message 1 "Ann: hi"
 *                                              Ann: joined "Bob"
 *      0       a key                           Bob: typing "Ann"
 *      2000    a key
 *      5000                                    Bob: typed "Ann"
 */
#ifndef LESSONS_15_CHAT_EXERCISE_H
#define LESSONS_15_CHAT_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

enum {
    ROOM_KEPT = 20,     /* messages, the newest */
    ROOM_MEMBERS = 16,  /* nobody more comes */
    TYPING_MS = 3000,   /* without another key, nobody types any more */
    MESSAGE_SIZE = 100, /* bytes of "Ann: hi", with the NUL: none is longer */
};

/* ------------------------------------------------------ what there is */

struct member;

const char *member_name(const struct member *member);

/* Tell one member of an event. `number` is that of a message or how many are
 * lost, else 0; `text` is what is said or a name, or NULL. */
void member_hears(struct member *member, const char *event, uint64_t number,
                  const char *text);

/* ------------------------------------------------------ what you write */

/* All of it is yours; zeroed in the beginning. */
struct room {
    struct seat {
        struct member *member;
        int64_t typing_until_ms; /* 0: does not type */
    } seats[ROOM_MEMBERS];
    size_t seat_count;
    char kept[ROOM_KEPT][MESSAGE_SIZE]; /* number 1 in 0, 2 in 1, ... again */
    uint64_t newest;                    /* number of a message; 0: none */
};

/* Somebody comes in, who has the messages up to `after`; 0: none. The newcomer
 * hears, in this order,
 *
 *      lost N          if it had some, and the N behind them are not kept
 *      message N TEXT  for each that is kept behind `after`, the oldest first
 *      typing NAME     for each who types
 *
 * and then the others hear joined NAME. */
void room_join(struct room *room, struct member *member, uint64_t after);

/* Somebody leaves, and hears nothing any more. The others hear left NAME, which
 * says as well that this one does not type. */
void room_leave(struct room *room, struct member *member);

/* Somebody says something: all hear message N "NAME: TEXT", who says it too, so
 * that its number is known. It ends the typing: see room_tick(). */
void room_say(struct room *room, struct member *member, const char *text);

/* Somebody pressed a key. The others hear typing NAME, if they do not know. */
void room_type(struct room *room, struct member *member, int64_t now_ms);

/* Called now and then: the others hear typed NAME when TYPING_MS are over since
 * the last key; or before the message, if there is one. */
void room_tick(struct room *room, int64_t now_ms);

#endif
