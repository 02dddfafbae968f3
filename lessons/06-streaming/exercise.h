/* exercise.h -- read a response that does not end.
 *
 *      1c CR LF                    a chunk of 28 bytes (RFC 9112, 7.1):
 *      id: 8 LF                      a field of an event (HTML standard, 9.2)
 *      data: two lines LF            another one
 *      data                          ... which goes on in the next chunk
 *      CR LF                       the end of the chunk's data
 *
 * Chunks and events have nothing to do with each other, and neither with the
 * pieces that the network delivers.
 */
#ifndef LESSONS_06_STREAMING_EXERCISE_H
#define LESSONS_06_STREAMING_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/slice.h"

enum {
    LINE_SIZE = 256, /* bytes of a line; longer ones are STREAM_BAD */
    DATA_SIZE = 512, /* and of an event's data */
};

enum stream_result {
    STREAM_OPEN,  /* go on */
    STREAM_ENDED, /* the last chunk came */
    STREAM_BAD,   /* not chunked, or too long: hang up */
};

struct event {
    const char *type;  /* "message" unless the stream says otherwise */
    const char *id;    /* the last that was set, if only by an event before */
    struct slice data; /* its lines, with a LF between two */
};

/* Zeroed at first, but for on_event and user. */
struct stream {
    void (*on_event)(void *user, const struct event *event);
    void *user;

    /* What a request that goes on here says in Last-Event-ID; "": nothing. */
    char last_event_id[LINE_SIZE];

    /* Yours from here on: change them as you like. */
    int state;            /* where in a chunk */
    size_t left;          /* bytes of the chunk's data to come */
    char size[LINE_SIZE]; /* the size line, until its end came */
    size_t size_size;     /* bytes in it */
    char line[LINE_SIZE]; /* the event stream's line, until its end came */
    size_t line_size;     /* bytes in it */
    bool is_after_cr;     /* a LF that comes now belongs to the CR */
    char type[LINE_SIZE]; /* of the event that is being read, */
    char id[LINE_SIZE];   /* its id, */
    bool has_id;          /* if it has one, */
    char data[DATA_SIZE]; /* and its data */
    size_t data_size;     /* bytes in it */
};

/* The next bytes of the body, in whatever pieces they come. Calls on_event for
 * each event that is complete. After STREAM_ENDED and STREAM_BAD nothing more
 * is read. Needed of RFC 9112: chunks, sizes in hexadecimal, extensions (which
 * are ignored), and the last chunk with its empty line; no trailers. CR LF ends
 * the lines of chunks, and nothing else does.
 *
 * Of the HTML standard: lines end with LF, CR or CR LF; the fields event, data
 * and id; comments; one blank behind the colon is not part of the value. An
 * event without data is not dispatched. No byte order mark, no retry. */
enum stream_result stream_feed(struct stream *stream, struct slice bytes);

/* The connection broke, and another response begins: keep last_event_id, forget
 * what is not complete. An id counts from the blank line of its event on. */
void stream_restart(struct stream *stream);

#endif
