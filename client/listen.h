/* listen.h -- the modes that listen: what arrives goes to standard output, and
 * lines of standard input are published.
 */
#ifndef CLIENT_LISTEN_H
#define CLIENT_LISTEN_H

#include "client/options.h"
#include "client/outcome.h"

/* Listen with a technique until it ends, and return the exit status. At the end
 * of a standard input that had lines, what is queued is sent, what comes of it
 * is waited for, and the program ends; without a line, or with --count, it goes
 * on. */
enum outcome listen_run(const struct options *options,
                        const struct technique *technique, struct loop *loop);

#endif
