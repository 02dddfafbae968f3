/* origin_checks.c -- whose pages may talk to a server (RFC 6455, 10.2; the
 * Fetch standard, 3.2).
 *
 * A page of one server talks to the other: its port is another, and so its
 * origin.
 */
#include "tests/browser/trial.h"

static void foreign_websocket_is_refused(struct trial *trial)
{
    trial_start_other(trial, false);
    trial_expect(trial, "connect(other + '/websocket')", "refused");
    trial_expect(trial, "ends.first(1)", "1006 broken");
}

static void allowed_websocket_is_accepted(struct trial *trial)
{
    trial_start_other(trial, true);
    trial_expect(trial, "connect(other + '/echo')", "open");
    trial_expect(trial, "echo('from afar')", "same text of 9");
}

static void foreign_fetch_is_refused(struct trial *trial)
{
    trial_start_other(trial, false);
    trial_expect(trial, "ask(other + '/polling')", "refused");
    trial_expect(trial, "publish(other + '/polling', 'simple')", "refused");
    trial_expect(
        trial,
        "ask(other + '/polling', {method: 'POST', body: 'asked before',"
        " headers: {'Content-Type': 'application/json'}})",
        "refused");
    trial_expect_answer(trial, &trial->other, "/polling", "204 ");
}

/* The second and the fourth are asked for beforehand, with OPTIONS. */
static void allowed_fetch_is_answered(struct trial *trial)
{
    trial_start_other(trial, true);
    trial_expect(trial, "publish(other + '/polling', 'simple')",
                 "201 {\"id\":1}");
    trial_expect(
        trial,
        "ask(other + '/polling', {method: 'POST', body: 'asked before',"
        " headers: {'Content-Type': 'application/json'}})",
        "201 {\"id\":2}");
    trial_expect(trial, "ask(other + '/polling')",
                 "200 1:simple 2:asked before");
    trial_expect(trial, "askAgain(other + '/polling')", "304");
}

static void allowed_event_source_hears(struct trial *trial)
{
    trial_start_other(trial, true);
    trial_expect(trial, "listen(other + '/streaming')", "open");
    trial_expect(trial, "publish(other + '/polling', 'simple')",
                 "201 {\"id\":1}");
    trial_expect(trial, "messages.first(1)", "1:simple");
}

const struct check origin_checks[] = {
    {"a WebSocket of a page from elsewhere is refused",
     foreign_websocket_is_refused, NULL, NULL},
    {"a WebSocket of a page from an allowed origin is accepted",
     allowed_websocket_is_accepted, NULL, NULL},
    {"a page from elsewhere can neither read nor publish",
     foreign_fetch_is_refused, NULL, NULL},
    {"a page from an allowed origin reads and publishes, with preflight too",
     allowed_fetch_is_answered, NULL, NULL},
    {"an EventSource of a page from an allowed origin hears",
     allowed_event_source_hears, NULL, NULL},
    {0},
};
