/* ending.h -- what became of a test's process that did not come to its end, by
 * what it printed: first what the exercise itself did, then a report of the
 * sanitizers or of assert(3).
 *
 *      size is 5
 *      ==7==ERROR: AddressSanitizer: heap-buffer-overflow on address ...
 *          #0 0x4f in buf_append common/buf.c:60
 *          #1 0x5a in take_frame lessons/08-.../exercise.c:41     the place
 *      SUMMARY: AddressSanitizer: heap-buffer-overflow ...        the cause
 */
#ifndef LESSONS_KIT_ENDING_H
#define LESSONS_KIT_ENDING_H

#include <stdio.h>

/* A process that ended with this status of waitpid(2). */
struct ending {
    const char *lesson; /* its folder is where a place is looked for */
    FILE *printed;      /* by the process */
    int status;
    int limit_s; /* it had so many seconds */
};

/* One more step of the story: "it crashed: SEGV at exercise.c:41 in
 * take_frame"; the place is the innermost call in the lesson's folder. */
void ending_tell(const struct ending *ending);

/* What the exercise printed until then, the first lines of it. Free it. */
char *ending_printed(const struct ending *ending);

#endif
