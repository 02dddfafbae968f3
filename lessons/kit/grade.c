#include "lessons/kit/grade.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/alloc.h"
#include "lessons/kit/report.h"

enum {
    TEST_S = 8,       /* seconds that a test may take, under the sanitizers */
    EXIT_LOST = 42,   /* of a test that was disappointed */
    STEPS_MAX = 4000, /* bytes of a story; what is behind them is not told */
};

/* ------------------------------------------------------ one test */

static FILE *told;            /* what a test's process has told so far */
static void (*running)(void); /* in it */

static void run_it(void **state)
{
    (void)state;
    running();
}

/* What cmocka and the sanitizers say goes into `noise`. A leak is found when the
 * process exits. */
static _Noreturn void be_the_test(const struct graded_test *test, FILE *noise)
{
    struct CMUnitTest tests[] = {cmocka_unit_test(run_it)};
    running = test->run;
    dup2(fileno(noise), STDOUT_FILENO);
    dup2(fileno(noise), STDERR_FILENO);
    setvbuf(told, NULL, _IOLBF, 0); /* told even if the next step crashes */
    alarm(TEST_S);
    if (cmocka_run_group_tests_name(test->sentence, tests, NULL, NULL) == 0)
        exit(0);
    fflush(told);
    _exit(EXIT_LOST); /* what it had allocated is no leak of the exercise's */
}

static FILE *scratch_file(void)
{
    FILE *file = tmpfile();
    if (file == NULL) {
        perror("grade: no temporary file");
        exit(2);
    }
    return file;
}

/* The line in which a sanitizer says what happened. */
static bool find_cause(FILE *noise, char *line, int size)
{
    rewind(noise);
    while (fgets(line, size, noise) != NULL)
        if (strstr(line, "runtime error: ") || strstr(line, "SUMMARY: ") ||
            strstr(line, "Assertion "))
            return true;
    return false;
}

/* What became of a process that neither won nor lost. */
static void tell_end(int status, FILE *noise)
{
    char line[256];
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        story("it hangs: there was no end after %d s", TEST_S);
    else if (find_cause(noise, line, sizeof line))
        fprintf(told, "it crashed: %s", line);
    else if (WIFSIGNALED(status))
        story("it crashed: %s", strsignal(WTERMSIG(status)));
    else
        story("it ended by itself, with status %d", WEXITSTATUS(status));
}

static char *all_that_was_told(void)
{
    char *text = allocate(STEPS_MAX + 1);
    rewind(told);
    text[fread(text, 1, STEPS_MAX, told)] = '\0';
    return text;
}

/* Free verdict->story. */
static struct verdict judge(const struct graded_test *test)
{
    struct verdict verdict = {.test = test};
    int status = 0;
    told = scratch_file();
    FILE *noise = scratch_file();
    story_begin(told, false);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        be_the_test(test, noise);
    waitpid(pid, &status, 0);
    fseek(told, 0, SEEK_END);
    verdict.has_passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool has_lost = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_LOST;
    if (!verdict.has_passed && !has_lost)
        tell_end(status, noise);
    verdict.story = all_that_was_told();
    fclose(told);
    fclose(noise);
    return verdict;
}

int grade(const char *lesson, const struct graded_test *tests)
{
    struct report report = {.lesson = lesson};
    report_begin(&report, tests);
    for (const struct graded_test *test = tests; test->sentence; test++) {
        struct verdict verdict = judge(test);
        report_add(&report, &verdict);
        free(verdict.story);
    }
    report_end(&report);
    return report.points == report.of ? 0 : 1;
}
