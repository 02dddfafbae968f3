/* catcher.h -- what is written to standard error between two calls. */
#ifndef TESTS_CATCHER_H
#define TESTS_CATCHER_H

#include "common/log.h"

/* From now on it is caught, and logged as `options` say. */
void catcher_begin(const struct log_options *options);

/* Let it go. Returns what was caught, cut at 64 KiB; borrowed until the next
 * call. */
const char *catcher_end(void);

#endif
