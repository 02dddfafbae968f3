#include "client/trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/random.h"
#include "common/alloc.h"
#include "common/limits.h"

enum {                  /* milliseconds */
       OPEN_MS = 10000, /* until all are connected */
       SETTLE_MS = 60, /* the server has seen the last request of the opening */
       TRAIL_MS = 20, /* the server is done with what came after the last one */
       ROUND_TRIP_MS =
           2000,      /* far more than one takes; only a loss waits for it */
       STEP_MS = 100, /* how often to look when nothing is due */
};

enum state { OPENING, SETTLING, RUNNING, TRAILING, MEASURED, STOPPING };

struct participant {
    struct trial *trial;
    struct listener *listener;
    struct tally tally;
    bool was_open, is_leaving;
};

struct trial {
    struct trial_plan plan;
    struct url url; /* of the server, or of the weather before it */
    enum state state;
    struct listener_options options;
    struct participant publisher;
    struct participant *clients;
    int opened, listeners; /* how many; listeners that have not stopped */
    bool has_failed, is_cut;
    enum outcome outcome;
    char why[CLIENT_WHY_MAX];

    int64_t since_us;  /* this state */
    int64_t start_us;  /* of the events */
    int64_t back_us;   /* behind them: when all were connected again */
    int64_t return_us; /* when the network is back; 0: it never was away */
    size_t next;       /* event */
    uint64_t wanted;   /* deliveries still to come */
    uint64_t random;
    struct costs before; /* of all clients, at the start */
    uint64_t waiting_before;
    int64_t cpu_before_ns;
};

/* ---------------------------------------------------------------- listening */

static int64_t in_us(int64_t ms)
{
    return ms * 1000;
}

static void enter(struct trial *trial, enum state state)
{
    trial->state = state;
    trial->since_us = loop_clock_us();
}

static void on_open(struct listener *listener)
{
    struct participant *participant = listener->user;
    if (!participant->was_open)
        participant->trial->opened++;
    participant->was_open = true;
}

/* The number in "event 17". False: it is something else, as what warms up
 * is. */
static bool read_number(struct slice text, uint64_t *number)
{
    static const char prefix[] = "event ";
    return slice_starts_with(text, prefix) &&
           url_number(slice_from(text, sizeof prefix - 1), number);
}

static void on_message(struct listener *listener, const struct heard *heard)
{
    struct participant *participant = listener->user;
    struct trial *trial = participant->trial;
    uint64_t number;
    if (heard->is_lost || !read_number(heard->text, &number))
        return;
    /* In a chat two may speak at once, and the server decides who was first. */
    uint64_t order = trial->plan.workload->is_chat ? heard->id : number;
    if (!tally_add(&participant->tally, number, order))
        return;
    int64_t due_us = trial->start_us + trial->plan.events->list[number].at_us;
    int64_t now_us = loop_clock_us();
    samples_add(&trial->plan.record->delays_us, now_us - due_us);
    if (due_us < trial->return_us && now_us >= trial->return_us)
        samples_add(&trial->plan.record->returns_us, now_us - trial->return_us);
    trial->wanted--;
}

static void on_stopped(struct listener *listener, enum outcome outcome,
                       const char *why)
{
    struct participant *participant = listener->user;
    struct trial *trial = participant->trial;
    trial->listeners--;
    if (participant->is_leaving || trial->has_failed)
        return;
    trial->has_failed = true;
    trial->outcome = outcome;
    snprintf(trial->why, sizeof trial->why, "%s", why);
}

static const struct listener_handler hears = {
    .on_open = on_open,
    .on_message = on_message,
    .on_stopped = on_stopped,
};

static const struct listener_handler only_publishes = {
    .on_open = on_open,
    .on_stopped = on_stopped,
};

