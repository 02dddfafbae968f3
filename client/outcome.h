/* outcome.h -- how it ended: the exit status of the program, and curl's numbers
 * where curl has one.
 */
#ifndef CLIENT_OUTCOME_H
#define CLIENT_OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_OTHER = 1,
    OUTCOME_USAGE = 2,
    OUTCOME_RESOLVE = 6,
    OUTCOME_CONNECT = 7,
    OUTCOME_WEIRD_REPLY = 8,
    OUTCOME_HTTP_ERROR = 22, /* or no 101 */
    OUTCOME_TIMEOUT = 28,
    OUTCOME_EMPTY_REPLY = 52,
    OUTCOME_BROKEN = 56, /* the connection ended in the middle */
};

/* What may help then, for people; "" for OUTCOME_DONE. `by_command`: it was
 * --proxy-command that should connect. */
const char *outcome_remedy(enum outcome outcome, bool by_command);

/* What may help against OUTCOME_HTTP_ERROR, which this status was; 0: it is not
 * known. */
const char *status_remedy(int status);

#endif
