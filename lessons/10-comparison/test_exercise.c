/* test_exercise.c -- what does a technique cost, beside polling and long
 * polling?
 *
 *      build/exercise/10-comparison table
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "lessons/10-comparison/exercise.h"
#include "lessons/kit/grade.h"

enum { SECOND_MS = 1000, HOUR_MS = 3600 * SECOND_MS };

/* ------------------------------------------------------ two that are known */

static void poll_now(struct client *client)
{
    client_ask(client, client->newest, 0);
}

static void poll_later(struct client *client)
{
    client_wait(client, SECOND_MS);
}

static void poll_later_again(struct client *client, size_t count)
{
    (void)count;
    poll_later(client);
}

static const struct technique polling = {
    .name = "polling 1 s",
    .start = poll_now,
    .on_answer = poll_later_again,
    .on_failed = poll_later,
    .on_due = poll_now,
};

static void ask_and_hold(struct client *client)
{
    client_ask(client, client->newest, 25 * SECOND_MS);
}

static void ask_and_hold_again(struct client *client, size_t count)
{
    (void)count;
    ask_and_hold(client);
}

static const struct technique long_polling = {
    .name = "long polling",
    .start = ask_and_hold,
    .on_answer = ask_and_hold_again,
    .on_failed = poll_later,
    .on_due = ask_and_hold,
};

/* ------------------------------------------------------ what is measured */

enum { OUTAGES = 2 };

/* Messages, by the time at which they are published; and when the server is
 * away: from away_ms on, for gone_ms. */
struct workload {
    int64_t *published_ms;
    size_t count;
    int64_t duration_ms;
    int64_t away_ms[OUTAGES], gone_ms[OUTAGES];
};

struct result {
    long long requests, bytes;
    long long empty;         /* answers that brought nothing */
    long long failed;        /* requests that got no answer */
    long long held_too_long; /* of them, by the proxy */
    long long lost, twice;
    long long p50_ms, max_ms; /* of the delays */
    int64_t
        back_ms[OUTAGES]; /* from each one's end to the next answer, or -1 */
};

enum action { NOTHING, ASK, WAIT };

/* What the client under test has asked for in this call. */
static struct {
    enum action action;
    uint64_t after;
    int64_t ms;
} wanted;

static void want(enum action action, uint64_t after, int ms)
{
    if (wanted.action != NOTHING)
        lose("it asks or waits while it does so already: one at a time");
    if (ms < 0)
        lose("it waits for %d ms", ms);
    wanted.action = action;
    wanted.after = after;
    wanted.ms = ms;
}

void client_ask(struct client *client, uint64_t after, int hold_ms)
{
    (void)client;
    want(ASK, after, hold_ms);
}

void client_wait(struct client *client, int ms)
{
    (void)client;
    want(WAIT, 0, ms);
}

/* ------------------------------------------------------ the simulation */

struct simulation {
    struct client client; /* as the technique sees it */
    const struct technique *technique;
    const struct workload *workload;
    struct result result;
    int64_t *delays_ms; /* by id - 1; -1: it has not come */
};

/* Is the server away at some time from..to? When it began to be; or -1. */
static int64_t away_in(const struct workload *workload, int64_t from_ms,
                       int64_t to_ms)
{
    for (int i = 0; i < OUTAGES; i++)
        if (to_ms >= workload->away_ms[i] &&
            from_ms < workload->away_ms[i] + workload->gone_ms[i])
            return workload->away_ms[i];
    return -1;
}

static void fail_request(struct simulation *simulation, int64_t at_ms)
{
    simulation->result.failed++;
    simulation->client.now_ms = at_ms + TRIP_MS;
    simulation->technique->on_failed(&simulation->client);
}

/* The client is given all that is behind `after` and was published by then. */
static size_t give(struct simulation *simulation, uint64_t after, int64_t at_ms)
{
    const struct workload *workload = simulation->workload;
    struct client *client = &simulation->client;
    size_t count = 0;
    for (size_t i = after; i < workload->count; i++) {
        if (workload->published_ms[i] > at_ms)
            break;
        if (simulation->delays_ms[i] != -1)
            simulation->result.twice++;
        else
            simulation->delays_ms[i] =
                at_ms + TRIP_MS - workload->published_ms[i];
        client->newest = i + 1 > client->newest ? i + 1 : client->newest;
        count++;
    }
    return count;
}

