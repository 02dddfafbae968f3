/* report.h -- what the tests of an exercise came to, for people and for
 * programs: $FORMAT is text, table, json or junit.
 */
#ifndef LESSONS_KIT_REPORT_H
#define LESSONS_KIT_REPORT_H

#include <stdbool.h>

#include "lessons/kit/graded_test.h"

/* What became of one test. */
struct verdict {
    const struct graded_test *test;
    bool has_passed;
    bool has_broken; /* it crashed, leaked or hung, or was not tried: a hint
                        seldom fits, and is shown if $HINTS asks for it */
    bool has_hung;
    char *story;   /* a line for each step */
    char *printed; /* what the exercise printed itself */
};

struct report {
    const char *lesson;
    const struct format *format;
    int hints; /* how many of them to show */
    bool are_hints_asked_for;
    int points, of;
    int count, lost; /* tests */
    int first_lost;  /* its number, from 1 */
};

/* Print what stands before the first test; ends the program with 2 when $FORMAT
 * or $HINTS make no sense. */
void report_begin(struct report *report, const struct graded_test *tests);

/* Print what became of the next test. */
void report_add(struct report *report, const struct verdict *verdict);

/* Print the sum. */
void report_end(const struct report *report);

#endif
