/* input.h -- standard input, line by line, without waiting for it. */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include "common/loop.h"
#include "common/slice.h"

struct input {
    struct loop *loop;
    struct watch watch;
    struct timer timer; /* for files, which the loop cannot watch */
    struct buf line;    /* what is there of a line without its end */
    size_t scanned;     /* bytes of it without a LF */
    size_t line_max;
    uint64_t lines; /* so far */
    bool is_file, is_paused, has_ended;

    /* `line` is without its LF, borrowed for the call. A last line without one
     * counts as well. */
    void (*on_line)(struct input *input, struct slice line);
    /* Nothing more comes: `why` is NULL at the end of the input. */
    void (*on_end)(struct input *input, const char *why);
};

/* Read from now on. A line over `line_max` bytes ends it. */
void input_start(struct input *input, struct loop *loop, size_t line_max);

/* Read no more for now, or read on. Lines that were read already still come. */
void input_pause(struct input *input, bool is_paused);

/* Stop for good, and free. */
void input_stop(struct input *input);

#endif
