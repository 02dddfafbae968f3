#include "tests/backends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct loop_backend *current;

const struct loop_backend *backends_current(void)
{
    return current;
}

int backends_run(const char *name, struct CMUnitTest *tests, size_t count,
                 CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
    static const char *const backends[] = {"epoll", "poll"};
    const char *only = getenv("BACKEND");
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        tests[i].setup_func = set_up;
        tests[i].teardown_func = tear_down;
    }
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        char title[64];
        if (only != NULL && strcmp(only, backends[i]) != 0)
            continue;
        current = loop_backend_named(backends[i]);
        if (current == NULL)
            continue; /* there are systems without */
        snprintf(title, sizeof title, "%s, %s", name, backends[i]);
        failed += _cmocka_run_group_tests(title, tests, count, NULL, NULL);
    }
    return failed;
}
