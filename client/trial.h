/* trial.h -- one technique under one workload, once.
 *
 * OPENING --all connected--> SETTLING --> RUNNING --all arrived, or time is
 * over--> TRAILING --> MEASURED --trial_stop--> STOPPING --> STOPPED      any
 * --> FAILED
 *
 * Some clients listen to a fresh channel, and one more connection, the
 * publisher, says what the list of events says when it says so. Several trials
 * may run in one loop. Somebody calls trial_step() between the turns, because a
 * loop's timers count milliseconds and a delay may be a tenth of one.
 */
#ifndef CLIENT_TRIAL_H
#define CLIENT_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "client/measure.h"
#include "client/role.h"
#include "client/statistics.h"
#include "client/workload.h"

/* What is compared. */
struct subject {
    const char *name;
    const struct technique *technique; /* NULL: nobody listens */
    int interval_ms;                   /* polling */
};

/* What the trials of one technique under one workload have added up to. */
struct record {
    struct samples delays_us;
    struct samples returns_us; /* from the network's return, of what was
                                  published before it and came behind it */
    uint64_t expected, delivered, lost, duplicated, disordered;
    uint64_t requests; /* while the messages came, */
    uint64_t opening;  /* and one for each client before */
    uint64_t answers, empty;
    uint64_t connections;
    uint64_t bytes_up, bytes_down, segments_up, segments_down;
    bool knows_segments; /* not every system tells */
    int64_t cpu_ns;
    double client_seconds; /* listening, in this trial's window */
    double held_seconds;   /* the same, of all who were connected */
};

struct trial_plan {
    struct loop *loop;
    const struct url *url;
    const struct subject *subject;
    const struct workload *workload;
    const struct events *events;
    const struct process *server;  /* not running: it is not weighed */
    const struct process *weather; /* between the clients and the server; it
                                      breaks at SIGUSR1. Or it does not run */
    struct record *record;         /* is added to */
    struct samples *late_us; /* how late events were published; likewise */
    const char *channel;     /* that nobody used before */
    int clients;
    int held;      /* clients of other trials that stay connected meanwhile */
    int window_ms; /* of the events */
    int offset_ms; /* before them, so that neighbours do not start together */
    uint64_t seed; /* for the moments of the polls, and of coming back */
};

struct trial;

/* All that `plan` points to is borrowed until the end; the plan is copied. */
struct trial *trial_new(const struct trial_plan *plan);

/* After it has stopped. */
void trial_free(struct trial *trial);

/* Do what is due. Returns when it wants to be called again at the latest, on
 * loop_clock_us(). */
int64_t trial_step(struct trial *trial);

/* Has the trial been measured? Its clients are connected still. */
bool trial_is_measured(const struct trial *trial);

/* Say goodbye to everybody, whatever the state. */
void trial_stop(struct trial *trial);

/* Have all of them gone? */
bool trial_is_stopped(const struct trial *trial);

/* Why it failed, and how a program would end; NULL: it did not. */
const char *trial_failure(const struct trial *trial, enum outcome *outcome);

#endif
