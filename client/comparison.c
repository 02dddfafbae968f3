#include "client/comparison.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/report.h"

const struct subject subjects[PLACES] = {
    {"polling 1 s", &polling, 1000},    {"polling 100 ms", &polling, 100},
    {"long polling", &long_polling, 0}, {"event stream", &streaming, 0},
    {"WebSocket", &websocket, 0},       {"Engine.IO poll", &chat_polling, 0},
    {"Socket.IO", &chat_websocket, 0},  {"nobody", NULL, 0},
};

bool comparison_fail(struct comparison *comparison, enum outcome outcome,
                     const char *format, ...)
{
    va_list arguments;
    if (comparison->why[0] != '\0')
        return false;
    va_start(arguments, format);
    vsnprintf(comparison->why, sizeof comparison->why, format, arguments);
    va_end(arguments);
    comparison->outcome = outcome;
    return false;
}

/* ---------------------------------------------------------------- servers */

static bool start_servers(struct comparison *comparison)
{
    static const struct program program = {.name = "server"};
    for (int i = 0; i < PLACES; i++) {
        struct process *server = &comparison->servers[i];
        if (!process_start(server, &program))
            return comparison_fail(comparison, OUTCOME_OTHER,
                                   "%s, or give the URL of a server",
                                   server->why);
        snprintf(comparison->server_urls[i], SERVER_URL_SIZE,
                 "http://127.0.0.1:%d/", server->port);
        url_parse(slice_of(comparison->server_urls[i]), &comparison->urls[i]);
    }
    return true;
}

static bool use_url(struct comparison *comparison, const char *text)
{
    struct url url;
    enum url_error error = url_parse(slice_of(text), &url);
    if (error != URL_OK)
        return comparison_fail(comparison, OUTCOME_USAGE, "%s: %s", text,
                               url_error_text(error));
    for (int i = 0; i < PLACES; i++)
        comparison->urls[i] = url;
    return true;
}

bool comparison_find_servers(struct comparison *comparison)
{
    const char *url = comparison->options.url;
    return url != NULL ? use_url(comparison, url) : start_servers(comparison);
}

/* All at once: each takes its time to say goodbye. */
void comparison_stop_servers(struct comparison *comparison)
{
    for (int i = 0; i < PLACES; i++)
        process_signal(&comparison->servers[i], SIGTERM);
    for (int i = 0; i < PLACES; i++)
        process_stop(&comparison->servers[i]);
}

bool comparison_start_weather(struct comparison *comparison, int place,
                              int outage_ms)
{
    struct process *weather = &comparison->weathers[place];
    const char *url = comparison->options.url;
    char ms[16];
    snprintf(ms, sizeof ms, "%d", outage_ms);
    const struct program program = {
        .name = "weather",
        .arguments = {"--outage", ms,
                      url != NULL ? url : comparison->server_urls[place]},
    };
    return process_start(weather, &program) ||
           comparison_fail(comparison, OUTCOME_OTHER, "%s", weather->why);
}

void comparison_stop_weathers(struct comparison *comparison)
{
    for (int i = 0; i < PLACES; i++)
        process_stop(&comparison->weathers[i]);
}

/* ---------------------------------------------------------------- turning */

static bool is_interrupted(void)
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 ||
           sigismember(&pending, SIGTERM) == 1;
}

static bool has_stayed(struct comparison *comparison, struct process *process)
{
    if (process->pid <= 0 || process_is_alive(process))
        return true;
    return comparison_fail(comparison, OUTCOME_BROKEN, "%s during %s; %s",
                           process->why, comparison->label,
                           "nothing after that could be measured");
}

/* Nothing has gone wrong outside the trials? Asked ten times a second. */
static bool is_well(struct comparison *comparison)
{
    enum { CHECK_US = 100000 };
    int64_t now_us = loop_clock_us();
    if (now_us < comparison->checked_us + CHECK_US)
        return true;
    comparison->checked_us = now_us;
    if (is_interrupted())
        return comparison_fail(comparison, OUTCOME_OTHER, "interrupted");
    for (int i = 0; i < PLACES; i++)
        if (!has_stayed(comparison, &comparison->servers[i]) ||
            !has_stayed(comparison, &comparison->weathers[i]))
            return false;
    return true;
}

static void draw_progress(struct comparison *comparison)
{
    enum { DRAW_US = 100000 };
    int64_t now_us = loop_clock_us();
    if (!comparison->shows_progress || now_us < comparison->drawn_us + DRAW_US)
        return;
    double passed_s = (double)(now_us - comparison->since_us) / 1e6;
    double fraction = passed_s / comparison->estimate_s;
    comparison->drawn_us = now_us;
    report_progress(stderr, fraction < 0.99 ? fraction : 0.99,
                    comparison->label);
}

/* Sleep, and turn without sleep for the last moment: a sleep ends late, and its
 * length is whole milliseconds. */
static int turn_until(struct loop *loop, int64_t due_us)
{
    enum { SPIN_US = 200 };
    int64_t wait_us = due_us - loop_clock_us() - SPIN_US;
    return loop_turn(loop, wait_us > 0 ? (int)(wait_us / 1000) : 0);
}

/* Step all trials. Returns how many of them are measured; *due_us is when the
 * next of them wants it again. */
static size_t step_all(struct trial **trials, size_t count, int64_t *due_us)
{
    size_t measured = 0;
    *due_us = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        int64_t next_us = trial_step(trials[i]);
        if (next_us < *due_us)
            *due_us = next_us;
        measured += trial_is_measured(trials[i]);
    }
    return measured;
}

static bool has_failed(struct comparison *comparison, struct trial **trials,
                       size_t count)
{
    enum outcome outcome = OUTCOME_OTHER;
    const char *remedy = comparison->options.url == NULL
                             ? ""
                             : "; is it a server of this project that runs "
                               "there? Without a URL one is started";
    for (size_t i = 0; i < count; i++) {
        const char *why = trial_failure(trials[i], &outcome);
        if (why == NULL)
            continue;
        comparison->checked_us = 0;
        if (is_well(comparison)) /* else the cause is there */
            comparison_fail(comparison, outcome, "%s: %s%s", comparison->label,
                            why, remedy);
        return true;
    }
    return false;
}

bool comparison_measure(struct comparison *comparison, struct trial **trials,
                        size_t count)
{
    int64_t due_us;
    while (step_all(trials, count, &due_us) < count) {
        if (has_failed(comparison, trials, count) || !is_well(comparison))
            return false;
        draw_progress(comparison);
        if (turn_until(comparison->loop, due_us) == -1)
            return comparison_fail(comparison, OUTCOME_OTHER, "the loop: %s",
                                   strerror(errno));
    }
    return true;
}

void comparison_dismiss(struct comparison *comparison, struct trial **trials,
                        size_t count)
{
    enum { TURN_MS = 10 };
    if (comparison->why[0] != '\0')
        comparison_stop_servers(comparison); /* a goodbye would take its time */
    for (size_t i = 0; i < count; i++)
        trial_stop(trials[i]);
    for (size_t i = 0; i < count; i++) {
        while (!trial_is_stopped(trials[i]))
            if (loop_turn(comparison->loop, TURN_MS) == -1)
                return;
        trial_free(trials[i]);
    }
}
