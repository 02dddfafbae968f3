/* test_exercise.c -- are requests parked and let go as exercise.h describes?
 *
 * The house is a server without a network: a log, a clock that the test turns,
 * and what was answered.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "lessons/05-long-polling/exercise.h"
#include "lessons/kit/grade.h"

enum { TIMEOUT_MS = 25000, ANSWERS_MAX = 100 };

struct answer {
    int request;
    uint64_t first, last;
};

struct house {
    struct parking parking;
    uint64_t oldest, newest;
    int64_t now_ms;
    int asks_again; /* so many that are answered ask again at once */
    bool is_quiet;  /* what is answered is not told */
    struct answer answers[ANSWERS_MAX];
    int count;
};

static uint64_t oldest_of(void *user)
{
    return ((struct house *)user)->oldest;
}

static uint64_t newest_of(void *user)
{
    return ((struct house *)user)->newest;
}

static void note_answer(void *user, int request, uint64_t first, uint64_t last)
{
    struct house *house = user;
    if (!house->is_quiet)
        story("request %d is answered with %llu..%llu", request,
              (unsigned long long)first, (unsigned long long)last);
    if (house->count == ANSWERS_MAX)
        lose("there is no end of answers");
    house->answers[house->count++] = (struct answer){request, first, last};
    if (house->asks_again == 0)
        return;
    house->asks_again--;
    uint64_t after = last > 0 ? last : house->newest;
    if (!house->is_quiet)
        story("and its client asks again, before this returns: request %d, "
              "behind %llu",
              request + 10, (unsigned long long)after);
    parking_ask(&house->parking, request + 10, after, house->now_ms);
}

static struct house *new_house(uint64_t newest)
{
    struct house *house = allocate(sizeof *house);
    *house = (struct house){
        .parking = {.timeout_ms = TIMEOUT_MS,
                    .oldest = oldest_of,
                    .newest = newest_of,
                    .answer = note_answer},
        .oldest = 1,
        .newest = newest,
    };
    house->parking.user = house;
    story("the newest message is %llu", (unsigned long long)newest);
    return house;
}

static void ask(struct house *house, int request, uint64_t after)
{
    int before = house->count;
    story("at %lld ms request %d asks for what is behind %llu",
          (long long)house->now_ms, request, (unsigned long long)after);
    parking_ask(&house->parking, request, after, house->now_ms);
    expect_written(house->count > before || parking_due(&house->parking) != -1,
                   "parking_ask() (or parking_due())");
}

static void publish(struct house *house, uint64_t count)
{
    house->newest += count;
    story("%llu published: the newest is %llu", (unsigned long long)count,
          (unsigned long long)house->newest);
    parking_published(&house->parking);
}

static void wait_until(struct house *house, int64_t ms)
{
    house->now_ms = ms;
    story("it is %lld ms", (long long)ms);
    parking_tick(&house->parking, ms);
}

static void expect_answers(const struct house *house, int count)
{
    expect_number("the number of answers until here", house->count, count);
}

static void expect_answer(const struct house *house, int request,
                          uint64_t first, uint64_t last)
{
    int found = 0;
    for (int i = 0; i < house->count; i++) {
        const struct answer *answer = &house->answers[i];
        if (answer->request != request)
            continue;
        found++;
        expect_number("its first message", (long long)answer->first,
                      (long long)first);
        expect_number("its last message", (long long)answer->last,
                      (long long)last);
    }
    if (found != 1)
        lose("request %d has %d answers, and 1 was right", request, found);
}

/* ------------------------------------------------------ one request */

static void old_news_comes_at_once(void)
{
    struct house *house = new_house(9);
    ask(house, 1, 7);
    expect_answers(house, 1);
    expect_answer(house, 1, 8, 9);
    expect_number("when the time of the first one ends (-1: nobody waits)",
                  parking_due(&house->parking), -1);
    free(house);
}

static void news_comes_when_it_is_there(void)
{
    struct house *house = new_house(9);
    ask(house, 1, 9);
    expect_answers(house, 0);
    publish(house, 1);
    expect_answers(house, 1);
    expect_answer(house, 1, 10, 10);
    publish(house, 1);
    expect_answers(house, 1);
    free(house);
}

