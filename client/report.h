/* report.h -- the numbers of a comparison as tables, sentences and files.
 *
 *      a title, what is compared and in which unit, a row for each technique
 *      with the best cell marked, and a sentence that says what the table shows
 *
 * What could not be measured is "-" in a table, null in JSON and empty in CSV.
 */
#ifndef CLIENT_REPORT_H
#define CLIENT_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client/result.h"

enum { REPORT_COLUMNS = 100 }; /* no line is longer, but in files */

enum report_style { REPORT_PLAIN, REPORT_COLOR, REPORT_MARKDOWN };

/* Write the title, the table and its sentence. */
void report_table(FILE *file, const struct table *table,
                  enum report_style style);

/* Write what the words in the headings mean. */
void report_legend(FILE *file, enum report_style style);

/* Write everything as one JSON object. */
void report_json(FILE *file, const struct table *tables, size_t count,
                 uint64_t seed);

/* Write everything as CSV, a line for each technique and workload (RFC
 * 4180). */
void report_csv(FILE *file, const struct table *tables, size_t count);

/* Draw a bar over the line on a terminal; `label` NULL removes it. */
void report_progress(FILE *terminal, double fraction, const char *label);

#endif
