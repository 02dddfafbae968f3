/* course.h -- all trials of a workload, in which order, and what they add up
 * to.
 *
 * Light workloads are run by all techniques at the same time, each with a
 * server of its own. In the others the techniques take turns, and who went
 * first in a round goes last in the next; but those who poll run together, as
 * long as they are few.
 */
#ifndef CLIENT_COURSE_H
#define CLIENT_COURSE_H

#include "client/comparison.h"

/* Make the first requests of each server, which are slow: its code and memory
 * are not there yet. False when something went wrong. */
bool course_warm_up(struct comparison *comparison);

/* Run all rounds of a workload and add a table to comparison->tables. False
 * when something went wrong. */
bool course_run(struct comparison *comparison, const struct workload *workload);

/* Seconds that it will take, about. */
double course_estimate_s(const struct comparison *comparison,
                         const struct workload *workload);

/* Descriptors that it needs. */
unsigned course_descriptors(const struct comparison *comparison,
                            const struct workload *workload);

#endif
