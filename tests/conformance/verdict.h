/* verdict.h -- whether a case was passed, and if not, why. */
#ifndef TESTS_CONFORMANCE_VERDICT_H
#define TESTS_CONFORMANCE_VERDICT_H

#include <stdbool.h>

struct verdict {
    char why[200]; /* empty: passed so far */
};

/* Note why the case has failed, unless that is known. Returns false. */
bool verdict_fail(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
