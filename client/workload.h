/* workload.h -- what is published, and when: a list of events made from a seed.
 *
 *      sparse   .   .  .         .    .   by chance (a Poisson process)
 *      steady   . . .. . . .. .. . .  .   one in each slot, somewhere in it
 *      burst    :         :   :       :   many at one moment
 *
 * Every technique is given the same list. No moment is a multiple of anything:
 * with regular ones, a poll that happens to fall just behind them would look
 * quick. There is no clock in here, and equal seeds give equal lists.
 */
#ifndef CLIENT_WORKLOAD_H
#define CLIENT_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rhythm { RHYTHM_SILENT, RHYTHM_POISSON, RHYTHM_STEADY, RHYTHM_BURST };

/* What of a workload the sentence beneath its table is about. */
enum focus {
    FOCUS_IDLE,
    FOCUS_EMPTY,
    FOCUS_REQUESTS,
    FOCUS_WIRE,
    FOCUS_CPU,
    FOCUS_OUTAGE
};

struct workload {
    const char *name;  /* as --workload takes it */
    const char *about; /* for the title of its table */
    enum rhythm rhythm;
    enum focus focus;
    int rate;        /* events a second */
    int burst;       /* events at one moment */
    int clients;     /* that listen */
    int duration_ms; /* of the events of one round */
    int quick_ms;    /* the same in the quick run; 0: not part of it */
    int cut_at_ms;   /* all connections are cut then, */
    int cut_ms;      /* and kept so for this long; 0: never */
    bool is_light;   /* techniques may run side by side */
    bool is_chat;    /* the clients themselves publish */
};

extern const struct workload workloads[];
extern const size_t workload_count;

/* The workload called `name`, or NULL. */
const struct workload *workload_named(const char *name);

struct event {
    int64_t at_us; /* since the round began */
    int from;      /* the client that publishes it, in a chat; else 0 */
};

/* Sorted by time. */
struct events {
    struct event *list;
    size_t count;
};

/* The events of `duration_ms` of this workload; events_free() them. */
struct events workload_events(const struct workload *workload, int duration_ms,
                              uint64_t seed);

/* Free the list. */
void events_free(struct events *events);

#endif
