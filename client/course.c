#include "client/course.h"

#include <math.h>
#include <stdio.h>

enum {
    CHANNEL_SIZE = 32,
    OFFSET_MS = 7,     /* between neighbours that run side by side */
    OVERHEAD_MS = 130, /* opening, settling and stopping, for the estimate */
    RETURN_MS = 4000,  /* until the last one is back from an outage, likewise */
    HEADERS = 20 + 20 + 12, /* bytes: IPv4, TCP, its timestamps (RFC 7323) */
};

/* One workload while it runs. */
struct course {
    const struct workload *workload;
    struct record records[PLACES];
    struct events events; /* of this round */
    int round, held;
    bool is_warm_up;
};

/* ---------------------------------------------------------------- courses */

static const struct subject *subject_at(const struct course *course, int place)
{
    /* The server's code is the same for the second, and sooner warm. */
    return &subjects[course->is_warm_up && place == 0 ? 1 : place];
}

static struct trial *start_trial(struct comparison *comparison,
                                 struct course *course, int place,
                                 char channel[CHANNEL_SIZE])
{
    snprintf(channel, CHANNEL_SIZE, "cmp-%08x-%u", comparison->nonce,
             ++comparison->channels);
    return trial_new(&(struct trial_plan){
        .loop = comparison->loop,
        .url = &comparison->urls[place],
        .subject = subject_at(course, place),
        .workload = course->workload,
        .events = &course->events,
        .server = &comparison->servers[place],
        .weather = &comparison->weathers[place],
        .record = &course->records[place],
        .late_us = &comparison->late_us,
        .channel = channel,
        .clients = course->workload->clients,
        .held = course->held,
        .window_ms =
            compare_options_window_ms(&comparison->options, course->workload),
        .offset_ms = place * OFFSET_MS,
        .seed = comparison->options.seed + comparison->channels,
    });
}

static void set_label(struct comparison *comparison,
                      const struct course *course, const char *subject)
{
    if (course->is_warm_up)
        snprintf(comparison->label, LABEL_SIZE, "warming up");
    else
        snprintf(comparison->label, LABEL_SIZE, "%s, round %d of %d: %s",
                 course->workload->name, course->round + 1,
                 comparison->options.rounds, subject);
}

/* Trials that run at the same time. What the publisher alone costs is measured
 * beside those that leave the machine in peace. */
struct batch {
    size_t count;
    int places[PLACES];
};

struct order {
    size_t count;
    const struct batch *batches;
};

static struct order order_of(const struct workload *workload)
{
    _Static_assert(SUBJECTS == 7, "each subject is in each list below");
    enum { FEW = 100 }; /* clients that may poll without being noticed */
    static const struct batch at_once[] = {
        {PLACES, {0, 1, 2, 3, 4, 5, 6, NOBODY}}};
    static const struct batch polls_at_once[] = {
        {3, {0, 1, NOBODY}}, {1, {2}}, {1, {3}}, {1, {4}}, {1, {5}}, {1, {6}}};
    static const struct batch in_turns[] = {
        {2, {0, NOBODY}}, {1, {1}}, {1, {2}}, {1, {3}},
        {1, {4}},         {1, {5}}, {1, {6}}};
    if (workload->is_light)
        return (struct order){1, at_once};
    if (workload->clients <= FEW)
        return (struct order){6, polls_at_once};
    return (struct order){7, in_turns};
}

/* Where nobody listens, nobody is to be cut off. */
static bool start_weathers(struct comparison *comparison,
                           const struct workload *workload,
                           const struct batch *batch)
{
    for (size_t i = 0; workload->cut_ms > 0 && i < batch->count; i++)
        if (batch->places[i] != NOBODY &&
            !comparison_start_weather(comparison, batch->places[i],
                                      workload->cut_ms))
            return false;
    return true;
}

static bool run_batch(struct comparison *comparison, struct course *course,
                      const struct batch *batch)
{
    struct trial *trials[PLACES];
    char channels[PLACES][CHANNEL_SIZE];
    size_t count = 0;
    if (!start_weathers(comparison, course->workload, batch))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        int place = batch->places[i];
        if (place == NOBODY && course->workload->is_chat)
            continue; /* the clients are the publishers */
        trials[count] = start_trial(comparison, course, place, channels[count]);
        count++;
    }
    set_label(comparison, course,
              count > 1 ? "side by side" : subjects[batch->places[0]].name);
    bool is_measured = comparison_measure(comparison, trials, count);
    comparison_dismiss(comparison, trials, count);
    comparison_stop_weathers(comparison);
    return is_measured;
}

