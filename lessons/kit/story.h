/* story.h -- what a test does, told step by step, and what it expects.
 *
 *      1. 12 cases before this one were right
 *      2. a reserved bit (5.2)
 *      3. a server sends: a1 01 78 (3 bytes)
 *      4. what was heard: yours differs from its beginning on
 *
 * A test ends at the first expectation that is disappointed.
 */
#ifndef LESSONS_KIT_STORY_H
#define LESSONS_KIT_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/slice.h"

/* ------------------------------------------------------ telling */

/* One more step of what happened, as printf(3). */
void story(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first step of one more case of several that are alike. Of those before it
 * only the number is told: they were right. */
void story_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with bytes behind it: text in quotes, CR and LF and whatever is not
 * printable made visible; anything else in pairs of hexadecimal digits. */
void story_bytes(const char *what, struct slice bytes);
void story_case_bytes(const char *what, struct slice bytes);

/* The same in pairs of hexadecimal digits alone. Equal bytes are told by their
 * number, but each byte of the header stands for itself. */
void story_frame(const char *what, struct slice bytes, size_t header_size);

/* End the test here, with this as its last step. */
_Noreturn void lose(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* ------------------------------------------------------ expectations */

/* Lose unless it is so; `what` names the value: "the wait in ms". */
void expect_number(const char *what, long long came, long long expected);
void expect_between(const char *what, long long came, long long least,
                    long long most);
void expect_true(bool is_so, const char *sentence);
void expect_text(const char *what, struct slice came, const char *expected);

/* The same for bytes; the first that differs is shown. */
void expect_bytes(const char *what, struct slice came, struct slice expected);

/* Lose politely when the exercise still answers nothing: `what` is the function
 * to be written. */
void expect_written(bool is_written, const char *what);

/* Call `try_parts` for every way in which a network could deliver the bytes:
 * whole, one at a time, and in two parts, cut at every offset. Which way it was
 * is told of the one that was wrong. */
void in_every_way(struct slice bytes,
                  void (*try_parts)(const struct slice *parts, size_t count));

/* ------------------------------------------------------ for grade.c */

/* Tell it into this file from now on. `keeps_all`: also cases that were
 * right. */
void story_begin(FILE *file, bool keeps_all);

#endif
