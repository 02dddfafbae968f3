/* front_page_checks.c -- the page for people, used as people would. */
#include "tests/browser/trial.h"

/* The page adds to what it has said itself how long it took: "hello (3 ms)". */
static void what_is_said_is_shown(struct trial *trial)
{
    static const char all[] =
        "polling longPolling streaming websocket, 0 elements";
    trial_load_front_page(trial);
    trial_define(trial, "all", all);
    trial_expect(trial, "say('hello')", "said");
    trial_publish(trial, "from elsewhere");
    trial_expect(trial, "listsBecome(all, ': hello (')", all);
    trial_expect(trial, "listsBecome(all, ': from elsewhere')", all);
    trial_expect_no_complaints(trial);
}

static void markup_is_shown_as_text(struct trial *trial)
{
    static const char all[] =
        "polling longPolling streaming websocket, 0 elements";
    trial_load_front_page(trial);
    trial_define(trial, "all", all);
    trial_expect(trial, "say('<b>x</b><img src=x onerror=alert(1)>')", "said");
    trial_expect(trial, "listsBecome(all, '1: <b>x</b><img src=x')", all);
    trial_expect_no_complaints(trial);
}

/* Nothing is wider than the window, which would grow with it. */
static void it_fits_a_phone(struct trial *trial)
{
    trial_load_front_page(trial);
    trial_narrow(trial, 375);
    trial_expect(trial, "document.documentElement.scrollWidth", "375");
}

static void policy_stops_scripts(struct trial *trial)
{
    trial_load_front_page(trial);
    trial_expect(trial, "inlineScript()", "does not run");
}

const struct check front_page_checks[] = {
    {"what is said on the front page is shown by all four ways",
     what_is_said_is_shown, NULL, NULL},
    {"markup that somebody says is shown as text", markup_is_shown_as_text,
     NULL, NULL},
    {"the front page fits the width of a phone", it_fits_a_phone, NULL, NULL},
    {"a script that got into the front page would not run",
     policy_stops_scripts, NULL, NULL},
    {0},
};
