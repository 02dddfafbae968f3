/* transfer.h -- the modes `get` and `post`: one request, and its answer to
 * standard output.
 */
#ifndef CLIENT_TRANSFER_H
#define CLIENT_TRANSFER_H

#include "client/options.h"
#include "client/outcome.h"

/* Do it, and return the exit status: OUTCOME_HTTP_ERROR for a status from 400
 * on. The body of a POST is --data, or all of standard input. */
enum outcome transfer_run(const struct options *options, bool is_post,
                          struct loop *loop);

#endif
