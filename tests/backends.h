/* backends.h -- a group of tests, once with each backend of the loop. */
#ifndef TESTS_BACKENDS_H
#define TESTS_BACKENDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/loop.h"

/* Run the tests, each of them between `set_up` and `tear_down`; with $BACKEND
 * alone if it is set. Returns how many failed. */
int backends_run(const char *name, struct CMUnitTest *tests, size_t count,
                 CMFixtureFunction set_up, CMFixtureFunction tear_down);

/* The backend whose turn it is. */
const struct loop_backend *backends_current(void);

#endif
