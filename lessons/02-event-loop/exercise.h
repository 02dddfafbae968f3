/* exercise.h -- lines out of whatever the network delivers, for many clients.
 *
 *      sent     one LF      two CR LF   three LF
 *      read     o   ne LF two CR   LF three   LF
 *      lines         one           two        three
 *
 * A line ends with LF; a CR right before it is not part of the line.
 */
#ifndef LESSONS_02_EVENT_LOOP_EXERCISE_H
#define LESSONS_02_EVENT_LOOP_EXERCISE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/slice.h"

enum {
    LINE_SIZE_MAX = 80, /* bytes before the LF */
    CLIENTS_MAX = 4,    /* one more is closed as soon as it has come */
};

enum line_result {
    LINE_NOT_WRITTEN, /* what the starter says */
    LINE_NEED_MORE,   /* `in` is empty; what there was of a line is kept */
    LINE_COMPLETE,    /* here it is */
    LINE_TOO_LONG,    /* final: more than LINE_SIZE_MAX bytes without LF */
};

/* What is remembered between two reads; zeroed: nothing. All of it is yours. */
struct line_reader {
    char bytes[LINE_SIZE_MAX];
    size_t size;
    bool is_complete;
};

/* Take the next line out of `in`, which moves on behind what was taken: to be
 * called again until it says LINE_NEED_MORE. `line` is good until the next
 * call. */
enum line_result line_next(struct line_reader *reader, struct slice *in,
                           struct slice *line);

/* A server that returns every line, with one LF, to the client that sent it. */
struct line_server {
    struct pollfd fds[1 + CLIENTS_MAX]; /* the first one is the listener's */
    struct line_reader readers[1 + CLIENTS_MAX]; /* of the same index */
    nfds_t count;                                /* of fds: at least 1 */
};

/* Wait with poll(2) until somebody is ready, but no longer than timeout_ms.
 * Then accept one if the listener is ready, and receive once from each client
 * that is. The descriptors are blocking ones. Who has ended, or sends a line
 * that is too long, is closed and forgotten. Returns true; false is what the
 * starter says. */
bool line_server_turn(struct line_server *server, int timeout_ms);

#endif