static void begin(struct trial *trial, struct participant *participant,
                  const struct technique *technique, const struct url *url,
                  const struct listener_handler *handler)
{
    participant->trial = trial;
    participant->listener = listener_new(trial->plan.loop, technique, url,
                                         handler, &trial->options);
    participant->listener->user = participant;
    participant->listener->random = random_next(&trial->random);
    trial->listeners++;
}

static void leave(struct participant *participant)
{
    if (participant->is_leaving)
        return;
    participant->is_leaving = true;
    listener_stop(participant->listener);
}

/* ---------------------------------------------------------------- measuring */

/* How many clients wait for an answer. */
static uint64_t count_waiting(const struct trial *trial)
{
    uint64_t waiting = 0;
    for (int i = 0; i < trial->plan.clients; i++)
        waiting += client_is_busy(&trial->clients[i].listener->receiver);
    return waiting;
}

/* What all clients have cost until now. */
static struct costs costs_of(const struct trial *trial)
{
    struct costs all = {0};
    for (int i = 0; i < trial->plan.clients; i++) {
        struct costs one = listener_costs(trial->clients[i].listener);
        all.requests += one.requests;
        all.empty += one.empty;
        all.connections += one.connections;
        all.bytes_up += one.bytes_up;
        all.bytes_down += one.bytes_down;
        all.traffic.segments_up += one.traffic.segments_up;
        all.traffic.segments_down += one.traffic.segments_down;
    }
    return all;
}

static void measure_before(struct trial *trial)
{
    trial->before = costs_of(trial);
    trial->waiting_before = count_waiting(trial);
    trial->cpu_before_ns = process_cpu_ns(trial->plan.server);
}

static void record_costs(struct trial *trial)
{
    const struct costs before = trial->before, after = costs_of(trial);
    struct record *record = trial->plan.record;
    record->requests += after.requests - before.requests;
    record->answers += after.requests - before.requests +
                       trial->waiting_before - count_waiting(trial);
    record->empty += after.empty - before.empty;
    record->opening += (uint64_t)trial->plan.clients;
    record->connections += after.connections; /* the first ones too */
    record->bytes_up += after.bytes_up - before.bytes_up;
    record->bytes_down += after.bytes_down - before.bytes_down;
    record->segments_up +=
        after.traffic.segments_up - before.traffic.segments_up;
    record->segments_down +=
        after.traffic.segments_down - before.traffic.segments_down;
    record->knows_segments = after.traffic.segments_up > 0;
}

static void record_deliveries(struct trial *trial)
{
    struct record *record = trial->plan.record;
    for (int i = 0; i < trial->plan.clients; i++) {
        const struct tally *tally = &trial->clients[i].tally;
        record->expected += tally->expected;
        record->delivered += tally->delivered;
        record->lost += tally_lost(tally);
        record->duplicated += tally->duplicated;
        record->disordered += tally->disordered;
    }
}

static void measure_after(struct trial *trial)
{
    struct record *record = trial->plan.record;
    double seconds = (double)(loop_clock_us() - trial->start_us) / 1e6;
    record->cpu_ns += process_cpu_ns(trial->plan.server) - trial->cpu_before_ns;
    record->client_seconds += seconds * trial->plan.clients;
    record->held_seconds += seconds * (trial->plan.clients + trial->plan.held);
    record_costs(trial);
    record_deliveries(trial);
}

/* --------------------------------------------------------------- publishing */

static void publish(struct trial *trial, size_t number)
{
    const struct event *event = &trial->plan.events->list[number];
    struct listener *from = trial->publisher.listener;
    char text[32];
    snprintf(text, sizeof text, "event %zu", number);
    if (trial->plan.workload->is_chat)
        from = trial->clients[event->from].listener;
    if (from != NULL)
        listener_publish(from, slice_of(text));
}

