/* bench.c -- our server beside the least that any server can do.
 *
 * Times depend on the machine, and on who else uses it. So every section runs a
 * server without any protocol (floor.c) in the same minute, with the same bytes
 * over the same number of connections, and prints how many times that ours
 * costs. It asserts nothing but that the replies are right.
 */
#include "tests/bench/bench.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/compare.h"

struct section {
    const char *name;
    const char *what;
    void (*run)(const struct options *options);
};

static const struct section sections[] = {
    {"echo", "WebSocket messages that come back", bench_echo},
    {"socketio", "Socket.IO events that are answered", bench_socketio},
    {"http", "small requests, kept alive", bench_http},
    {"fanout", "one message to 1000 subscribers", bench_fanout},
    {"delay", "how long an echo takes with 100 clients", bench_delay},
    {"idle", "10,000 connections that say nothing", bench_idle},
    {"codecs", "masking and UTF-8 checking", bench_codecs},
};

enum { SECTIONS = sizeof sections / sizeof *sections };

static void print_usage(FILE *file)
{
    fprintf(file,
            "usage: bench [options] [section...]\n"
            "\n"
            "      --quick            fewer and shorter slices: a minute\n"
            "  -c, --connections N    of echo, socketio and http (32)\n"
            "      --subscribers N    of the fanout section (1000)\n"
            "      --idle N           connections of the idle section (10000)\n"
            "      --rounds N         slices of each side (12)\n"
            "      --slice MS         length of a slice (100)\n"
            "      --heartbeat MS     of an idle Socket.IO client (25000)\n"
            "      --cores A,B        where the server and the load run (0,1)\n"
            "      --server PATH      (build/server)\n"
            "      --app PATH         broadcasts events (build/socketio_app)\n"
            "      --floor PATH       (build/floor)\n"
            "      --loop epoll|poll  given to the server\n"
            "  -h, --help\n"
            "\n"
            "sections:\n");
    for (int i = 0; i < SECTIONS; i++)
        fprintf(file, "  %-8s %s\n", sections[i].name, sections[i].what);
    fprintf(file, "\nexamples:\n"
                  "  bench                    all sections\n"
                  "  bench --quick            the same, less exactly\n"
                  "  bench echo fanout        two of them\n"
                  "  bench -c 1 echo          a single connection\n"
                  "  bench --loop poll http   the other backend\n");
}

struct child start_program(const struct options *options, const char *program,
                           int heartbeat_ms)
{
    char interval[16];
    const char *arguments[16] = {program,           "-p",    "0", "-q",
                                 "--ping-interval", interval};
    snprintf(interval, sizeof interval, "%d", heartbeat_ms);
    if (options->loop != NULL) {
        arguments[6] = "--loop";
        arguments[7] = options->loop;
    }
    return child_start(arguments, options->server_core);
}

struct child start_server(const struct options *options)
{
    return start_program(options, options->server, NEVER_MS);
}

struct child start_floor(const struct options *options, const char *mode,
                         size_t first, size_t second)
{
    char sizes[2][24];
    snprintf(sizes[0], sizeof sizes[0], "%zu", first);
    snprintf(sizes[1], sizeof sizes[1], "%zu", second);
    const char *arguments[] = {options->floor, mode, sizes[0], sizes[1], NULL};
    return child_start(arguments, options->server_core);
}

/* The number in `text`; ends the program unless it is in 1 to `most`. */
static int number_option(const char *text, int most)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || number < 1 || number > most)
        fail("\"%s\" is not a number from 1 to %d", text, most);
    return (int)number;
}

static void set_option(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'Q':
        options->rounds = 3;
        options->slice_ms = 80;
        options->heartbeat_ms = 10000;
        break;
    case 'c': options->connections = number_option(value, 10000); break;
    case 'n': options->subscribers = number_option(value, 10000); break;
    case 'i': options->idle = number_option(value, 1000000); break;
    case 'r': options->rounds = number_option(value, ROUNDS_MAX); break;
    case 'm': options->slice_ms = number_option(value, 10000); break;
    case 'b': options->heartbeat_ms = number_option(value, 100000); break;
    case 's': options->server = value; break;
    case 'a': options->app = value; break;
    case 'f': options->floor = value; break;
    case 'l': options->loop = value; break;
    case 'C':
        if (sscanf(value, "%d,%d", &options->server_core,
                   &options->load_core) != 2)
            fail("--cores wants two numbers, as in 0,1");
        break;
    case 'h': print_usage(stdout); exit(0);
    default: print_usage(stderr); exit(2);
    }
}

static void parse_options(struct options *options, int argc, char **argv)
{
    static const struct option names[] = {
        {"quick", no_argument, NULL, 'Q'},
        {"connections", required_argument, NULL, 'c'},
        {"subscribers", required_argument, NULL, 'n'},
        {"idle", required_argument, NULL, 'i'},
        {"rounds", required_argument, NULL, 'r'},
        {"slice", required_argument, NULL, 'm'},
        {"cores", required_argument, NULL, 'C'},
        {"heartbeat", required_argument, NULL, 'b'},
        {"server", required_argument, NULL, 's'},
        {"app", required_argument, NULL, 'a'},
        {"floor", required_argument, NULL, 'f'},
        {"loop", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "c:h", names, NULL)) != -1)
        set_option(options, option, optarg);
}

static bool is_chosen(const char *name, int count, char **chosen)
{
    for (int i = 0; i < count; i++)
        if (strcmp(chosen[i], name) == 0)
            return true;
    return count == 0;
}

static void check_sections(int count, char **chosen)
{
    for (int i = 0; i < count; i++) {
        int known = 0;
        for (int j = 0; j < SECTIONS; j++)
            known += strcmp(chosen[i], sections[j].name) == 0;
        if (known == 0)
            fail("there is no section \"%s\"; see --help", chosen[i]);
    }
}

/* As many descriptors as allowed; the children inherit the limit. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    struct options options = {.server = "build/server",
                              .floor = "build/floor",
                              .app = "build/socketio_app",
                              .rounds = 12,
                              .slice_ms = 100,
                              .connections = 32,
                              .subscribers = 1000,
                              .idle = 10000,
                              .heartbeat_ms = 25000,
                              .server_core = 0,
                              .load_core = 1};
    parse_options(&options, argc, argv);
    argc -= optind;
    argv += optind;
    check_sections(argc, argv);
    children_stop_on_signals();
    raise_descriptor_limit();
    if (options.server_core == options.load_core)
        work_in_batches();
    pin_to_core(options.load_core);
    for (int i = 0; i < SECTIONS; i++)
        if (is_chosen(sections[i].name, argc, argv))
            sections[i].run(&options);
    printf("\nratio: ours / floor, the median of %d neighbouring pairs, and "
           "where the middle half of\nthem lies. 1.00 would be no protocol at "
           "all; less is better. Compare ratios, not times.\n",
           options.rounds);
}
