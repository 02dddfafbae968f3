#include "lessons/kit/grade.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>

#include "common/alloc.h"
#include "lessons/kit/ending.h"
#include "lessons/kit/report.h"

enum {
    TEST_S = 3,         /* seconds for a test: a right one takes under 0.1 */
    BEHIND_HANGS_S = 1, /* after two that hang: most of the others will, too */
    HANGING_S = 8,      /* for all that hang, then no more are tried */
    STACK_S = 2,        /* to print where it hangs */
    EXIT_LOST = 42,     /* of a test that was disappointed */
    STEPS_MAX = 4000,   /* bytes of a story: the last ones, if it is longer */
    WON = '\1',         /* ends the story of a test that came to its end */
    LOST = '\2',        /* the same, when it was disappointed */
};

/* What hangs takes time from the others. */
struct hangs {
    int count;
    int left_s;
};

/* $TEST, or NULL. */
static const char *chosen_number(void)
{
    const char *text = getenv("TEST");
    return text == NULL || *text == '\0' ? NULL : text;
}

/* assert(3) shows its stack, too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "handle_abort=1";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return chosen_number() == NULL ? "print_stacktrace=1"
                                   : "print_stacktrace=1:abort_on_error=1";
}

/* ------------------------------------------------------ the test's process */

static const int faults[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS};
enum { FAULTS = sizeof faults / sizeof *faults };

static struct {
    void (*run)(void);
    int noise;                         /* where what it prints goes */
    int nowhere;                       /* and what cmocka says */
    struct sigaction on_fault[FAULTS]; /* the sanitizer's */
} test;

static void print_into(int fd)
{
    fflush(NULL);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
}

/* cmocka would make a failed test of a crash, and not say where it was. */
static void run_it(void **state)
{
    (void)state;
    for (int i = 0; i < FAULTS; i++)
        sigaction(faults[i], &test.on_fault[i], NULL);
    print_into(test.noise);
    test.run();
}

static int hush(void **state)
{
    (void)state;
    print_into(test.nowhere);
    return 0;
}

/* Returns 0, or 1 when it is lost. */
static int run_with_cmocka(const struct graded_test *graded)
{
    struct CMUnitTest tests[] = {
        {.name = graded->sentence, .test_func = run_it, .teardown_func = hush}};
    test.run = graded->run;
    for (int i = 0; i < FAULTS; i++)
        sigaction(faults[i], NULL, &test.on_fault[i]);
    return cmocka_run_group_tests_name(graded->sentence, tests, NULL, NULL);
}

/* SIGALRM, and the second one ends the process. */
static void on_alarm(int number)
{
    alarm(STACK_S);
    __sanitizer_print_stack_trace();
    raise(number);
}

/* A leak is found when the process exits, and changes its status. */
static _Noreturn void be_the_test(const struct graded_test *graded, FILE *told,
                                  FILE *noise, int limit_s)
{
    struct sigaction alarmed = {.sa_handler = on_alarm,
                                .sa_flags = (int)SA_RESETHAND};
    test.noise = fileno(noise);
    test.nowhere = open("/dev/null", O_WRONLY);
    print_into(test.nowhere);
    setvbuf(stdout, NULL, _IOLBF, 0); /* it may crash the next moment */
    setvbuf(told, NULL, _IOLBF, 0);
    story_begin(told, false);
    sigaction(SIGALRM, &alarmed, NULL);
    alarm((unsigned)limit_s);
    bool has_lost = run_with_cmocka(graded) != 0;
    print_into(test.noise);
    fputc(has_lost ? LOST : WON, told);
    fflush(told);
    if (!has_lost)
        exit(0);
    _exit(EXIT_LOST); /* what it had allocated is no leak of the exercise's */
}

/* ------------------------------------------------------ judging */

static FILE *scratch_file(void)
{
    FILE *file = tmpfile();
    if (file == NULL) {
        perror("grade: no temporary file");
        exit(2);
    }
    return file;
}

/* The story without its mark, which is returned: WON, LOST or another byte. */
static char take_mark(FILE *told)
{
    if (fseek(told, -1, SEEK_END) != 0)
        return '\0';
    int mark = fgetc(told);
    if ((mark == WON || mark == LOST) &&
        ftruncate(fileno(told), ftell(told) - 1) != 0)
        perror("grade: the story is as long as it is");
    fseek(told, 0, SEEK_END);
    return (char)mark;
}

static char *all_that_was_told(FILE *told)
{
    char *text = allocate(STEPS_MAX + 1);
    bool is_long = fseek(told, 0, SEEK_END) == 0 && ftell(told) > STEPS_MAX;
    fseek(told, is_long ? -STEPS_MAX : 0, is_long ? SEEK_END : SEEK_SET);
    text[fread(text, 1, STEPS_MAX, told)] = '\0';
    if (is_long) { /* it begins within a step */
        size_t cut = 3 + strcspn(text + 3, "\n");
        memmove(text + 3, text + cut, strlen(text + cut) + 1);
        memcpy(text, "...", 3);
    }
    return text;
}

