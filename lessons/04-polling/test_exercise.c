/* test_exercise.c -- is the pace kept that exercise.h describes? */
#include <stdbool.h>

#include "lessons/04-polling/exercise.h"
#include "lessons/kit/grade.h"

enum { LEAST_MS = 100, MOST_MS = 10000 };

static const uint32_t least_random = 0, most_random = UINT32_MAX;

static struct pace new_pace(void)
{
    return (struct pace){.least_ms = LEAST_MS, .most_ms = MOST_MS};
}

static int next(struct pace *pace, size_t count, uint32_t random)
{
    int wait_ms = pace_next(pace, count, random);
    expect_written(wait_ms != -1, "pace_next()");
    return wait_ms;
}

/* After so many answers that brought nothing. */
static int after_empty(struct pace *pace, int empty, uint32_t random)
{
    int wait_ms = 0;
    for (int i = 0; i < empty; i++)
        wait_ms = next(pace, 0, random);
    story("%d answers in a row bring nothing; the wait is %d ms", empty,
          wait_ms);
    return wait_ms;
}

static void messages_keep_the_interval(void)
{
    struct pace pace = new_pace();
    story("an answer brings 3 messages, the interval is %d ms", LEAST_MS);
    expect_number("the wait with the smallest random number",
                  next(&pace, 3, least_random), LEAST_MS / 2);
    expect_number("the wait with the largest random number",
                  next(&pace, 3, most_random), LEAST_MS);
}

static void nothing_doubles_it(void)
{
    for (int empty = 1, right_ms = 2 * LEAST_MS; empty <= 6;
         empty++, right_ms *= 2) {
        struct pace pace = new_pace();
        expect_number("the wait with the largest random number",
                      after_empty(&pace, empty, most_random), right_ms);
    }
}

static void it_has_an_upper_bound(void)
{
    for (int empty = 6; empty <= 100; empty += 47) {
        struct pace pace = new_pace();
        expect_between("the wait", after_empty(&pace, empty, most_random), 0,
                       MOST_MS);
    }
    struct pace pace = new_pace();
    expect_number("the wait after a long silence",
                  after_empty(&pace, 1000, most_random), MOST_MS);
}

static void a_message_ends_the_back_off(void)
{
    struct pace pace = new_pace();
    after_empty(&pace, 5, most_random);
    story("then an answer brings 1 message");
    expect_number("the wait behind it", next(&pace, 1, most_random), LEAST_MS);
    expect_number("the wait after nothing again", next(&pace, 0, most_random),
                  2 * LEAST_MS);
}

static void who_polls_is_spread(void)
{
    enum { CLIENTS = 1000, BUCKETS = 10 };
    int counts[BUCKETS + 1] = {0};
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct pace pace = new_pace();
        int wait_ms = next(&pace, 1, i * (UINT32_MAX / CLIENTS));
        expect_between("a wait", wait_ms, LEAST_MS / 2, LEAST_MS);
        counts[(wait_ms - LEAST_MS / 2) * BUCKETS / (LEAST_MS / 2 + 1)]++;
    }
    story("%d clients ask at the same moment, each with another random number",
          CLIENTS);
    for (int i = 0; i < BUCKETS; i++)
        expect_between("how many of them come back in each tenth of the time",
                       counts[i], CLIENTS / BUCKETS / 2, 2 * CLIENTS / BUCKETS);
}

static void the_random_number_alone_decides(void)
{
    struct pace one = new_pace(), other = new_pace();
    for (uint32_t i = 1; i < 20; i++) {
        uint32_t random = i * 0x9e3779b9u;
        int one_ms = next(&one, i % 3, random);
        expect_number("the wait of a second client with the same numbers",
                      next(&other, i % 3, random), one_ms);
    }
}

static const struct graded_test tests[] = {
    {"after messages it waits for half of the interval to all of it",
     20,
     messages_keep_the_interval,
     {"which values may the wait have, and which random number gives which?",
      "half of the interval is always there; the random number chooses from "
      "the other half",
      "half + random * (interval - half + 1) / 2^32, with 64 bits"},
     "build/client polling http://127.0.0.1:8080 --interval 100 -v"},
    {"each answer that brings nothing doubles the interval",
     20,
     nothing_doubles_it,
     {"what has to be remembered from one call to the next?",
      "pace->wait_ms is yours: keep the interval there, not the wait",
      "pace->wait_ms = 2 * (pace->wait_ms ? pace->wait_ms : least_ms)"},
     NULL},
    {"no wait is longer than the upper bound, however long nothing comes",
     20,
     it_has_an_upper_bound,
     {"what is 2 * 2 * 2 ... after forty answers, in an int?",
      "compare before you double, or the number is negative by then",
      "interval > most_ms / 2 ? most_ms : 2 * interval"},
     NULL},
    {"a message brings the interval back to the shortest",
     15,
     a_message_ends_the_back_off,
     {"what does a message say about when the next one will come?",
      "set it back as soon as count > 0",
      "if (count > 0) pace->wait_ms = pace->least_ms;"},
     NULL},
    {"a thousand clients do not come back at the same moment",
     15,
     who_polls_is_spread,
     {"what happens to a server when all clients wait exactly as long?",
      "the waits are spread evenly over the half of the interval",
      "take the high bits of random * count, not random % something small"},
     NULL},
    {"the same random numbers make the same waits",
     10,
     the_random_number_alone_decides,
     {"where does the randomness come from?",
      "from the argument, so that a test can choose it", "no rand(), no clock"},
     NULL},
    {0},
};

int main(void)
{
    return grade("04-polling", tests);
}
