/* signals.h -- SIGINT and SIGTERM as events of a loop.
 *
 *      signal --> handler --a byte--> pipe --> loop --> on_signal
 *
 * A handler may call next to nothing (POSIX, 2.4.3), but it may write.
 */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

#include "common/loop.h"

/* A field of whoever wants to know. */
struct signals {
    struct watch watch; /* of the pipe */
    void (*on_signal)(struct signals *signals, int number);
};

/* Call on_signal for each of them from now on, and ignore SIGPIPE. Once in a
 * program. Without descriptors for the pipe, a signal ends it as ever. */
void signals_watch(struct signals *signals, struct loop *loop);

/* Behind it: call on_signal for this one as well. */
void signals_add(struct signals *signals, int number);

/* Stop calling: what arrives now is lost. */
void signals_stop(struct signals *signals, struct loop *loop);

#endif
