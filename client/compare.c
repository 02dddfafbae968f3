#include "client/compare.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client/course.h"
#include "client/report.h"
#include "common/alloc.h"

/* ---------------------------------------------------------------- files */

enum { JSON, CSV, MARKDOWN, FILES };

/* Opened at first: it would be a pity to find out after the measuring. */
static bool open_files(struct comparison *comparison, FILE *files[FILES])
{
    const struct compare_options *options = &comparison->options;
    const char *const paths[FILES] = {options->json, options->csv,
                                      options->markdown};
    for (int i = 0; i < FILES; i++) {
        if (paths[i] == NULL)
            continue;
        files[i] = fopen(paths[i], "w");
        if (files[i] == NULL)
            return comparison_fail(comparison, OUTCOME_OTHER,
                                   "cannot write %s: %s", paths[i],
                                   strerror(errno));
    }
    return true;
}

static void write_files(const struct comparison *comparison, FILE *files[FILES])
{
    const struct table *tables = comparison->tables;
    size_t count = comparison->table_count;
    if (files[JSON] != NULL)
        report_json(files[JSON], tables, count, comparison->options.seed);
    if (files[CSV] != NULL)
        report_csv(files[CSV], tables, count);
    if (files[MARKDOWN] == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        report_table(files[MARKDOWN], &tables[i], REPORT_MARKDOWN);
    fputc('\n', files[MARKDOWN]);
    report_legend(files[MARKDOWN], REPORT_MARKDOWN);
}

static void close_files(struct comparison *comparison, FILE *files[FILES])
{
    for (int i = 0; i < FILES; i++) {
        bool is_bad = files[i] != NULL && ferror(files[i]);
        is_bad |= files[i] != NULL && fclose(files[i]) == EOF;
        if (is_bad)
            comparison_fail(comparison, OUTCOME_OTHER,
                            "the files are not complete: %s", strerror(errno));
    }
}

/* ---------------------------------------------------------------- the words */

static bool flush_output(struct comparison *comparison)
{
    return fflush(stdout) == 0 ||
           comparison_fail(comparison, OUTCOME_OTHER, "standard output: %s",
                           strerror(errno));
}

static void write_heading(const struct comparison *comparison)
{
    const struct compare_options *options = &comparison->options;
    printf("\n Seven ways to hear from a web server, with the same messages\n"
           " %d rounds, seed %llu, about %.0f s; ",
           options->rounds, (unsigned long long)options->seed,
           comparison->estimate_s);
    if (options->url == NULL)
        printf("each technique has a server process of its own\n");
    else
        printf("the CPU and memory of %s cannot be seen\n", options->url);
}

/* How much of a delay may be this machine's own. */
static void write_lateness(struct comparison *comparison)
{
    struct samples *late_us = &comparison->late_us;
    char p99[NUMBER_SIZE], most[NUMBER_SIZE];
    if (late_us->count == 0)
        return;
    number_text((double)samples_percentile(late_us, 99) / 1000, p99);
    number_text((double)samples_percentile(late_us, 100) / 1000, most);
    printf("\n 99 of 100 events were published less than %s ms late, and all "
           "less than %s ms:\n as much of a delay may be this machine's own.\n",
           p99, most);
}

static void write_footing(struct comparison *comparison,
                          enum report_style style)
{
    fputc('\n', stdout);
    report_legend(stdout, style);
    printf("\n Light workloads (idle, sparse, outage) ran side by side, the "
           "others one technique after\n another, in another order each round; "
           "those who poll ran together where they were few.\n In outage, "
           "build/weather stood between clients and server, and failed. When "
           "a client came back\n is chance (its back-off, drawn from the seed),"
           " and so are the delays there, and how often was\n polled till all "
           "were.\n");
    write_lateness(comparison);
    if (comparison->options.is_quick)
        printf("\n More, in a few minutes: build/client compare\n");
}

/* ---------------------------------------------------------------- the whole */

/* False: this system gives too few descriptors. */
static bool get_descriptors(rlim_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
        return true;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

/* Run a workload, if it is wanted and possible, and print its table. */
static bool run_workload(struct comparison *comparison,
                         const struct workload *workload,
                         enum report_style style)
{
    if (!compare_options_wants(&comparison->options, workload))
        return true;
    unsigned wanted = course_descriptors(comparison, workload);
    if (!get_descriptors(wanted)) {
        fprintf(stderr,
                "client: %s is left out: it takes %u descriptors, and "
                "`ulimit -Hn` allows less\n",
                workload->name, wanted);
        return true;
    }
    bool is_measured = course_run(comparison, workload);
    if (comparison->shows_progress)
        report_progress(stderr, 1, NULL);
    if (is_measured)
        report_table(stdout, &comparison->tables[comparison->table_count - 1],
                     style);
    return is_measured && flush_output(comparison);
}

static bool run(struct comparison *comparison)
{
    const struct compare_options *options = &comparison->options;
    enum report_style style = compare_options_colors(options, STDOUT_FILENO)
                                  ? REPORT_COLOR
                                  : REPORT_PLAIN;
    for (size_t i = 0; i < workload_count; i++)
        if (compare_options_wants(options, &workloads[i]))
            comparison->estimate_s +=
                course_estimate_s(comparison, &workloads[i]);
    write_heading(comparison);
    comparison->since_us = loop_clock_us();
    if (!flush_output(comparison) || !course_warm_up(comparison))
        return false;
    for (size_t i = 0; i < workload_count; i++)
        if (!run_workload(comparison, &workloads[i], style))
            return false;
    write_footing(comparison, style);
    return flush_output(comparison);
}

static void block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

static bool prepare(struct comparison *comparison)
{
    const char *refusal = measure_refusal();
    if (refusal != NULL)
        return comparison_fail(comparison, OUTCOME_OTHER, "compare: %s",
                               refusal);
    comparison->shows_progress =
        isatty(STDERR_FILENO) == 1 && !comparison->options.is_quiet;
    net_random(&comparison->nonce, sizeof comparison->nonce);
    block_signals();
    comparison->loop = loop_new(loop_backend_named(NULL));
    if (comparison->loop == NULL)
        return comparison_fail(comparison, OUTCOME_OTHER, "the loop: %s",
                               strerror(errno));
    return comparison_find_servers(comparison);
}

/* Say what went wrong, if anything did. Returns the exit status. */
static int end(struct comparison *comparison)
{
    enum outcome outcome = OUTCOME_DONE;
    samples_free(&comparison->late_us);
    comparison_stop_weathers(comparison);
    comparison_stop_servers(comparison);
    if (comparison->loop != NULL)
        loop_free(comparison->loop);
    if (comparison->shows_progress)
        report_progress(stderr, 1, NULL);
    if (comparison->why[0] != '\0') {
        outcome = comparison->outcome;
        fprintf(stderr, "client: %s\n", comparison->why);
    }
    free(comparison);
    return (int)outcome;
}

int compare_main(int argc, char **argv)
{
    struct compare_options options;
    compare_options_read(&options, argc, argv);
    struct comparison *comparison = allocate(sizeof *comparison);
    FILE *files[FILES] = {NULL};
    comparison->options = options;
    if (open_files(comparison, files) && prepare(comparison) && run(comparison))
        write_files(comparison, files);
    close_files(comparison, files);
    return end(comparison);
}