/* Who went first in one round goes last in the next. */
static bool run_round(struct comparison *comparison, struct course *course)
{
    const struct workload *workload = course->workload;
    const struct order order = order_of(workload);
    bool is_well_so_far = true;
    course->events = workload_events(
        workload, compare_options_window_ms(&comparison->options, workload),
        comparison->options.seed + (uint64_t)course->round);
    for (size_t i = 0; is_well_so_far && i < order.count; i++) {
        size_t turn = ((size_t)course->round + i) % order.count;
        is_well_so_far = run_batch(comparison, course, &order.batches[turn]);
    }
    events_free(&course->events);
    course->round++;
    return is_well_so_far;
}

static bool run_rounds(struct comparison *comparison, struct course *course)
{
    while (course->round < comparison->options.rounds)
        if (!run_round(comparison, course))
            return false;
    return true;
}

static struct point memory_now(const struct comparison *comparison,
                               const struct course *course, int place)
{
    return (struct point){course->held,
                          (double)process_memory(&comparison->servers[place])};
}

/* Each round brings more clients, and none leaves: the memory for one of them
 * is the slope of the server's memory over their number. */
static bool run_idle(struct comparison *comparison, struct course *course,
                     double memory[SUBJECTS])
{
    struct trial *trials[ROUNDS_MAX * SUBJECTS];
    char channels[ROUNDS_MAX * SUBJECTS][CHANNEL_SIZE];
    struct point points[SUBJECTS][ROUNDS_MAX + 1];
    size_t count = 0, rounds = (size_t)comparison->options.rounds;
    bool is_measured = true;
    for (int i = 0; i < SUBJECTS; i++)
        points[i][0] = memory_now(comparison, course, i);
    for (size_t round = 0; is_measured && round < rounds; round++) {
        set_label(comparison, course, "side by side");
        for (int i = 0; i < SUBJECTS; i++, count++)
            trials[count] = start_trial(comparison, course, i, channels[count]);
        is_measured = comparison_measure(comparison, trials, count);
        course->round++;
        course->held += course->workload->clients;
        for (int i = 0; i < SUBJECTS; i++)
            points[i][round + 1] = memory_now(comparison, course, i);
    }
    comparison_dismiss(comparison, trials, count);
    for (int i = 0; i < SUBJECTS; i++)
        memory[i] = least_squares_slope(points[i], rounds + 1);
    return is_measured;
}

/* ---------------------------------------------------------------- results */

static double per(double amount, double number)
{
    return number > 0 ? amount / number : NAN;
}

/* Bytes and requests, for each of `number` deliveries or minutes. */
static void set_costs(struct result *result, const struct record *record,
                      double number)
{
    double up = (double)record->bytes_up, down = (double)record->bytes_down;
    result->requests_each = per((double)record->requests, number);
    result->bytes_up_each = per(up, number);
    result->bytes_down_each = per(down, number);
    if (!record->knows_segments)
        return;
    up += (double)(HEADERS * record->segments_up);
    down += (double)(HEADERS * record->segments_down);
    result->wire_up_each = per(up, number);
    result->wire_down_each = per(down, number);
    result->wire_each = per(up + down, number);
}

static double percentile_ms(struct samples *samples_us, double percent)
{
    return samples_us->count > 0
               ? (double)samples_percentile(samples_us, percent) / 1000
               : NAN;
}

static void set_delays(struct result *result, struct record *record)
{
    result->p50_ms = percentile_ms(&record->delays_us, 50);
    result->p99_ms = percentile_ms(&record->delays_us, 99);
    result->max_ms = percentile_ms(&record->delays_us, 100);
    result->return_ms = percentile_ms(&record->returns_us, 50);
    result->return_max_ms = percentile_ms(&record->returns_us, 100);
}