/* Publish what is due. Returns the moment of the next event or of the end. */
static int64_t publish_due(struct trial *trial)
{
    const struct events *events = trial->plan.events;
    while (trial->next < events->count) {
        int64_t due_us = trial->start_us + events->list[trial->next].at_us;
        int64_t late_us = loop_clock_us() - due_us;
        if (late_us < 0)
            return due_us;
        samples_add(trial->plan.late_us, late_us);
        publish(trial, trial->next++);
    }
    return trial->start_us + in_us(trial->plan.window_ms);
}

/* Let the network fail when it is to. Returns that moment, or INT64_MAX when it
 * has passed or never comes. */
static int64_t cut_due(struct trial *trial, int64_t now_us)
{
    const struct workload *workload = trial->plan.workload;
    int64_t due_us = trial->start_us + in_us(workload->cut_at_ms);
    if (workload->cut_ms == 0 || trial->is_cut)
        return INT64_MAX;
    if (now_us < due_us)
        return due_us;
    process_signal(trial->plan.weather, SIGUSR1);
    trial->is_cut = true;
    trial->return_us = now_us + in_us(workload->cut_ms);
    return INT64_MAX;
}

/* ---------------------------------------------------------------- its life */

/* Real clients do not begin at one moment: give each poll one of its own. */
static void spread_polls(struct trial *trial)
{
    int interval_ms = trial->plan.subject->interval_ms;
    for (int i = 0; i < trial->plan.clients; i++) {
        struct timer *pause = &trial->clients[i].listener->pause;
        double fraction = random_fraction(&trial->random);
        if (pause->slot != 0) /* it is set: no poll is under way */
            loop_timer_set(trial->plan.loop, pause,
                           (int64_t)(fraction * interval_ms));
    }
}

static void give_up(struct trial *trial)
{
    trial->has_failed = true;
    trial->outcome = OUTCOME_TIMEOUT;
    snprintf(trial->why, sizeof trial->why,
             "only %d of %d connections were open after %d s", trial->opened,
             trial->plan.clients + 1, OPEN_MS / 1000);
}

static int64_t step_opening(struct trial *trial, int64_t now_us)
{
    const struct workload *workload = trial->plan.workload;
    if (now_us > trial->since_us + in_us(OPEN_MS))
        give_up(trial);
    if (trial->opened <= trial->plan.clients)
        return now_us + in_us(STEP_MS);
    trial->options.attempts = -1; /* from now on it is part of the trial */
    if (workload->is_chat || workload->rhythm == RHYTHM_SILENT)
        leave(&trial->publisher);
    spread_polls(trial);
    enter(trial, SETTLING);
    return now_us;
}

static int64_t step_settling(struct trial *trial, int64_t now_us)
{
    int64_t until_us =
        trial->since_us + in_us(SETTLE_MS + trial->plan.offset_ms);
    if (now_us < until_us)
        return until_us;
    measure_before(trial);
    trial->start_us = loop_clock_us();
    enter(trial, RUNNING);
    return trial->start_us;
}

static bool are_all_open(const struct trial *trial)
{
    for (int i = 0; i < trial->plan.clients; i++)
        if (trial->clients[i].listener->state != LISTENER_OPEN)
            return false;
    return true;
}

/* Nothing counts as lost before all are back, and then a poll and a round trip
 * have had their time. Each try in vain doubles the longest wait before the
 * next one; but a wait may be short, so that there is no bound to the number of
 * tries during an outage: only RECONNECT_MAX_MS bounds the last wait. */
static bool is_over(struct trial *trial, int64_t now_us)
{
    int64_t end_us = trial->start_us + in_us(trial->plan.window_ms);
    int64_t patience_us =
        in_us(trial->plan.subject->interval_ms + ROUND_TRIP_MS);
    if (now_us < end_us)
        return false;
    if (trial->wanted == 0 && trial->next == trial->plan.events->count)
        return true;
    if (trial->back_us < end_us || !are_all_open(trial))
        trial->back_us = now_us;
    return now_us >= trial->back_us + patience_us ||
           now_us >= end_us + in_us(RECONNECT_MAX_MS) + patience_us;
}

