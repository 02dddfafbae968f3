/* http_checks.c -- what HTTP alone can do, in a browser's hands. */
#include "tests/browser/trial.h"

/* ------------------------------------------------------------- streams */

static void event_source_hears(struct trial *trial)
{
    trial_expect(trial, "listen('/streaming')", "open");
    trial_publish(trial, "one");
    trial_expect(trial, "messages.first(1)", "1:one");
    trial_publish(trial, "zwölf\n\"Boxkämpfer\" 😀");
    trial_expect(trial, "messages.first(2)", "1:one 2:zwölf\n\"Boxkämpfer\" 😀");
}

/* It is cut off with a message under way, and more come while it is away. */
static void event_source_comes_back(struct trial *trial)
{
    trial_start_relay(trial);
    trial_expect(trial, "listen('/streaming')", "open");
    trial_publish(trial, "one");
    trial_expect(trial, "messages.first(1)", "1:one");
    trial_publish(trial, "two");
    trial_cut(trial);
    trial_publish(trial, "three");
    trial_publish(trial, "four");
    trial_expect(trial, "messages.first(4)", "1:one 2:two 3:three 4:four");
    trial_expect(trial, "ends.first(1)", "cut");
    trial_expect(trial, "opens.first(2)", "open open");
    trial_publish(trial, "five");
    trial_expect(trial, "messages.first(5)",
                 "1:one 2:two 3:three 4:four 5:five");
}

static void event_source_learns_of_a_restart(struct trial *trial)
{
    trial_publish(trial, "one");
    trial_publish(trial, "two");
    trial_expect(trial, "listen('/streaming')", "open");
    trial_expect(trial, "messages.first(2)", "1:one 2:two");
    trial_restart(trial);
    trial_expect(trial, "messages.first(3)", "1:one 2:two 0:lost");
    trial_publish(trial, "anew");
    trial_expect(trial, "messages.first(4)", "1:one 2:two 0:lost 1:anew");
}

static void lines_come_one_by_one(struct trial *trial)
{
    trial_expect(trial, "readLines('/streaming')", "200 application/x-ndjson");
    trial_publish(trial, "one");
    trial_expect(trial, "messages.first(1)", "1:one");
    trial_publish(trial, "two");
    trial_expect(trial, "messages.first(2)", "1:one 2:two");
}

/* ------------------------------------------------------------- asking */

static void polling_answers_at_once(struct trial *trial)
{
    trial_expect(trial, "ask('/polling?after=0')", "204");
    trial_publish(trial, "one");
    trial_publish(trial, "two");
    trial_expect(trial, "ask('/polling?after=0')", "200 1:one 2:two");
    trial_expect(trial, "ask('/polling?after=1')", "200 2:two");
    trial_expect(trial, "ask('/polling?after=2')", "204");
}

static void polling_says_not_modified(struct trial *trial)
{
    trial_publish(trial, "one");
    trial_expect(trial, "ask('/polling')", "200 1:one");
    trial_expect(trial, "askAgain('/polling')", "304");
    trial_publish(trial, "two");
    trial_expect(trial, "askAgain('/polling')", "200 1:one 2:two");
}

/* The channel is there as soon as somebody waits for it. */
static void long_polling_waits(struct trial *trial)
{
    trial_expect(trial, "beginToAsk('/long-polling?after=0')", "asked");
    trial_await_metric(trial, "\nchannels 1\n");
    trial_publish(trial, "one");
    trial_expect(trial, "asked", "200 1:one");
    trial_publish(trial, "two");
    trial_expect(trial, "ask('/long-polling?after=1')", "200 2:two");
}

static void long_polling_ends(struct trial *trial)
{
    trial_expect(trial, "ask('/long-polling?after=0')", "204");
}

static void post_publishes(struct trial *trial)
{
    trial_expect(trial, "publish('/polling', 'one')", "201 {\"id\":1}");
    trial_expect(trial, "publish('/long-polling', 'zwölf')", "201 {\"id\":2}");
    trial_expect(trial, "publish('/streaming', '')", "201 {\"id\":3}");
    trial_expect_answer(trial, &trial->server, "/polling?after=1",
                        "\"text\":\"zwölf\"},{\"id\":3,");
}

const struct check http_checks[] = {
    {"an EventSource hears what is published meanwhile, with its id",
     event_source_hears, NULL, NULL},
    {"an EventSource that is cut off comes back, misses nothing and hears "
     "nothing twice",
     event_source_comes_back, NULL, NULL},
    {"an EventSource is told that the server was restarted",
     event_source_learns_of_a_restart, NULL, NULL},
    {"fetch() reads each line of JSON before the next is published",
     lines_come_one_by_one, NULL, NULL},
    {"polling is answered at once, with 204 when there is nothing new",
     polling_answers_at_once, NULL, NULL},
    {"polling with If-None-Match is answered 304 until there is news",
     polling_says_not_modified, NULL, NULL},
    {"long polling is answered by what is published meanwhile",
     long_polling_waits, NULL, NULL},
    {"long polling is answered 204 when its time is over", long_polling_ends,
     "--long-poll-timeout", "200"},
    {"POST publishes by each of the three paths", post_publishes, NULL, NULL},
    {0},
};
