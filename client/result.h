/* result.h -- what the techniques have done in a workload, in numbers.
 *
 * What cannot be measured is NAN.
 */
#ifndef CLIENT_RESULT_H
#define CLIENT_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "client/workload.h"

/* What one technique has done in one workload, all rounds together. "each"
 * stands for a delivered message; in the workload idle for a client and a
 * minute. */
struct result {
    const char *technique;           /* borrowed */
    double p50_ms, p99_ms, max_ms;   /* from the scheduled moment to delivery */
    double return_ms, return_max_ms; /* after an outage, until half or all of
                                        what was missed had come */
    double expected, delivered;      /* messages times clients */
    double lost, duplicated, disordered;
    double requests, empty_percent, connections;
    double requests_each;
    double bytes_up_each, bytes_down_each; /* as the application gives them */
    double wire_up_each, wire_down_each;   /* with the headers of TCP and IP, */
    double wire_each;                      /* and both together */
    double cpu_ms; /* of the server, for 1,000 deliveries, or as "each" */
    double memory; /* of the server, bytes for an idle client */
};

struct table {
    const struct workload *workload;
    const struct result *results; /* borrowed, one for each technique */
    size_t count;
    int rounds;
};

/* A number's place in a result, so that a table can be told which one to
 * show. */
#define RESULT_FIELD(name) offsetof(struct result, name)

/* The number at that place. */
double result_field(const struct result *result, size_t field);

/* Every number of a result, as the files name it. */
struct result_key {
    const char *name;
    size_t field;
};
extern const struct result_key result_keys[];
extern const size_t result_key_count;

/* Nothing is measured yet. */
struct result result_unknown(const char *technique);

/* A technique that loses messages is best at nothing. */
bool result_has_lost(const struct result *result);

/* The result with the least of a field among those that lost nothing; NULL when
 * nothing is known. */
const struct result *table_least(const struct table *table, size_t field);

/* The one with the most, likewise. */
const struct result *table_most(const struct table *table, size_t field);

/* Is it the least of this field, or as good? Noise makes one of two equals a
 * little better: what is within 5 % is as good. */
bool table_is_best(const struct table *table, const struct result *result,
                   size_t field);

/* The same, unless all of them are: then there is nothing to point at. */
bool table_is_marked(const struct table *table, const struct result *result,
                     size_t field);

/* Write a number with three significant digits: 0.0912, 9.12, 912, 9120, 91.2k,
 * 9.12M; "-" for NAN. Returns `text`. */
enum { NUMBER_SIZE = 16 };
const char *number_text(double number, char text[NUMBER_SIZE]);

/* Write what was counted to the last digit, unless that takes more than
 * five. */
const char *count_text(double count, char text[NUMBER_SIZE]);

#endif