static void answer(struct simulation *simulation, uint64_t after, int64_t at_ms)
{
    const struct workload *workload = simulation->workload;
    struct result *result = &simulation->result;
    size_t count = give(simulation, after, at_ms);
    result->bytes += ANSWER_SIZE + (long long)count * MESSAGE_SIZE;
    result->empty += count == 0;
    for (int i = 0; i < OUTAGES; i++) {
        int64_t end_ms = workload->away_ms[i] + workload->gone_ms[i];
        if (result->back_ms[i] == -1 && at_ms >= end_ms)
            result->back_ms[i] = at_ms - end_ms;
    }
    simulation->client.now_ms = at_ms + TRIP_MS;
    simulation->technique->on_answer(&simulation->client, count);
}

/* When the server has something to say, or has held the request for so long. */
static int64_t answered_at(const struct workload *workload, uint64_t after,
                           int64_t came_ms, int64_t hold_ms)
{
    if (after >= workload->count)
        return came_ms + hold_ms;
    int64_t published_ms = workload->published_ms[after];
    if (published_ms <= came_ms)
        return came_ms;
    return published_ms < came_ms + hold_ms ? published_ms : came_ms + hold_ms;
}

static void ask(struct simulation *simulation, uint64_t after, int64_t hold_ms)
{
    const struct workload *workload = simulation->workload;
    int64_t came_ms = simulation->client.now_ms + TRIP_MS;
    int64_t answer_ms = answered_at(workload, after, came_ms, hold_ms);
    simulation->result.requests++;
    simulation->result.bytes += REQUEST_SIZE;
    int64_t away_ms = away_in(workload, came_ms, answer_ms);
    if (away_ms != -1) {
        fail_request(simulation, away_ms > came_ms ? away_ms : came_ms);
    } else if (answer_ms > came_ms + PROXY_MS) {
        simulation->result.held_too_long++;
        fail_request(simulation, came_ms + PROXY_MS);
    } else {
        answer(simulation, after, answer_ms);
    }
}

/* Do what it wanted, up to its next wish. */
static void step(struct simulation *simulation)
{
    enum action action = wanted.action;
    wanted.action = NOTHING;
    if (action == NOTHING)
        lose("after %lld ms it neither asks nor waits: nothing comes any more",
             (long long)simulation->client.now_ms);
    if (action == ASK) {
        ask(simulation, wanted.after, wanted.ms);
        return;
    }
    simulation->client.now_ms += wanted.ms;
    simulation->technique->on_due(&simulation->client);
}

