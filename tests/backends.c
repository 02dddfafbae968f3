#include "tests/backends.h"

#include <stdio.h>
#include <stdlib.h>

static const struct loop_backend *current;

const struct loop_backend *backends_current(void)
{
    return current;
}

int backends_run(const char *name, struct CMUnitTest *tests, size_t count,
                 CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    static const char *const backends[] = {"epoll", "poll"};
    /* it is slow, and the programs that it looks at use epoll */
    size_t first = getenv("VALGRIND") == NULL ? 0 : 1;
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        tests[i].setup_func = set_up;
        tests[i].teardown_func = tear_down;
    }
    for (size_t i = first; i < sizeof backends / sizeof *backends; i++) {
        char title[64];
        current = loop_backend_named(backends[i]);
        if (current == NULL)
            continue; /* there are systems without */
        snprintf(title, sizeof title, "%s, %s", name, backends[i]);
        failed += _cmocka_run_group_tests(title, tests, count, NULL, NULL);
    }
    return failed;
}