/* The server has begun anew, and counts from 1. */
static void who_is_ahead_waits(void)
{
    struct house *house = new_house(9);
    ask(house, 1, 11);
    expect_answers(house, 0);
    publish(house, 1);
    publish(house, 1);
    expect_answers(house, 0);
    publish(house, 1);
    expect_answers(house, 1);
    expect_answer(house, 1, 12, 12);
    free(house);
}

static void patience_ends(void)
{
    struct house *house = new_house(9);
    house->now_ms = 1000;
    ask(house, 1, 9);
    expect_number("when its time ends", parking_due(&house->parking),
                  1000 + TIMEOUT_MS);
    wait_until(house, 1000 + TIMEOUT_MS - 1);
    expect_answers(house, 0);
    wait_until(house, 1000 + TIMEOUT_MS);
    expect_answers(house, 1);
    expect_answer(house, 1, 0, 0);
    publish(house, 1);
    expect_answers(house, 1);
    free(house);
}

static void each_has_its_own_time(void)
{
    struct house *house = new_house(9);
    for (int request = 1; request <= 4; request++) {
        house->now_ms = 1000 * request;
        ask(house, request, 9);
    }
    story("then request 1 is cut");
    parking_gone(&house->parking, 1);
    expect_number("when the time of the first one ends",
                  parking_due(&house->parking), 2000 + TIMEOUT_MS);
    wait_until(house, 3000 + TIMEOUT_MS);
    expect_answers(house, 2);
    expect_answer(house, 2, 0, 0);
    expect_answer(house, 3, 0, 0);
    publish(house, 1);
    expect_answer(house, 4, 10, 10);
    free(house);
}

/* ------------------------------------------------------ many */

static void a_burst_is_one_answer(void)
{
    struct house *house = new_house(9);
    for (int request = 1; request <= 3; request++)
        ask(house, request, 9);
    publish(house, 50);
    expect_answers(house, 3);
    for (int request = 1; request <= 3; request++)
        expect_answer(house, request, 10, 59);
    free(house);
}

static void who_has_an_answer_may_ask_again(void)
{
    struct house *house = new_house(9);
    for (int request = 1; request <= 3; request++)
        ask(house, request, 9);
    house->asks_again = 3;
    publish(house, 1);
    expect_answers(house, 3);
    publish(house, 1);
    expect_answers(house, 6);
    for (int request = 1; request <= 3; request++) {
        expect_answer(house, request, 10, 10);
        expect_answer(house, request + 10, 11, 11);
    }
    free(house);
}

static void park_a_house_full(struct house *house)
{
    story("%d requests ask for what is behind 9", PARKED_MAX);
    for (int request = 1; request <= PARKED_MAX; request++)
        parking_ask(&house->parking, request, 9, house->now_ms);
    expect_answers(house, 0);
    story("and each of them asks again, before its answer returns");
    house->asks_again = PARKED_MAX;
    house->is_quiet = true;
}

/* Each asks again within its answer, while all other places are taken. */
static void a_full_house_is_served(void)
{
    struct house *house = new_house(9);
    ask(house, 0, 9);
    parking_gone(&house->parking, 0);
    park_a_house_full(house);
    publish(house, 1);
    expect_answers(house, PARKED_MAX);
    expect_answer(house, PARKED_MAX, 10, 10);
    free(house);
    house = new_house(9);
    park_a_house_full(house);
    wait_until(house, TIMEOUT_MS);
    expect_answers(house, PARKED_MAX);
    expect_answer(house, PARKED_MAX, 0, 0);
    expect_number("when the time of the first one ends",
                  parking_due(&house->parking), 2 * TIMEOUT_MS);
    free(house);
}

static void who_is_gone_is_forgotten(void)
{
    struct house *house = new_house(9);
    ask(house, 1, 9);
    ask(house, 2, 9);
    story("the connection of request 1 is cut; request 77 never waited");
    parking_gone(&house->parking, 1);
    parking_gone(&house->parking, 77);
    publish(house, 1);
    expect_answers(house, 1);
    expect_answer(house, 2, 10, 10);
    for (int i = 0; i < 3 * PARKED_MAX; i++) {
        parking_ask(&house->parking, 5, 10, house->now_ms);
        parking_gone(&house->parking, 5);
    }
    story("%d times request 5 asks, and is cut", 3 * PARKED_MAX);
    expect_number("when the time of the first one ends (-1: nobody waits)",
                  parking_due(&house->parking), -1);
    free(house);
}

