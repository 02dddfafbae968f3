/* http_date.h -- moments, as HTTP writes them (RFC 9110, 5.6.7).
 *
 *      Sun, 06 Nov 1994 08:49:37 GMT     what we write
 *      Sunday, 06-Nov-94 08:49:37 GMT    obsolete, but to be read
 *      Sun Nov  6 08:49:37 1994          likewise
 */
#ifndef COMMON_HTTP_DATE_H
#define COMMON_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/slice.h"

enum { HTTP_DATE_SIZE = 30 }; /* of what we write, with a NUL */

/* Write the moment, which is from 1970 to 9999. */
void http_format_date(int64_t unix_seconds, char text[HTTP_DATE_SIZE]);

/* Read a moment from 1970 to 9999 in any of the three forms. The year of the
 * second one is the last one with these digits that is at most 50 years after
 * `now`. False: it is none of the forms, or no such moment. */
bool http_parse_date(struct slice text, int64_t now, int64_t *unix_seconds);

#endif
