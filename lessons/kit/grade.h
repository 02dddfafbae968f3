/* grade.h -- an exercise's tests: sentences with points, told as stories.
 *
 *      ok      20 points  a response of 204 makes the next wait longer
 *      lost    20 points  no wait is longer than the upper bound
 *          1. the server answers 204 twenty times
 *          2. the 9th wait is 25600 ms, and 10000 was the bound
 *          what it printed:
 *              doubling 12800
 *          hint: which of two numbers is the wait, when one of them is too large?
 *          by hand: build/client polling http://127.0.0.1:8080 -v
 *
 * Each test runs in a process of its own with a time limit: a crash or a hang
 * costs that test alone. When several hang, the rest is not tried: all tests of a
 * lesson take under 10 s.
 */
#ifndef LESSONS_KIT_GRADE_H
#define LESSONS_KIT_GRADE_H

#include "lessons/kit/graded_test.h"
#include "lessons/kit/story.h"

/* Run the tests (the last one has no sentence), print the report and return the
 * exit status: 0, or 1 when points were lost. The environment says how:
 * HINTS=0..3 hints, FORMAT=text, json, junit or table (one line of lesson,
 * points, of). TEST=2 runs the second test alone, in this very process and
 * without a time limit, as a debugger likes it: it tells every case before it
 * is tried, prints what the exercise prints, and aborts where it is wrong. */
int grade(const char *lesson, const struct graded_test *tests);

#endif