static void what_is_gone_is_not_promised(void)
{
    struct house *house = new_house(5000);
    house->oldest = 4001;
    story("and the oldest that is kept is 4001");
    ask(house, 1, 7);
    expect_answer(house, 1, 4001, 5000);
    ask(house, 2, 4000);
    expect_answer(house, 2, 4001, 5000);
    ask(house, 3, 4999);
    expect_answer(house, 3, 5000, 5000);
    free(house);
}

static void the_cursor_never_goes_back(void)
{
    story("a client asks behind 7, and 8..9 comes");
    expect_written(cursor_next(7, 8, 9) != 7, "cursor_next()");
    expect_number("what it asks behind next", (long long)cursor_next(7, 8, 9),
                  9);
    story("it asks behind 9, and nothing comes: 0..0");
    expect_number("what it asks behind next", (long long)cursor_next(9, 0, 0),
                  9);
    story("more comes than was asked for: 8..12");
    expect_number("what it asks behind next", (long long)cursor_next(9, 8, 12),
                  12);
    story("an answer of a question before comes late: 3..5");
    expect_number("what it asks behind next", (long long)cursor_next(9, 3, 5),
                  9);
}

/* ------------------------------------------------------ a bad network
 *
 *      RESTING --asks--> ASKING --trip--> WAITING --answer--> TOLD --trip-->
 *         ^                 |                |                 |   RESTING
 *          `--------------- cut ------------ cut ------------ cut
 */
enum {
    MESSAGES = 10000,
    CLIENTS = 3,
    TRIP_MAX_MS = 40,
    GAP_MAX_MS = 20, /* between two messages, and one in ten times ten */
    PATIENCE_MS = 60,
    REST_MS = 15,       /* after a cut */
    STEPS_MAX = 500000, /* far more than it takes */
    REMEMBERED = 8,     /* steps that are told in the end */
};

enum state { RESTING, ASKING, WAITING, TOLD };

struct client {
    enum state state;
    int request;
    int64_t at_ms; /* of what comes next; WAITING: of a cut, or never */
    uint64_t after, heard;
    uint64_t first, last; /* of the answer under way */
};

struct network {
    struct house house;
    struct client clients[CLIENTS];
    int64_t publish_ms;
    uint32_t random;
    int requests, cuts, empty;
    char steps[REMEMBERED][100];
    int step;
};

static const int64_t never = INT64_MAX;

static void remember(struct network *network, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void remember(struct network *network, const char *format, ...)
{
    char *line = network->steps[network->step++ % REMEMBERED];
    int size =
        snprintf(line, 20, "%lld ms: ", (long long)network->house.now_ms);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + size, sizeof network->steps[0] - (size_t)size, format,
              arguments);
    va_end(arguments);
}

static void tell_last_steps(const struct network *network)
{
    int first = network->step < REMEMBERED ? 0 : network->step - REMEMBERED;
    for (int i = first; i < network->step; i++)
        story("%s", network->steps[i % REMEMBERED]);
}

static int64_t chance(struct network *network, int below)
{
    network->random = network->random * 1664525u + 1013904223u;
    return (int64_t)(((uint64_t)network->random * (uint64_t)below) >> 32);
}

static void set_off(struct network *network, struct client *client,
                    enum state state, int64_t ms)
{
    client->state = state;
    client->at_ms = network->house.now_ms + ms;
}

static void cut(struct network *network, struct client *client)
{
    static const char *const what[] = {"", "with the request under way",
                                       "while it waits",
                                       "with the answer under way"};
    network->cuts++;
    remember(network, "request %d is cut %s", client->request,
             what[client->state]);
    if (client->state == WAITING)
        parking_gone(&network->house.parking, client->request);
    set_off(network, client, RESTING, REST_MS);
}

static void answer_over_network(void *user, int request, uint64_t first,
                                uint64_t last)
{
    struct network *network = user;
    remember(network, "request %d is answered with %llu..%llu", request,
             (unsigned long long)first, (unsigned long long)last);
    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = &network->clients[i];
        if (client->request != request || client->state != WAITING)
            continue;
        client->first = first;
        client->last = last;
        network->empty += last == 0;
        set_off(network, client, TOLD, 1 + chance(network, TRIP_MAX_MS));
        return;
    }
    tell_last_steps(network);
    lose("request %d is answered, and it does not wait", request);
}

