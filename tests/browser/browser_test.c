/* browser_test.c -- a real browser talks to the server, on both loop backends.
 *
 *      browser_test [SERVER [PART OF A SENTENCE]]
 *
 * One line for each check, and one at the end; exit status 0, 1 when a check
 * failed, and 77 when there is no browser. $CHROMIUM names one that isn't found
 * otherwise, $SERVER another server than build/server, $BACKEND the only one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/browser/trial.h"
#include "tests/browser/wait.h"

enum { EXIT_SKIPPED = 77, SECONDS_MAX = 300 };

struct run {
    struct devtools devtools;
    const char *server;
    const char *wanted; /* a part of the sentences to be run */
    int passed, failed;
};

/* One line, whatever a page has in it. */
static void make_one_line(char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            *text = ' ';
}

static void report(struct run *run, const char *sentence, const char *backend,
                   const char *failure)
{
    if (failure == NULL)
        printf("ok - %s (%s)\n", sentence, backend);
    else
        printf("not ok - %s (%s): %s\n", sentence, backend, failure);
    fflush(stdout);
    run->passed += failure == NULL;
    run->failed += failure != NULL;
}

static void run_checks(struct run *run, const char *backend,
                       const struct check *checks)
{
    for (const struct check *check = checks; check->sentence; check++) {
        if (strstr(check->sentence, run->wanted) == NULL || has_given_up())
            continue;
        char *failure = trial_run(&run->devtools, run->server, backend, check);
        make_one_line(failure);
        report(run, check->sentence, backend, failure);
        free(failure);
    }
}

static void run_all(struct run *run)
{
    static const char *const backends[] = {"epoll", "poll"};
    const char *only = getenv("BACKEND");
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        if (only != NULL && strcmp(only, backends[i]) != 0)
            continue;
        run_checks(run, backends[i], http_checks);
        run_checks(run, backends[i], websocket_checks);
        run_checks(run, backends[i], origin_checks);
        run_checks(run, backends[i], front_page_checks);
        run_checks(run, backends[i], chat_checks);
    }
    if (has_given_up()) {
        puts("not ok - all of it in time: interrupted");
        run->failed++;
    }
}

int main(int argc, char **argv)
{
    const char *program = chromium_find(), *server = getenv("SERVER");
    struct run run = {
        .server = argc > 1 ? argv[1]
                  : server ? server
                           : "build/server",
        .wanted = argc > 2 ? argv[2] : "",
    };
    if (program == NULL) {
        puts("skipped: no Chromium here (install it, or name it in $CHROMIUM)");
        return EXIT_SKIPPED;
    }
    give_up_on_signals(SECONDS_MAX);
    if (devtools_start(&run.devtools, program)) {
        run_all(&run);
    } else {
        printf("not ok - %s starts and can be driven: it does not\n", program);
        run.failed++;
    }
    devtools_stop(&run.devtools);
    printf("%d passed, %d failed\n", run.passed, run.failed);
    return run.failed > 0;
}
