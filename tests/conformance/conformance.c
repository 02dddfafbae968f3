/* conformance.c -- play the catalogue of cases to the programs, strictly.
 *
 * The server is started on a free port, with each backend of the loop; the
 * client is started once for each case, and we are its server. One line for
 * each case that fails, one summary for each side and backend; exit status 1 if
 * any failed.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/conformance/child.h"
#include "tests/conformance/http_play.h"
#include "tests/conformance/settle.h"
#include "tests/conformance/ws_play.h"
#include "tests/program.h"

enum {
    START_MS = 10000,  /* for a program to start, */
    END_MS = 10000,    /* and to end */
    CUT_UP_MAX = 1000, /* bytes of a case that is played byte by byte as well */
    FAILED_MAX = 20,   /* cases of a side; the others are not played then */
};

static const char usage[] =
    "usage: conformance [options]\n"
    "\n"
    "Plays cases of WebSocket and HTTP to build/server and build/client.\n"
    "\n"
    "      --server PATH    the server (build/server)\n"
    "      --client PATH    the client (build/client)\n"
    "      --side SIDE      only server, http or client\n"
    "      --loop NAME      only epoll or poll\n"
    "      --case ID        only the cases whose id begins so, as in 6.4\n"
    "      --all            the slow cases too: time limits, 40 s\n"
    "  -v, --verbose        a line for the cases that pass, too\n"
    "  -h, --help           this text\n";

struct settings {
    const char *server, *client;
    const char *side, *loop, *only; /* NULL: all */
    bool is_all, is_verbose;
};

/* One side with one backend. */
struct run {
    const struct settings *settings;
    const char *side, *loop;
    struct child server;
    int port; /* of the server, or ours when the client is played to */
    int listener;
    struct wire control;
    size_t count, failed;
    struct timespec started;
};

static const struct ws_group *const ws_groups[] = {
    &ws_framing_cases,
    &ws_utf8_cases,
    &ws_limits_cases,
    &ws_additional_cases,
};

enum { WS_GROUPS = sizeof ws_groups / sizeof *ws_groups };

/* -- Reporting -- */

static void report(struct run *run, const char *id, const char *about,
                   const struct verdict *verdict)
{
    bool is_passed = verdict->why[0] == '\0';
    run->count++;
    run->failed += !is_passed;
    if (!is_passed)
        printf("%s %s: %s FAILED: %s (%s)\n", run->side, run->loop, id,
               verdict->why, about);
    else if (run->settings->is_verbose)
        printf("%s %s: %s ok (%s)\n", run->side, run->loop, id, about);
    fflush(stdout);
}

static void begin(struct run *run)
{
    clock_gettime(CLOCK_MONOTONIC, &run->started);
    run->count = run->failed = 0;
}

static void sum_up(const struct run *run)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double took_s = (double)(now.tv_sec - run->started.tv_sec) +
                    (double)(now.tv_nsec - run->started.tv_nsec) / 1e9;
    printf("%-6s %-5s  %zu played, %zu failed, %.1f s%s\n", run->side,
           run->loop, run->count, run->failed, took_s,
           run->failed >= FAILED_MAX ? "; the rest was given up" : "");
    fflush(stdout);
}

static bool is_wanted(const struct run *run, const char *id)
{
    const char *only = run->settings->only;
    if (run->failed >= FAILED_MAX)
        return false;
    return only == NULL || strncmp(id, only, strlen(only)) == 0;
}

/* -- WebSocket, either side -- */

enum { /* exit statuses of a client */
       DONE = 0,
       WEIRD_REPLY = 8,
       HTTP_ERROR = 22,
       CONNECTION_BROKEN = 56,
};

/* A client says by its exit status whether the end was a proper one. */
static bool is_right_status(const struct ws_case *ws_case, int status)
{
    if (ws_case->fails == 0 || ws_case->fails == 1000)
        return status == DONE;
    return status == DONE || status == WEIRD_REPLY ||
           status == CONNECTION_BROKEN;
}