/* `alone` is what the publisher cost without anyone who listens. */
static struct result message_result(const char *technique,
                                    struct record *record,
                                    const struct record *alone, bool knows_cpu)
{
    struct result result = result_unknown(technique);
    double cpu_ns = (double)(record->cpu_ns - alone->cpu_ns);
    set_delays(&result, record);
    set_costs(&result, record, (double)record->delivered);
    result.expected = (double)record->expected;
    result.delivered = (double)record->delivered;
    result.lost = (double)record->lost;
    result.duplicated = (double)record->duplicated;
    result.disordered = (double)record->disordered;
    result.requests = (double)(record->requests + record->opening);
    result.empty_percent =
        per(100 * (double)record->empty, (double)record->answers);
    result.connections = (double)record->connections;
    if (knows_cpu)
        result.cpu_ms =
            per(cpu_ns > 0 ? cpu_ns / 1e3 : 0, (double)record->delivered);
    return result;
}

static struct result idle_result(const char *technique,
                                 const struct record *record, double memory,
                                 bool knows_cpu)
{
    struct result result = result_unknown(technique);
    set_costs(&result, record, record->client_seconds / 60);
    result.requests = (double)record->requests;
    result.empty_percent =
        per(100 * (double)record->empty, (double)record->answers);
    result.connections = (double)record->connections;
    result.memory = memory;
    if (knows_cpu)
        result.cpu_ms =
            per((double)record->cpu_ns / 1e6, record->held_seconds / 60);
    return result;
}

static void set_results(const struct comparison *comparison,
                        struct course *course, const double memory[SUBJECTS],
                        struct result results[SUBJECTS])
{
    for (int i = 0; i < SUBJECTS; i++) {
        const struct process *server = &comparison->servers[i];
        bool knows_cpu = process_cpu_ns(server) >= 0;
        double each = process_memory(server) >= 0 ? memory[i] : NAN;
        struct record *record = &course->records[i];
        if (course->workload->rhythm == RHYTHM_SILENT)
            results[i] = idle_result(subjects[i].name, record, each, knows_cpu);
        else
            results[i] = message_result(subjects[i].name, record,
                                        &course->records[NOBODY], knows_cpu);
    }
}

static void free_records(struct course *course)
{
    for (int i = 0; i < PLACES; i++) {
        samples_free(&course->records[i].delays_us);
        samples_free(&course->records[i].returns_us);
    }
}

bool course_run(struct comparison *comparison, const struct workload *workload)
{
    struct course course = {.workload = workload};
    double memory[SUBJECTS] = {0};
    bool is_idle = workload->rhythm == RHYTHM_SILENT;
    bool is_measured = is_idle ? run_idle(comparison, &course, memory)
                               : run_rounds(comparison, &course);
    if (is_measured) {
        struct result *results = comparison->results[comparison->table_count];
        set_results(comparison, &course, memory, results);
        comparison->tables[comparison->table_count++] = (struct table){
            workload, results, SUBJECTS, comparison->options.rounds};
    }
    free_records(&course);
    return is_measured;
}

bool course_warm_up(struct comparison *comparison)
{
    static const struct workload first_steps = {.name = "warm-up",
                                                .rhythm = RHYTHM_POISSON,
                                                .rate = 50,
                                                .clients = 10,
                                                .duration_ms = 200,
                                                .is_light = true};
    struct course course = {.workload = &first_steps, .is_warm_up = true};
    bool is_done = run_round(comparison, &course);
    free_records(&course);
    return is_done;
}

/* ---------------------------------------------------------------- planning */

double course_estimate_s(const struct comparison *comparison,
                         const struct workload *workload)
{
    const struct order order = order_of(workload);
    int window_ms =
        OVERHEAD_MS + compare_options_window_ms(&comparison->options, workload);
    int round_ms = 0;
    for (size_t i = 0; i < order.count; i++) {
        const struct subject *slowest = &subjects[order.batches[i].places[0]];
        bool is_idle = workload->rhythm == RHYTHM_SILENT;
        round_ms += window_ms + (is_idle ? 0 : slowest->interval_ms) +
                    (workload->cut_ms > 0 ? RETURN_MS : 0);
    }
    return round_ms / 1000.0 * comparison->options.rounds;
}

unsigned course_descriptors(const struct comparison *comparison,
                            const struct workload *workload)
{
    enum { POST_TOO = 2, SPARE = 64 };
    int clients = workload->clients;
    if (workload->rhythm == RHYTHM_SILENT)
        clients *= comparison->options.rounds;
    if (workload->is_light)
        clients *= SUBJECTS;
    return (unsigned)(clients * (workload->is_chat ? POST_TOO : 1) + SPARE);
}
