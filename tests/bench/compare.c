#include "tests/bench/compare.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The value at a fraction of the way through sorted ones, between neighbours
 * too. */
static double quantile(const double *values, size_t count, double fraction)
{
    double at = fraction * (double)(count - 1);
    size_t below = (size_t)at;
    size_t above = below + 1 < count ? below + 1 : below;
    return values[below] +
           (values[above] - values[below]) * (at - (double)below);
}

struct quartiles quartiles_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return (struct quartiles){quantile(values, count, 0.25),
                              quantile(values, count, 0.5),
                              quantile(values, count, 0.75)};
}

struct comparison compare(const struct options *options,
                          double (*measure)(void *side, int slice_ms),
                          void *floor, void *ours)
{
    double floors[ROUNDS_MAX], our[ROUNDS_MAX], ratios[ROUNDS_MAX];
    size_t count = (size_t)options->rounds;
    assert(count > 0 && count <= ROUNDS_MAX);
    for (size_t i = 0; i < count; i++) {
        /* always in this order: how the kernel acknowledges depends on how long
         * a connection was silent, so each slice must follow one of the other
         * side */
        floors[i] = measure(floor, options->slice_ms);
        our[i] = measure(ours, options->slice_ms);
        ratios[i] = our[i] / floors[i];
    }
    return (struct comparison){quartiles_of(floors, count).median,
                               quartiles_of(our, count).median,
                               quartiles_of(ratios, count)};
}

void print_heading(const char *title, const char *unit)
{
    printf("\n%s\n  %-42s %5s %11s %11s %6s  %s\n", title, unit, "depth",
           "floor", "ours", "ratio", "middle half");
}

void print_comparison(const char *what, int depth,
                      const struct comparison *comparison)
{
    char depth_text[12] = "";
    if (depth > 0)
        snprintf(depth_text, sizeof depth_text, "%d", depth);
    print_progress(NULL);
    printf("  %-42s %5s %11.0f %11.0f %6.2f  %.2f - %.2f\n", what, depth_text,
           comparison->floor, comparison->ours, comparison->ratio.median,
           comparison->ratio.low, comparison->ratio.high);
    fflush(stdout);
}

void print_numbers(const char *what, double floor, double ours)
{
    print_progress(NULL);
    printf("  %-42s %5s %11.0f %11.0f\n", what, "", floor, ours);
    fflush(stdout);
}

void print_progress(const char *what)
{
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[K%s", what != NULL ? what : "");
    fflush(stderr);
}
