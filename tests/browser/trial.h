/* trial.h -- one check: its own server, a page from it, and what went wrong.
 *
 * A check is a list of expectations. After the first that is disappointed the
 * others are passed over, so a check needs no branches.
 *
 *      trial_expect(trial, "listen('/streaming')", "open");
 *      trial_publish(trial, "one");
 *      trial_expect(trial, "messages.first(1)", "1:one");
 */
#ifndef TESTS_BROWSER_TRIAL_H
#define TESTS_BROWSER_TRIAL_H

#include "tests/browser/devtools.h"
#include "tests/browser/relay.h"
#include "tests/browser/web_server.h"

enum { WINDOWS = 2 };

struct trial {
    struct devtools *devtools;
    const char *program, *backend; /* of the server */
    const char *option, *value;    /* as in struct check */
    struct web_server server;
    struct web_server other; /* another origin, if the check wants one */
    struct relay relay;      /* between page and server, likewise */
    struct page pages[WINDOWS];
    struct page *page;  /* the one that is looked at */
    struct buf failure; /* the first that went wrong; empty: nothing */
};

struct check {
    const char *sentence; /* what it shows */
    void (*run)(struct trial *trial);
    const char *option, *value; /* that the server is started with, or NULL */
};

/* Each ends with a check that has no sentence. */
extern const struct check http_checks[];
extern const struct check websocket_checks[];
extern const struct check origin_checks[];
extern const struct check front_page_checks[];
extern const struct check chat_checks[];

/* Run a check, from the start of its server to its end, on a page that does
 * nothing by itself: /healthz, with on_plain_page.js. Returns what went wrong,
 * or NULL; free(3) it. */
char *trial_run(struct devtools *devtools, const char *program,
                const char *backend, const struct check *check);

/* Load the front page in the place of the plain one, with on_front_page.js. */
void trial_load_front_page(struct trial *trial);

/* Load the chat in one of the windows, with on_chat_page.js, and look at it;
 * through the relay, if there is one. */
void trial_load_chat(struct trial *trial, int window);

/* Look at a window from now on; or close it, and keep looking where we look. */
void trial_look_at(struct trial *trial, int window);
void trial_close_window(struct trial *trial, int window);

/* Type into what has the focus, and press the key. */
void trial_type(struct trial *trial, const char *text);
void trial_press_enter(struct trial *trial);

/* Make the window as wide as that, in pixels, as a phone does: a page that asks
 * for it gets the width of the screen. */
void trial_narrow(struct trial *trial, int width);

/* The expression has this value, when it has been waited for. */
void trial_expect(struct trial *trial, const char *expression,
                  const char *expected);

/* Let the page know a text by this name. */
void trial_define(struct trial *trial, const char *name, const char *text);

/* Somebody else publishes in the lobby. */
void trial_publish(struct trial *trial, const char *text);

/* What somebody else gets from a server has this in it; it begins with the
 * status, as in "204 ". */
void trial_expect_answer(struct trial *trial, const struct web_server *server,
                         const char *target, const char *part);

/* Wait until this line is among the server's metrics. */
void trial_await_metric(struct trial *trial, const char *line);

/* Nobody complained about the page: no exception, no error on its console. */
void trial_expect_no_complaints(struct trial *trial);

/* Start another server, whose origin the page knows as `other`. `may_talk`: it
 * allows the origin of the page. */
void trial_start_other(struct trial *trial, bool may_talk);

/* Put the relay before the server, and load the page through it; and cut. */
void trial_start_relay(struct trial *trial);
void trial_cut(struct trial *trial);

/* Ask the server to end; wait for that and start it again on its port. */
void trial_ask_to_end(struct trial *trial);
void trial_restart(struct trial *trial);

#endif
