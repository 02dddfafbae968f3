/* interrupt.h -- what ends the program from outside: a signal, or
 * --max-time. */
#ifndef CLIENT_INTERRUPT_H
#define CLIENT_INTERRUPT_H

#include "client/outcome.h"
#include "common/loop.h"

struct interrupt {
    struct loop *loop;
    struct watch watch;
    struct timer timer;
    /* End in good order, within a second: OUTCOME_DONE after SIGINT or SIGTERM,
     * OUTCOME_TIMEOUT when the time is over. */
    void (*on_interrupt)(struct interrupt *interrupt, enum outcome outcome);
};

/* Call on_interrupt once from now on. A second signal ends the program at once,
 * and so does a second that has passed since the first. SIGPIPE is ignored.
 * Once in a program. */
void interrupt_start(struct interrupt *interrupt, struct loop *loop,
                     int max_time_ms,
                     void (*on_interrupt)(struct interrupt *, enum outcome));

/* Stop watching. */
void interrupt_stop(struct interrupt *interrupt);

#endif
