/* compare_options.h -- what the command line of the comparison says. */
#ifndef CLIENT_COMPARE_OPTIONS_H
#define CLIENT_COMPARE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/workload.h"

enum { ROUNDS_MIN = 3, ROUNDS_MAX = 20 };

struct compare_options {
    const char *url;                   /* NULL: start servers */
    const char *only;                  /* name of a workload; NULL: all */
    const char *json, *csv, *markdown; /* files; NULL: none */
    const char *color;                 /* auto, always or never */
    uint64_t seed;
    int rounds;
    bool is_quick, is_quiet;
};

/* Read them. Ends the program after --help, and with OUTCOME_USAGE when
 * something is wrong. */
void compare_options_read(struct compare_options *options, int argc,
                          char **argv);

/* Is this workload to be run? */
bool compare_options_wants(const struct compare_options *options,
                           const struct workload *workload);

/* For how long its events are to come. */
int compare_options_window_ms(const struct compare_options *options,
                              const struct workload *workload);

/* Is a descriptor a terminal that shows colours, and are they welcome? */
bool compare_options_colors(const struct compare_options *options, int fd);

#endif
