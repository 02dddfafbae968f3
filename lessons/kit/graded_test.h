/* graded_test.h -- one test of an exercise: a sentence with its points. */
#ifndef LESSONS_KIT_GRADED_TEST_H
#define LESSONS_KIT_GRADED_TEST_H

enum { HINTS = 3 };

struct graded_test {
    const char *sentence; /* what a right solution does */
    int points;           /* those of a lesson are 100 in all */
    void (*run)(void);
    const char *hints[HINTS]; /* from a question to nearly the code */
    const char *by_hand;      /* a command that shows it; NULL: TEST=n */
};

#endif
