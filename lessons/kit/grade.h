/* grade.h -- an exercise's tests: sentences with points, told as stories.
 *
 *      ok      20 points  a response of 204 makes the next wait longer
 *      lost    20 points  no wait is longer than the upper bound
 *          1. the server answers 204 twenty times
 *          2. the 9th wait is 25600 ms, and 10000 was the bound
 *          hint: which of two numbers is the wait, when one of them is too large?
 *          by hand: build/client polling http://127.0.0.1:8080 -v
 *
 * Each test runs in a process of its own with a time limit: a crash or a hang
 * costs that test alone. A test tells what it does with story(), and ends at the
 * first expectation that is disappointed.
 */
#ifndef LESSONS_KIT_GRADE_H
#define LESSONS_KIT_GRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/slice.h"
#include "lessons/kit/graded_test.h"

/* Run the tests (the last one has no sentence), print the report and return the
 * exit status: 0, or 1 when points were lost. The environment says how:
 * HINTS=0..3 hints, FORMAT=text, json, junit or table (one line of lesson,
 * points, of). */
int grade(const char *lesson, const struct graded_test *tests);

/* ------------------------------------------------------ for tests */

/* One more step of what happened, as printf(3). */
void story(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with bytes behind it, CR and LF and whatever is not printable made
 * visible. */
void story_bytes(const char *what, struct slice bytes);

/* End the test here, with this as its last step. */
_Noreturn void lose(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

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
 * whole, one at a time, and in two parts, cut at every offset. */
void in_every_way(struct slice bytes,
                  void (*try_parts)(const struct slice *parts, size_t count));

#endif