static int by_size(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

/* Those that were published in the last two seconds may be on their way. */
static void weigh_delays(struct simulation *simulation)
{
    const struct workload *workload = simulation->workload;
    struct result *result = &simulation->result;
    size_t came = 0;
    for (size_t i = 0; i < workload->count; i++) {
        bool is_due =
            workload->published_ms[i] < workload->duration_ms - 2 * SECOND_MS;
        if (simulation->delays_ms[i] != -1)
            simulation->delays_ms[came++] = simulation->delays_ms[i];
        else if (is_due)
            result->lost++;
    }
    if (came == 0)
        return;
    qsort(simulation->delays_ms, came, sizeof(int64_t), by_size);
    result->p50_ms = simulation->delays_ms[came / 2];
    result->max_ms = simulation->delays_ms[came - 1];
}

static struct result measure(const struct technique *technique,
                             const struct workload *workload)
{
    struct simulation simulation = {
        .technique = technique,
        .workload = workload,
        .result.back_ms = {-1, -1},
        .delays_ms = allocate((workload->count + 1) * sizeof(int64_t)),
    };
    for (size_t i = 0; i < workload->count; i++)
        simulation.delays_ms[i] = -1;
    wanted.action = NOTHING;
    technique->start(&simulation.client);
    while (simulation.client.now_ms < workload->duration_ms)
        step(&simulation);
    weigh_delays(&simulation);
    free(simulation.delays_ms);
    return simulation.result;
}

/* ------------------------------------------------------ workloads */

/* A message somewhere in each slot; the same ones in every run. */
static struct workload new_workload(int64_t duration_ms, int64_t slot_ms)
{
    struct workload workload = {.duration_ms = duration_ms};
    uint32_t random = 1;
    if (slot_ms > 0)
        workload.count = (size_t)(duration_ms / slot_ms);
    workload.published_ms = allocate((workload.count + 1) * sizeof(int64_t));
    for (size_t i = 0; i < workload.count; i++) {
        random = random * 1664525 + 1013904223;
        workload.published_ms[i] =
            (int64_t)i * slot_ms + (random >> 16) % slot_ms;
    }
    return workload;
}

static struct workload quiet(void)
{
    return new_workload(600 * SECOND_MS, 3 * SECOND_MS);
}

static struct workload busy(void)
{
    return new_workload(60 * SECOND_MS, 10);
}

static struct workload silent(void)
{
    return new_workload(HOUR_MS, 0);
}

static struct workload with_outage(void)
{
    struct workload workload = new_workload(240 * SECOND_MS, 500);
    workload.away_ms[0] = 60 * SECOND_MS;
    workload.gone_ms[0] = 100 * SECOND_MS;
    return workload;
}

static struct workload with_two_outages(void)
{
    struct workload workload = with_outage();
    workload.away_ms[1] = 200 * SECOND_MS;
    workload.gone_ms[1] = SECOND_MS;
    return workload;
}

static void tell(const char *name, const struct result *result)
{
    story("%s: %lld requests, of which %lld brought nothing and %lld failed; "
          "%lld bytes",
          name, result->requests, result->empty, result->failed, result->bytes);
    if (result->max_ms > 0)
        story("%s: half of the messages within %lld ms, all within %lld ms",
              name, result->p50_ms, result->max_ms);
}

/* Yours, beside the others, which are told first. */
static struct result compare(struct workload workload, const char *what,
                             struct result *of_long_polling)
{
    expect_written(
        own_technique.start != NULL && own_technique.on_due != NULL &&
            own_technique.on_answer != NULL && own_technique.on_failed != NULL,
        "own_technique");
    story("%s", what);
    struct result other = measure(&polling, &workload);
    tell(polling.name, &other);
    other = measure(&long_polling, &workload);
    tell(long_polling.name, &other);
    if (of_long_polling != NULL)
        *of_long_polling = other;
    struct result own = measure(&own_technique, &workload);
    tell("yours", &own);
    free(workload.published_ms);
    return own;
}

/* ------------------------------------------------------ tests */

static const char in_quiet[] = "10 minutes, a message every 3 s by chance";
static const char in_busy[] = "a minute, 100 messages a second";
static const char in_silence[] = "an hour, and no message";
static const char in_outage[] =
    "4 minutes, 2 messages a second; the server is away for 100 s of them";
static const char in_two_outages[] =
    "4 minutes, 2 messages a second; the server is away for 100 s, and 40 s "
    "later for 1 s";

static void few_come_at_once(void)
{
    struct result own = compare(quiet(), in_quiet, NULL);
    expect_between("the delay in ms that half of the messages had", own.p50_ms,
                   0, 3 * TRIP_MS);
}

static void many_take_few_requests(void)
{
    struct result own = compare(busy(), in_busy, NULL);
    expect_between("the number of requests in a minute", own.requests, 1, 600);
}

static void many_are_not_late(void)
{
    struct result own = compare(busy(), in_busy, NULL);
    expect_between("the longest delay in ms", own.max_ms, 0, 150);
}

static void many_take_fewer_bytes(void)
{
    struct result other;
    struct result own = compare(busy(), in_busy, &other);
    expect_between("the number of bytes", own.bytes, 1, other.bytes * 3 / 4);
}

static void silence_is_cheap(void)
{
    struct result own = compare(silent(), in_silence, NULL);
    expect_number("the number of requests that the proxy gave up after 30 s",
                  own.held_too_long, 0);
    expect_between("the number of requests in an hour", own.requests, 1,
                   HOUR_MS / (20 * SECOND_MS));
}

static void nothing_is_lost_or_twice(void)
{
    struct result own = compare(busy(), in_busy, NULL);
    expect_number("the number of messages that came twice", own.twice, 0);
    expect_number("the number of messages that never came", own.lost, 0);
    own = compare(quiet(), in_quiet, NULL);
    expect_number("the number of messages that came twice", own.twice, 0);
    expect_number("the number of messages that never came", own.lost, 0);
}

static void an_outage_is_survived(void)
{
    struct result own = compare(with_outage(), in_outage, NULL);
    expect_between("the number of requests that failed", own.failed, 1, 20);
    expect_between("the time in ms until it was back", own.back_ms[0], 0,
                   15 * SECOND_MS);
    expect_number("the number of messages that never came", own.lost, 0);
    expect_number("the number of messages that came twice", own.twice, 0);
}

static void patience_begins_anew(void)
{
    struct result own = compare(with_two_outages(), in_two_outages, NULL);
    expect_between("the time in ms until it was back the second time",
                   own.back_ms[1], 0, 5 * SECOND_MS);
}

static const struct graded_test tests[] = {
    {"few messages come as soon as by long polling",
     15,
     few_come_at_once,
     {"who knows when there is something to say, the client or the server?",
      "let the server hold the request while there is nothing",
      "client_ask(client, client->newest, 25000), again after each answer"},
     "build/client compare --quick --workload sparse"},
    {"many messages take at most 10 requests a second",
     20,
     many_take_few_requests,
     {"how often does long polling ask when a message comes every 10 ms?",
      "what comes while you wait comes with the next answer, all at once",
      "after an answer that brought something: client_wait(client, 100)"},
     "build/client compare --workload steady"},
    {"and none of them comes later than after 150 ms",
     10,
     many_are_not_late,
     {"how long does a message wait that is published just behind an answer?",
      "a pause, then a trip there and a trip back: what may the pause be?",
      "100 + 2 * TRIP_MS and some"},
     NULL},
    {"and they take at most three quarters of the bytes of long polling",
     10,
     many_take_fewer_bytes,
     {"which bytes are the same however you ask, and which are not?",
      "a request and the head of its answer are 510 bytes, a message 50",
      "fewer answers, each with more messages"},
     NULL},
    {"when nothing is said, it asks once in 20 s at most",
     15,
     silence_is_cheap,
     {"for how long may a request be held?",
      "longer is cheaper, up to what a proxy puts up with: PROXY_MS",
      "hold for 25000 ms, and ask at once when nothing came"},
     NULL},
    {"nothing is lost, and nothing comes twice",
     15,
     nothing_is_lost_or_twice,
     {"what does the server know of what you have already?",
      "only what you say: it is the number behind which it begins",
      "always client->newest: do not count yourself"},
     NULL},
    {"when the server was away it comes back, and has not asked all the time",
     10,
     an_outage_is_survived,
     {"what do a thousand clients do to a server that is just starting?",
      "wait after a failure, each time twice as long, to a bound; begin anew "
      "after an answer",
      "1, 2, 4, 8, 10, 10, ... s: client->own[0] counts them"},
     "build/client compare --workload outage"},
    {"after an answer its patience begins anew",
     5,
     patience_begins_anew,
     {"how long did you wait before the first try of the second outage?",
      "an answer says that the server is there: begin with the shortest wait",
      "client->own[0] = 0 in on_answer()"},
     NULL},
    {0},
};

/* ------------------------------------------------------ the table */

static void print_row(const struct technique *technique)
{
    if (technique->start == NULL)
        return;
    struct workload workloads[] = {quiet(), busy(), silent()};
    struct result in_few = measure(technique, &workloads[0]);
    struct result in_many = measure(technique, &workloads[1]);
    struct result in_none = measure(technique, &workloads[2]);
    printf("%-26s %7lld ms %9lld ms %10.1f %9lld\n", technique->name,
           in_few.p50_ms, in_many.max_ms, (double)in_many.requests / 60,
           in_none.requests);
    for (size_t i = 0; i < 3; i++)
        free(workloads[i].published_ms);
}

static int print_table(void)
{
    puts(
        "                           half, of few  all, of many  requests/s  in "
        "an hour of silence");
    print_row(&polling);
    print_row(&long_polling);
    print_row(&own_technique);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "table") == 0)
        return print_table();
    return grade("10-comparison", tests);
}