static int64_t step_running(struct trial *trial, int64_t now_us)
{
    int64_t next_us = publish_due(trial);
    int64_t cut_us = cut_due(trial, now_us);
    if (is_over(trial, now_us))
        enter(trial, TRAILING);
    if (cut_us < next_us)
        next_us = cut_us;
    return next_us > now_us ? next_us : now_us + in_us(STEP_MS);
}

static int64_t step_trailing(struct trial *trial, int64_t now_us)
{
    int64_t until_us = trial->since_us + in_us(TRAIL_MS);
    if (now_us < until_us)
        return until_us;
    measure_after(trial);
    enter(trial, MEASURED);
    return now_us + in_us(STEP_MS);
}

int64_t trial_step(struct trial *trial)
{
    int64_t now_us = loop_clock_us();
    if (!trial->has_failed)
        switch (trial->state) {
        case OPENING: return step_opening(trial, now_us);
        case SETTLING: return step_settling(trial, now_us);
        case RUNNING: return step_running(trial, now_us);
        case TRAILING: return step_trailing(trial, now_us);
        case MEASURED:
        case STOPPING: break;
        }
    return now_us + in_us(STEP_MS);
}

/* The weather is at another address, and says the same. */
static struct url url_of_clients(const struct trial_plan *plan)
{
    struct url url = *plan->url;
    if (plan->weather->pid <= 0)
        return url;
    url.host = slice_of("127.0.0.1");
    url.port = (uint16_t)plan->weather->port;
    return url;
}

static void begin_clients(struct trial *trial)
{
    const struct trial_plan *plan = &trial->plan;
    size_t count = (size_t)plan->clients;
    trial->clients = allocate((count + 1) * sizeof *trial->clients);
    for (size_t i = 0; i < count; i++) {
        tally_init(&trial->clients[i].tally, plan->events->count);
        begin(trial, &trial->clients[i], plan->subject->technique, &trial->url,
              &hears);
    }
    trial->wanted = count * plan->events->count;
}

struct trial *trial_new(const struct trial_plan *plan)
{
    struct trial *trial = allocate(sizeof *trial);
    trial->plan = *plan;
    trial->url = url_of_clients(plan);
    trial->random = plan->seed;
    trial->options = (struct listener_options){
        .channel = plan->channel,
        .has_after = true, /* 0: from the first message on */
        .interval_ms = plan->subject->interval_ms,
    };
    if (plan->subject->technique == NULL)
        trial->plan.clients = 0;
    begin_clients(trial);
    begin(trial, &trial->publisher, &websocket, plan->url, &only_publishes);
    /* A long poll is answered when there is something to say: say it. (Who
     * polls would find it later, in the place of an empty answer.) */
    if (plan->subject->interval_ms == 0)
        listener_publish(trial->publisher.listener, slice_of("warm up"));
    enter(trial, OPENING);
    return trial;
}

void trial_stop(struct trial *trial)
{
    enter(trial, STOPPING);
    for (int i = 0; i < trial->plan.clients; i++)
        leave(&trial->clients[i]);
    leave(&trial->publisher);
}

void trial_free(struct trial *trial)
{
    for (int i = 0; i < trial->plan.clients; i++) {
        listener_free(trial->clients[i].listener);
        tally_free(&trial->clients[i].tally);
    }
    listener_free(trial->publisher.listener);
    free(trial->clients);
    free(trial);
}

/* ---------------------------------------------------------------- asking it */

bool trial_is_measured(const struct trial *trial)
{
    return trial->state == MEASURED;
}

bool trial_is_stopped(const struct trial *trial)
{
    return trial->listeners == 0;
}

const char *trial_failure(const struct trial *trial, enum outcome *outcome)
{
    if (!trial->has_failed)
        return NULL;
    *outcome = trial->outcome;
    return trial->why;
}
