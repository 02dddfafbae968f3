/* weather_way.h -- one way of a connection: what came in, when it may leave.
 *
 *      arrived          cut into pieces       each with its moment
 *      "hello, world"   "hell" "o, w" "orld"  +100 ms  +100 ms  +104 ms
 *
 * No socket and no clock: the time is an argument. Pieces never overtake each
 * other, whatever jitter says, as TCP would put them in order again. At a rate,
 * a piece leaves when its last byte would have been sent.
 */
#ifndef LESSONS_WEATHER_WAY_H
#define LESSONS_WEATHER_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"
#include "lessons/weather_faults.h"

struct way {
    const struct faults *faults; /* borrowed */
    struct dice dice;            /* for the jitter */
    struct buf bytes;            /* that wait */
    struct buf arrivals;         /* of them: struct arrival */
    int64_t due_us;              /* of the piece at the head, or of the last */
    size_t piece;                /* bytes of it that have not left */
    bool has_piece;
};

enum way_state {
    WAY_EMPTY, /* nothing waits */
    WAY_WAITS, /* something does, for wait_ms more */
    WAY_PIECE, /* these bytes may leave */
    WAY_END,   /* and no more will come: say so */
};

struct piece {
    enum way_state state;
    int64_t wait_ms;    /* WAY_WAITS: until it is due */
    int64_t waited_ms;  /* WAY_PIECE: since it arrived */
    struct slice bytes; /* WAY_PIECE: borrowed until the next way_add() */
};

/* A way without anything on it; free it at the end. */
struct way way_of(const struct faults *faults, struct dice dice);
void way_free(struct way *way);

/* May more come in? Not while WAY_MAX bytes wait, or bytes arrived one by one
 * and remembering when takes as much. */
bool way_has_room(const struct way *way);

/* These bytes arrive now, or the end does. */
void way_add(struct way *way, struct slice bytes, int64_t now_us);
void way_end(struct way *way, int64_t now_us);

/* What is first on the way. Asking twice changes nothing. */
struct piece way_next(struct way *way, int64_t now_us);

/* `size` bytes of that piece have left; or the end has, and it is 0. */
void way_left(struct way *way, size_t size);

#endif
