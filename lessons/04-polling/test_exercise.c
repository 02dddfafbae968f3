/* test_exercise.c -- is the pace kept that exercise.h describes? */
#include <limits.h>
#include <stdio.h>

#include "lessons/04-polling/exercise.h"
#include "lessons/kit/grade.h"

static const uint32_t least_random = 0, most_random = UINT32_MAX;

/* The second one is odd, and its bound no double of anything; the third one is
 * at its bound after one answer; the fourth one's bound has no double. */
static const struct pace paces[] = {
    {.least_ms = 100, .most_ms = 10000},
    {.least_ms = 101, .most_ms = 9973},
    {.least_ms = 1000, .most_ms = 1500},
    {.least_ms = 1000, .most_ms = INT_MAX},
};
enum { PACES = sizeof paces / sizeof *paces };

static int next(struct pace *pace, size_t count, uint32_t random)
{
    int wait_ms = pace_next(pace, count, random);
    expect_written(wait_ms != -1, "pace_next()");
    return wait_ms;
}

static int half_of(int interval_ms)
{
    return (interval_ms + 1) / 2;
}

/* Is the interval kept? Which part of it is waited for, another test judges. */
static void expect_interval(const char *what, int wait_ms, int interval_ms)
{
    if (wait_ms < interval_ms / 2 || wait_ms / 2 >= interval_ms)
        lose("%s is %d ms, and the interval was %d ms", what, wait_ms,
             interval_ms);
}

/* After so many answers that brought nothing. */
static int interval_after(const struct pace *pace, int empty)
{
    int interval_ms = pace->least_ms;
    while (empty-- > 0)
        interval_ms =
            interval_ms > pace->most_ms / 2 ? pace->most_ms : 2 * interval_ms;
    return interval_ms;
}

static void messages_keep_the_interval(void)
{
    for (int i = 0; i < PACES; i++) {
        struct pace pace = paces[i];
        story_case("an answer brings 3 messages, the interval is %d ms",
                   pace.least_ms);
        expect_number("the wait with the smallest random number",
                      next(&pace, 3, least_random), half_of(pace.least_ms));
        expect_number("the wait with the largest random number",
                      next(&pace, 3, most_random), pace.least_ms);
    }
}

static const char *name_of(uint32_t random)
{
    return random == least_random  ? " (the smallest)"
           : random == most_random ? " (the largest)"
                                   : "";
}

/* "always 0 (the smallest)", or "5 and 7 in turn". */
static void name_randoms(const uint32_t randoms[2], char *text, size_t size)
{
    if (randoms[0] == randoms[1])
        snprintf(text, size, "always %u%s", randoms[0], name_of(randoms[0]));
    else
        snprintf(text, size, "%u and %u in turn", randoms[0], randoms[1]);
}

/* Nothing comes; the answers `first` to `last` are judged. */
static void be_silent(const struct pace *started, int first, int last,
                      const uint32_t randoms[2])
{
    struct pace pace = *started;
    char numbers[64];
    name_randoms(randoms, numbers, sizeof numbers);
    story_case("least_ms is %d and most_ms %d; the random number is %s",
               pace.least_ms, pace.most_ms, numbers);
    for (int empty = 1; empty <= last; empty++) {
        int wait_ms = next(&pace, 0, randoms[empty % 2]);
        char what[64];
        snprintf(what, sizeof what, "wait number %d in a row for nothing",
                 empty);
        if (empty < first)
            continue;
        expect_interval(what, wait_ms, interval_after(started, empty));
        if (wait_ms > pace.most_ms)
            lose("%s is %d ms, and most_ms is %d", what, wait_ms, pace.most_ms);
    }
}

/* Whatever part of the interval was waited for, the interval is doubled. */
static void be_silent_with_any_random(int pace, int first, int last)
{
    static const uint32_t randoms[][2] = {
        {UINT32_MAX, UINT32_MAX}, {0, 0}, {0, UINT32_MAX}, {1u << 31, 12345}};
    for (size_t i = 0; i < sizeof randoms / sizeof *randoms; i++)
        be_silent(&paces[pace], first, last, randoms[i]);
}

static void nothing_doubles_it(void)
{
    be_silent_with_any_random(0, 1, 6);
    be_silent_with_any_random(1, 1, 6);
}

static void it_has_an_upper_bound(void)
{
    be_silent_with_any_random(0, 7, 60);
    be_silent_with_any_random(1, 7, 60);
    be_silent_with_any_random(2, 1, 60);
    be_silent_with_any_random(3, 1, 60);
}

static void a_message_ends_the_back_off(void)
{
    struct pace pace = paces[0];
    for (int i = 0; i < 5; i++)
        next(&pace, 0, most_random);
    story("5 answers bring nothing, then one brings 1 message");
    expect_interval("the wait behind it", next(&pace, 1, most_random), 100);
    expect_interval("the wait after nothing again", next(&pace, 0, most_random),
                    200);
}

static void who_polls_is_spread(void)
{
    enum { CLIENTS = 1000, TENTHS = 10, LEAST_MS = 50, MOST_MS = 100 };
    enum { LEAST = CLIENTS / TENTHS / 2, MOST = 2 * CLIENTS / TENTHS };
    int counts[TENTHS] = {0};
    story("%d clients ask at the same moment, each with another random number",
          CLIENTS);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct pace pace = paces[0];
        int wait_ms = next(&pace, 1, i * (UINT32_MAX / CLIENTS));
        expect_between("a wait", wait_ms, LEAST_MS, MOST_MS);
        counts[(wait_ms - LEAST_MS) * TENTHS / (MOST_MS - LEAST_MS + 1)]++;
    }
    for (int i = 0; i < TENTHS; i++)
        if (counts[i] < LEAST || counts[i] > MOST)
            lose("in one tenth of the time %d of them come back; %d to %d may",
                 counts[i], LEAST, MOST);
}

static void the_random_number_alone_decides(void)
{
    struct pace one = paces[0], other = paces[0];
    for (uint32_t i = 1; i < 20; i++) {
        uint32_t random = i * 0x9e3779b9u;
        int one_ms = next(&one, i % 3, random);
        int other_ms = next(&other, i % 3, random);
        if (other_ms != one_ms)
            lose("the wait of a second client with the same numbers is %d, and "
                 "the first one's was %d",
                 other_ms, one_ms);
    }
}

static const struct graded_test tests[] = {
    {"after messages it waits for half of the interval to all of it",
     20,
     messages_keep_the_interval,
     {"which values may the wait have, and which random number gives which?",
      "half of the interval is always there; the random number chooses from "
      "the other half",
      "half + random * (interval - half + 1) / 2^32, with 64 bits; half of 101 "
      "is 51"},
     NULL},
    {"each answer that brings nothing doubles the interval",
     20,
     nothing_doubles_it,
     {"what has to be remembered from one call to the next?",
      "pace->interval_ms is yours: keep the interval there, not the wait",
      "interval_ms = 2 * (interval_ms ? interval_ms : least_ms)"},
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
      "if (count > 0) pace->interval_ms = pace->least_ms;"},
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
