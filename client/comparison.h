/* comparison.h -- what all trials of a comparison share: the loop, the servers,
 * the results so far, and what went wrong.
 */
#ifndef CLIENT_COMPARISON_H
#define CLIENT_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "client/compare_options.h"
#include "client/measure.h"
#include "client/result.h"
#include "client/trial.h"
#include "common/url.h"

/* Who is compared; and NOBODY, the publisher alone, so that what it costs the
 * server can be subtracted from what a trial with listeners costs. */
enum { SUBJECTS = 7, NOBODY = SUBJECTS, PLACES };
extern const struct subject subjects[PLACES];

enum {
    TABLES_MAX = 16,
    SERVER_URL_SIZE = 64,
    LABEL_SIZE = 64,
    CAUSE_SIZE = 512
};

struct comparison {
    struct compare_options options;
    struct loop *loop;
    struct process servers[PLACES];  /* not running if a URL was given */
    struct process weathers[PLACES]; /* see comparison_start_weather() */
    char server_urls[PLACES][SERVER_URL_SIZE];
    struct url urls[PLACES];
    uint32_t nonce, channels; /* so that no channel has a name twice */

    struct result results[TABLES_MAX][SUBJECTS];
    struct table tables[TABLES_MAX];
    size_t table_count;
    struct samples late_us; /* how late events were published */

    bool shows_progress;
    int64_t since_us, drawn_us, checked_us;
    double estimate_s;
    char label[LABEL_SIZE]; /* of what goes on */

    enum outcome outcome; /* of what went wrong, */
    char why[CAUSE_SIZE]; /* if it is not empty */
};

/* False, always: the comparison ends here, and that is why. The first reason
 * counts. */
bool comparison_fail(struct comparison *comparison, enum outcome outcome,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Start a server for each place, or use that of options.url for all of them. */
bool comparison_find_servers(struct comparison *comparison);

/* End those that run and wait until they are gone. */
void comparison_stop_servers(struct comparison *comparison);

/* Put a network that can fail for `outage_ms` before the server of this place,
 * wherever that one runs: build/weather, a process too. */
bool comparison_start_weather(struct comparison *comparison, int place,
                              int outage_ms);

/* End what was started so, and wait until all are gone. */
void comparison_stop_weathers(struct comparison *comparison);

/* Turn the loop until all of these trials are measured. False when one of them
 * failed, a server died or a signal came. */
bool comparison_measure(struct comparison *comparison, struct trial **trials,
                        size_t count);

/* End these trials and free them. */
void comparison_dismiss(struct comparison *comparison, struct trial **trials,
                        size_t count);

#endif