static uint64_t oldest_over_network(void *user)
{
    (void)user;
    return 1;
}

static uint64_t newest_over_network(void *user)
{
    return ((struct network *)user)->house.newest;
}

static void ask_over_network(struct network *network, struct client *client)
{
    client->request = ++network->requests;
    remember(network, "client %d asks behind %llu: request %d",
             (int)(client - network->clients),
             (unsigned long long)client->after, client->request);
    set_off(network, client, ASKING, 1 + chance(network, TRIP_MAX_MS));
}

/* One in five would wait for longer than its connection lasts. */
static void arrive(struct network *network, struct client *client)
{
    client->state = WAITING;
    client->at_ms = chance(network, 5) > 0
                        ? never
                        : network->house.now_ms + chance(network, PATIENCE_MS);
    remember(network, "request %d arrives", client->request);
    parking_ask(&network->house.parking, client->request, client->after,
                network->house.now_ms);
}

static void hear(struct network *network, struct client *client)
{
    if (client->last > 0 && client->first != client->heard + 1) {
        tell_last_steps(network);
        lose(
            "client %d has heard 1..%llu, and now comes %llu..%llu: %s",
            (int)(client - network->clients), (unsigned long long)client->heard,
            (unsigned long long)client->first, (unsigned long long)client->last,
            client->first > client->heard ? "what is between is lost"
                                          : "it hears it again");
    }
    if (client->last > 0)
        client->heard = client->last;
    client->after = cursor_next(client->after, client->first, client->last);
    ask_over_network(network, client);
}

static void move(struct network *network, struct client *client)
{
    bool is_trip = client->state == ASKING || client->state == TOLD;
    if (client->state == WAITING || (is_trip && chance(network, 20) == 0)) {
        cut(network, client);
        return;
    }
    switch (client->state) {
    case RESTING: ask_over_network(network, client); break;
    case ASKING: arrive(network, client); break;
    case TOLD: hear(network, client); break;
    case WAITING: break;
    }
}

static void publish_over_network(struct network *network)
{
    struct house *house = &network->house;
    house->newest++;
    remember(network, "message %llu", (unsigned long long)house->newest);
    int gap_ms = chance(network, 10) > 0 ? GAP_MAX_MS : 10 * GAP_MAX_MS;
    network->publish_ms = house->newest == MESSAGES
                              ? never
                              : house->now_ms + chance(network, gap_ms);
    parking_published(&house->parking);
}

static void take_step(struct network *network)
{
    struct house *house = &network->house;
    struct client *first = &network->clients[0];
    for (int i = 1; i < CLIENTS; i++)
        if (network->clients[i].at_ms < first->at_ms)
            first = &network->clients[i];
    int64_t due_ms = parking_due(&house->parking);
    if (due_ms == -1)
        due_ms = never;
    if (due_ms <= first->at_ms && due_ms <= network->publish_ms) {
        house->now_ms = due_ms > house->now_ms ? due_ms : house->now_ms;
        remember(network, "the time of a request is over");
        parking_tick(&house->parking, house->now_ms);
    } else if (first->at_ms <= network->publish_ms) {
        house->now_ms = first->at_ms;
        move(network, first);
    } else {
        house->now_ms = network->publish_ms;
        publish_over_network(network);
    }
}

static bool have_all_heard_all(const struct network *network)
{
    for (int i = 0; i < CLIENTS; i++)
        if (network->clients[i].heard < MESSAGES)
            return false;
    return true;
}

static void nothing_is_lost(void)
{
    struct network *network = allocate(sizeof *network);
    *network = (struct network){
        .house = {.parking = {.timeout_ms = PATIENCE_MS,
                              .user = network,
                              .oldest = oldest_over_network,
                              .newest = newest_over_network,
                              .answer = answer_over_network}},
        .random = 6202,
    };
    story("%d messages for %d clients over a network that cuts", MESSAGES,
          CLIENTS);
    for (int i = 0; i < STEPS_MAX && !have_all_heard_all(network); i++)
        take_step(network);
    story("%d requests, %d of them cut, %d answered with nothing",
          network->requests, network->cuts, network->empty);
    expect_written(network->clients[0].heard > 0 || network->empty > 0,
                   "parking_ask() (or parking_published())");
    if (!have_all_heard_all(network)) {
        tell_last_steps(network);
        lose("and not every client hears all of them, however long it takes");
    }
    free(network);
}

