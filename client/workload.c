#include "client/workload.h"

#include <stdlib.h>
#include <string.h>

#include "client/random.h"
#include "common/alloc.h"

enum { SECOND_US = 1000000 };

const struct workload workloads[] = {
    {.name = "idle",
     .about = "connected clients to whom nothing is sent",
     .rhythm = RHYTHM_SILENT,
     .focus = FOCUS_IDLE,
     .clients = 200,
     .duration_ms = 3000,
     .quick_ms = 600,
     .is_light = true},
    {.name = "sparse",
     .about = "5 messages a second, at random moments, to 10 clients",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_EMPTY,
     .rate = 5,
     .clients = 10,
     .duration_ms = 8000,
     .quick_ms = 1100,
     .is_light = true},
    {.name = "steady",
     .about = "100 messages a second to 10 clients",
     .rhythm = RHYTHM_STEADY,
     .focus = FOCUS_WIRE,
     .rate = 100,
     .clients = 10,
     .duration_ms = 2000},
    {.name = "burst",
     .about = "50 messages at once, twice a second, to 10 clients",
     .rhythm = RHYTHM_BURST,
     .focus = FOCUS_REQUESTS,
     .rate = 100,
     .burst = 50,
     .clients = 10,
     .duration_ms = 2000},
    {.name = "fanout-1",
     .about = "20 messages a second to 1 client",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_CPU,
     .rate = 20,
     .clients = 1,
     .duration_ms = 1000},
    {.name = "fanout-10",
     .about = "20 messages a second to 10 clients",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_CPU,
     .rate = 20,
     .clients = 10,
     .duration_ms = 1000},
    {.name = "fanout-100",
     .about = "20 messages a second to 100 clients",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_CPU,
     .rate = 20,
     .clients = 100,
     .duration_ms = 1000,
     .quick_ms = 250},
    {.name = "fanout-1000",
     .about = "20 messages a second to 1,000 clients",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_CPU,
     .rate = 20,
     .clients = 1000,
     .duration_ms = 1000},
    {.name = "chat",
     .about =
         "10 clients that talk, 20 messages a second; over HTTP by a POST each",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_WIRE,
     .rate = 20,
     .clients = 10,
     .duration_ms = 2000,
     .is_chat = true},
    {.name = "outage",
     .about = "10 messages a second to 10 clients, all cut off for 2 s",
     .rhythm = RHYTHM_POISSON,
     .focus = FOCUS_OUTAGE,
     .rate = 10,
     .clients = 10,
     .duration_ms = 6000,
     .cut_at_ms = 2000,
     .cut_ms = 2000,
     .is_light = true},
};

const size_t workload_count = sizeof workloads / sizeof *workloads;

const struct workload *workload_named(const char *name)
{
    for (size_t i = 0; i < workload_count; i++)
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    return NULL;
}

static int64_t random_below(uint64_t *state, int64_t limit)
{
    return (int64_t)(random_fraction(state) * (double)limit);
}

static void add(struct events *events, int64_t at_us, int from)
{
    if ((events->count & (events->count + 1)) == 0) /* 0, 1, 3, 7, ... */
        events->list = reallocate(events->list, (2 * events->count + 1) *
                                                    sizeof *events->list);
    events->list[events->count++] = (struct event){at_us, from};
}

/* A coin thrown every 100 us: the time from one event to the next has the
 * distribution of a Poisson process, and no memory of the one before. */
static void add_poisson(struct events *events, const struct workload *workload,
                        int64_t duration_us, uint64_t *state)
{
    enum { SLOT_US = 100 };
    double chance = (double)workload->rate * SLOT_US / SECOND_US;
    int senders = workload->is_chat ? workload->clients : 1;
    for (int64_t at_us = 0; at_us < duration_us; at_us += SLOT_US)
        if (random_fraction(state) < chance)
            add(events, at_us + random_below(state, SLOT_US),
                (int)random_below(state, senders));
}

/* `together` events somewhere in each slot. */
static void add_in_slots(struct events *events, int rate, int together,
                         int64_t duration_us, uint64_t *state)
{
    int64_t slot_us = (int64_t)SECOND_US * together / rate;
    for (int64_t slot = 0; slot + slot_us <= duration_us; slot += slot_us) {
        int64_t at_us = slot + random_below(state, slot_us);
        for (int i = 0; i < together; i++)
            add(events, at_us, 0);
    }
}

struct events workload_events(const struct workload *workload, int duration_ms,
                              uint64_t seed)
{
    struct events events = {0};
    uint64_t state = seed;
    int64_t duration_us = (int64_t)duration_ms * 1000;
    switch (workload->rhythm) {
    case RHYTHM_SILENT: break;
    case RHYTHM_POISSON:
        add_poisson(&events, workload, duration_us, &state);
        break;
    case RHYTHM_STEADY:
        add_in_slots(&events, workload->rate, 1, duration_us, &state);
        break;
    case RHYTHM_BURST:
        add_in_slots(&events, workload->rate, workload->burst, duration_us,
                     &state);
        break;
    }
    return events;
}

void events_free(struct events *events)
{
    free(events->list);
    *events = (struct events){0};
}
