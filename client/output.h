/* output.h -- what was received, on standard output.
 *
 * A line for each message: its text, in which CR and LF are spelt \r and \n. On
 * a terminal all other control characters are spelt as well, so that nobody
 * writes to it what it would obey (CWE-150). With --json the line is the whole
 * object, and exact. A binary message is a data: URL (RFC 2397), with --json
 * {"binary":"..."}, both in base64.
 */
#ifndef CLIENT_OUTPUT_H
#define CLIENT_OUTPUT_H

#include "client/outcome.h"
#include "client/role.h"

struct output {
    struct loop *loop;
    struct buf pending; /* what this turn brought: one write(2) */
    struct deferred flush;
    struct watch reader; /* of a pipe: is it still there? */
    bool is_json;
    bool is_terminal;
    /* Nobody reads any more (| head -1): OUTCOME_DONE; or the disk is full, and
     * was complained of: OUTCOME_OTHER. */
    void (*on_broken)(struct output *output, enum outcome outcome);
    bool is_broken;
};

/* Write to standard output from now on. */
void output_start(struct output *output, struct loop *loop, bool is_json,
                  void (*on_broken)(struct output *, enum outcome));

/* Show a message, or bytes as they are (but escaped on a terminal), at the end
 * of this turn. */
void output_message(struct output *output, const struct heard *heard);
void output_bytes(struct output *output, struct slice bytes);

/* Write what waits now. */
void output_flush(struct output *output);

/* Flush and free. */
void output_stop(struct output *output);

#endif
