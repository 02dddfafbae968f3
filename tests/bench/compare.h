/* compare.h -- ours beside the floor, in turns.
 *
 * On a machine that others use too, two long measurements differ by what the
 * others do meanwhile. So both sides are measured in short slices, in turns;
 * only slices that were neighbours are divided by each other, and the median of
 * these ratios is what counts.
 */
#ifndef TESTS_BENCH_COMPARE_H
#define TESTS_BENCH_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/bench/options.h"

enum { ROUNDS_MAX = 64 };

/* The middle half of some values, and the median. */
struct quartiles {
    double low, median, high;
};

struct comparison {
    double floor, ours;     /* medians */
    struct quartiles ratio; /* ours / floor, of neighbours */
};

/* Nanoseconds on a clock that only goes forward. */
uint64_t now_ns(void);

/* The quartiles of `count` values, which it sorts. */
struct quartiles quartiles_of(double *values, size_t count);

/* Measure both sides options->rounds times, in turns. `measure` loads a side
 * for a slice and returns a cost: less is better. */
struct comparison compare(const struct options *options,
                          double (*measure)(void *side, int slice_ms),
                          void *floor, void *ours);

/* Print the heading of a table, and of its columns; `unit` is that of the
 * costs. */
void print_heading(const char *title, const char *unit);

/* Print a row of it; `depth` 0 is left blank. */
void print_comparison(const char *what, int depth,
                      const struct comparison *comparison);

/* Print a row of two numbers that are better not divided. */
void print_numbers(const char *what, double floor, double ours);

/* Say on a terminal what goes on; NULL clears the line. */
void print_progress(const char *what);

#endif