/* Start a client, which connects to us. */
static bool start_client(struct run *run, struct child *client,
                         struct wire *wire, struct verdict *verdict)
{
    char url[64];
    const char *path = run->settings->client;
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/", run->port);
    const char *const argv[] = {path,     "websocket", "-q", "--echo",
                                "--loop", run->loop,   url,  NULL};
    if (!child_start(client, argv, true))
        return verdict_fail(verdict, "%s: %s", path, strerror(errno));
    if (wire_accept(wire, run->listener))
        return true;
    child_ask_to_end(client);
    child_wait(client, END_MS);
    return verdict_fail(verdict, "the client did not connect");
}

static struct verdict
play_to_client(struct run *run, const struct ws_case *ws_case, size_t pieces)
{
    struct verdict verdict = {""};
    struct child client;
    struct wire wire;
    if (!start_client(run, &client, &wire, &verdict))
        return verdict;
    verdict = ws_play_to_client(ws_case, pieces, &wire);
    int status = child_wait(&client, END_MS);
    if (!is_right_status(ws_case, status))
        verdict_fail(&verdict, "the client ended with status %d", status);
    return verdict;
}

static struct verdict play_answer(struct run *run,
                                  const struct ws_answer *answer)
{
    struct verdict verdict = {""};
    struct child client;
    struct wire wire;
    if (!start_client(run, &client, &wire, &verdict))
        return verdict;
    verdict = ws_play_answer(answer, &wire);
    int status = child_wait(&client, END_MS);
    bool is_right = answer->is_refused
                        ? status == WEIRD_REPLY || status == HTTP_ERROR
                        : status == DONE;
    if (!is_right)
        verdict_fail(&verdict, "the client ended with status %d", status);
    return verdict;
}

static struct verdict play_ws(struct run *run, const struct ws_case *ws_case,
                              size_t pieces)
{
    return run->listener == -1
               ? ws_play_to_server(ws_case, pieces, run->port, &run->control)
               : play_to_client(run, ws_case, pieces);
}

/* As it is written, and what is small byte by byte too. */
static void run_ws_case(struct run *run, const struct ws_case *ws_case)
{
    if (!is_wanted(run, ws_case->id))
        return;
    struct verdict verdict = play_ws(run, ws_case, ws_case->pieces);
    report(run, ws_case->id, ws_case->about, &verdict);
    if (ws_case->is_large || ws_case->pieces == 1 ||
        ws_case_size(ws_case) > CUT_UP_MAX)
        return;
    char id[32];
    snprintf(id, sizeof id, "%s in bytes", ws_case->id);
    verdict = play_ws(run, ws_case, 1);
    report(run, id, ws_case->about, &verdict);
}

static void run_ws(struct run *run)
{
    for (size_t i = 0; i < WS_GROUPS; i++)
        for (size_t j = 0; j < ws_groups[i]->count; j++)
            run_ws_case(run, &ws_groups[i]->cases[j]);
}

static void run_client(struct run *run)
{
    for (size_t i = 0; i < ws_answer_count; i++) {
        const struct ws_answer *answer = &ws_answers[i];
        if (!is_wanted(run, answer->id))
            continue;
        struct verdict verdict = play_answer(run, answer);
        report(run, answer->id, answer->about, &verdict);
    }
    run_ws(run);
}

/* -- HTTP -- */

static void run_http_group(struct run *run, const struct http_group *group)
{
    char id[64];
    for (size_t i = 0; i < group->count; i++) {
        const struct http_case *http_case = &group->cases[i];
        snprintf(id, sizeof id, "%s %zu", group->name, i + 1);
        if (!is_wanted(run, id) ||
            (http_case->is_slow && !run->settings->is_all))
            continue;
        struct verdict verdict = http_play(http_case, run->port, &run->control);
        report(run, id, http_case->about, &verdict);
    }
}

static void run_http(struct run *run)
{
    for (size_t i = 0; i < http_group_count; i++)
        run_http_group(run, &http_groups[i]);
}

/* -- Runs -- */