/* A leak is found at the end, and is not the last case's. */
static void forget_story(FILE *told)
{
    rewind(told);
    if (ftruncate(fileno(told), 0) != 0)
        perror("grade: the story has a case that was right");
    fputs("every case was right, but at the end\n", told);
}

/* Only a test that came to its end has a mark: who says exit(0) has not won. */
static void tell_end(struct verdict *verdict, const struct ending *ending,
                     FILE *told)
{
    int status = ending->status;
    char mark = take_mark(told);
    verdict->has_passed =
        mark == WON && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    verdict->has_hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    verdict->has_broken = !verdict->has_passed && mark != LOST;
    story_begin(told, false);
    if (verdict->has_broken && mark == WON)
        forget_story(told);
    if (verdict->has_broken)
        ending_tell(ending);
}

/* Free verdict->story and verdict->printed. */
static struct verdict judge(const char *lesson,
                            const struct graded_test *graded, int limit_s)
{
    struct verdict verdict = {.test = graded};
    struct ending ending = {
        .lesson = lesson, .printed = scratch_file(), .limit_s = limit_s};
    FILE *told = scratch_file();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        be_the_test(graded, told, ending.printed, limit_s);
    waitpid(pid, &ending.status, 0);
    tell_end(&verdict, &ending, told);
    verdict.story = all_that_was_told(told);
    verdict.printed = ending_printed(&ending);
    fclose(told);
    fclose(ending.printed);
    return verdict;
}

/* Free verdict->story and verdict->printed, as those of judge(). */
static struct verdict leave_out(const struct graded_test *graded,
                                const struct hangs *hangs)
{
    struct verdict verdict = {.test = graded, .has_broken = true};
    FILE *told = scratch_file();
    story_begin(told, false);
    story("not tried: %d tests hung before", hangs->count);
    verdict.story = all_that_was_told(told);
    verdict.printed = allocate(1);
    fclose(told);
    return verdict;
}

static struct verdict try_or_leave_out(const char *lesson,
                                       const struct graded_test *graded,
                                       struct hangs *hangs)
{
    int limit_s = hangs->count < 2 ? TEST_S : BEHIND_HANGS_S;
    if (hangs->left_s < limit_s)
        return leave_out(graded, hangs);
    struct verdict verdict = judge(lesson, graded, limit_s);
    if (verdict.has_hung) {
        hangs->count++;
        hangs->left_s -= limit_s;
    }
    return verdict;
}

/* The test that $TEST chooses by its number; NULL: none. */
static const struct graded_test *chosen_test(const struct graded_test *tests)
{
    const char *text = chosen_number();
    if (text == NULL)
        return NULL;
    for (int number = 1; tests->sentence != NULL; number++, tests++)
        if (number == atoi(text))
            return tests;
    fprintf(stderr, "TEST=%s: there is no such test\n", text);
    exit(2);
}

/* By a debugger, with which no leak can be looked for. */
static bool is_traced(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    int tracer = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "TracerPid: %d", &tracer);
    if (status != NULL)
        fclose(status);
    return tracer != 0;
}

/* A debugger stops where a process aborts, not where it exits. This is for
 * ASan, which asks for its options before there is an environment. */
static void abort_where_it_is_wrong(void)
{
    signal(SIGABRT, SIG_DFL);
    __sanitizer_set_death_callback(abort);
}

static _Noreturn void run_here(const struct graded_test *graded)
{
    test.noise = STDOUT_FILENO;
    test.nowhere = STDOUT_FILENO;
    setvbuf(stdout, NULL, _IOLBF, 0); /* it may crash the next moment */
    story_begin(stdout, true);
    abort_where_it_is_wrong();
    bool has_lost = run_with_cmocka(graded) != 0;
    bool has_leaked =
        !has_lost && !is_traced() && __lsan_do_recoverable_leak_check() != 0;
    printf("\n%s  %s%s\n", has_lost || has_leaked ? "lost" : "ok",
           graded->sentence,
           has_leaked ? ": every case was right, but it leaked" : "");
    fflush(NULL);
    _exit(has_lost || has_leaked);
}

int grade(const char *lesson, const struct graded_test *tests)
{
    struct report report = {.lesson = lesson};
    const struct graded_test *chosen = chosen_test(tests);
    struct hangs hangs = {.left_s = HANGING_S};
    if (chosen != NULL)
        run_here(chosen);
    report_begin(&report, tests);
    for (; tests->sentence != NULL; tests++) {
        struct verdict verdict = try_or_leave_out(lesson, tests, &hangs);
        report_add(&report, &verdict);
        free(verdict.story);
        free(verdict.printed);
    }
    report_end(&report);
    return report.points == report.of ? 0 : 1;
}