static const struct graded_test tests[] = {
    {"what is there already is answered at once",
     5,
     old_news_comes_at_once,
     {"what has happened while the client was on its way?",
      "compare `after` with the number of the newest message",
      "newest > after: answer(user, request, after + 1, newest)"},
     "build/client post http://127.0.0.1:8080/long-polling -d hi; curl "
     "'http://127.0.0.1:8080/long-polling?after=0'"},
    {"a request behind the newest message waits for the next one",
     10,
     news_comes_when_it_is_there,
     {"where is the request while nothing happens?",
      "keep it in parked[], and take it out when you answer it",
      "published: take each out, then answer with after + 1 .. newest"},
     "build/client long-polling http://127.0.0.1:8080 -v"},
    {"who asks behind a message that does not exist yet waits for the one "
     "behind it",
     5,
     who_is_ahead_waits,
     {"is there anything behind 11 when the newest is 9?",
      "newest <= after: there is nothing to say yet",
      "published: leave those alone for whom nothing new is there"},
     NULL},
    {"at the end of its time it is answered with nothing, once",
     10,
     patience_ends,
     {"when exactly is it over, and what remains of the request?",
      "keep the time at which it ends, now_ms + timeout_ms, not how long it is",
      "due_ms <= now_ms: take it out, then answer(user, request, 0, 0)"},
     "build/server --port 8081 --long-poll-timeout 1000, and in another "
     "terminal: curl -i http://127.0.0.1:8081/long-polling?after=0"},
    {"each request has a time of its own, and the first is due first",
     10,
     each_has_its_own_time,
     {"which of those who wait is due first when the first has gone?",
      "parking_due() is the least due_ms of all that wait",
      "taking one out must not change the order of the others, or search all"},
     NULL},
    {"a burst of messages is one answer, for everyone who waits",
     10,
     a_burst_is_one_answer,
     {"how many requests does a client have on the way?",
      "one answer takes all that is behind `after`",
      "loop over those who wait, not over the messages"},
     NULL},
    {"who has an answer may ask again before the others have theirs",
     10,
     who_has_an_answer_may_ask_again,
     {"what does answer() do to the table that you walk through?",
      "take the request out first, and go through those only who waited "
      "before",
      "for (left = count; left > 0; left--) { take out [0]; answer it; }"},
     NULL},
    {"as many as may wait can wait, and ask again within their answers",
     5,
     a_full_house_is_served,
     {"how many places are free while the hundredth is answered?",
      "the place must be free before the answer: its client needs it",
      "struct parked parked = take(...); then answer(parked.request)"},
     NULL},
    {"who is gone is forgotten",
     5,
     who_is_gone_is_forgotten,
     {"who would get the answer to a request whose connection is closed?",
      "find it by its number and close the gap",
      "a place that is not free again is a leak: 100 of them, and nobody may "
      "wait"},
     NULL},
    {"who was away too long begins with the oldest that is kept",
     5,
     what_is_gone_is_not_promised,
     {"can the log give what is behind `after`?",
      "first is after + 1 or the oldest, whichever is greater",
      "first = after + 1 < oldest ? oldest : after + 1"},
     NULL},
    {"the cursor moves with what came, and never back",
     5,
     the_cursor_never_goes_back,
     {"what does a client have after an answer with nothing?",
      "0 is the last number of no message",
      "return last > after ? last : after;"},
     NULL},
    {"10,000 messages over a network that cuts: nothing lost, nothing twice",
     20,
     nothing_is_lost,
     {"what does the server know of an answer that never arrived?",
      "nothing: only the number that the client says counts",
      "keep no memory of what was answered: `after` of the request is the "
      "truth"},
     "build/weather --port 8081 --cut-after 500ms http://127.0.0.1:8080, and "
     "in "
     "another terminal: build/client long-polling http://127.0.0.1:8081 -rv"},
    {0},
};

int main(void)
{
    return grade("05-long-polling", tests);
}