static bool start_server(struct run *run)
{
    char line[128];
    const char *path = run->settings->server;
    const char *const argv[] = {path,     "--port",  "0", "-q",
                                "--loop", run->loop, NULL};
    if (!child_start(&run->server, argv, false)) {
        fprintf(stderr, "conformance: %s: %s; see --server\n", path,
                strerror(errno));
        return false;
    }
    if (program_line(run->server.out, line, sizeof line, START_MS) &&
        (run->port = program_port(line)) != -1 &&
        wire_connect(&run->control, run->port) && settle(&run->control))
        return true;
    fprintf(stderr, "conformance: %s did not start listening\n", path);
    child_ask_to_end(&run->server);
    child_wait(&run->server, END_MS);
    return false;
}

/* It must have survived all that, and end in good order. */
static bool stop_server(struct run *run)
{
    child_ask_to_end(&run->server);
    int status = child_wait(&run->server, END_MS);
    wire_close(&run->control);
    if (status != 0)
        printf("server %s: FAILED: exit status %d at the end\n", run->loop,
               status);
    return status == 0;
}

static bool wants_side(const struct settings *settings, const char *side)
{
    return settings->side == NULL || strcmp(settings->side, side) == 0;
}

/* Returns whether all passed. */
static bool run_side(struct run *run, const char *side,
                     void (*play)(struct run *run))
{
    if (!wants_side(run->settings, side))
        return true;
    run->side = side;
    begin(run);
    play(run);
    sum_up(run);
    return run->failed == 0;
}

static bool run_server_sides(const struct settings *settings, const char *loop)
{
    struct run run = {.settings = settings, .loop = loop, .listener = -1};
    if (!wants_side(settings, "server") && !wants_side(settings, "http"))
        return true;
    if (!start_server(&run))
        return false;
    bool is_passed = run_side(&run, "server", run_ws);
    is_passed = run_side(&run, "http", run_http) && is_passed;
    return stop_server(&run) && is_passed;
}

static bool run_client_side(const struct settings *settings, const char *loop)
{
    struct run run = {.settings = settings, .loop = loop};
    if (!wants_side(settings, "client"))
        return true;
    if (access(settings->client, X_OK) == -1) {
        fprintf(stderr, "conformance: %s: %s; see --client\n", settings->client,
                strerror(errno));
        return false;
    }
    run.listener = wire_listen(&run.port);
    if (run.listener == -1) {
        perror("conformance: cannot listen");
        return false;
    }
    bool is_passed = run_side(&run, "client", run_client);
    close(run.listener);
    return is_passed;
}

/* -- Options -- */

static void set_option(struct settings *settings, int option)
{
    switch (option) {
    case 's': settings->server = optarg; break;
    case 'c': settings->client = optarg; break;
    case 'd': settings->side = optarg; break;
    case 'l': settings->loop = optarg; break;
    case 'o': settings->only = optarg; break;
    case 'a': settings->is_all = true; break;
    case 'v': settings->is_verbose = true; break;
    case 'h': fputs(usage, stdout); exit(0);
    default: fputs("conformance: --help shows the options\n", stderr); exit(2);
    }
}

static struct settings read_options(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"server", required_argument, NULL, 's'},
        {"client", required_argument, NULL, 'c'},
        {"side", required_argument, NULL, 'd'},
        {"loop", required_argument, NULL, 'l'},
        {"case", required_argument, NULL, 'o'},
        {"all", no_argument, NULL, 'a'},
        {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct settings settings = {
        .server = "build/server",
        .client = "build/client",
    };
    int option;
    while ((option = getopt_long(argc, argv, "vh", long_options, NULL)) != -1)
        set_option(&settings, option);
    return settings;
}

int main(int argc, char **argv)
{
    static const char *const loops[] = {"epoll", "poll"};
    struct settings settings = read_options(argc, argv);
    bool is_passed = true;
    child_ends_with_us();
    for (size_t i = 0; i < 2; i++) {
        if (settings.loop != NULL && strcmp(settings.loop, loops[i]) != 0)
            continue;
        is_passed = run_server_sides(&settings, loops[i]) && is_passed;
        is_passed = run_client_side(&settings, loops[i]) && is_passed;
    }
    return is_passed ? 0 : 1;
}
