#include "lessons/weather_options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "usage: weather [options] URL-or-HOST:PORT\n"
    "\n"
    "A small network with faults, between any client and that server: connect\n"
    "to the address that it prints instead of the server's.\n"
    "\n"
    "  -p, --port N          port to listen on, on 127.0.0.1 (8081; 0: any "
    "free "
    "one)\n"
    "      --delay MS        each piece of what arrives waits so long\n"
    "      --jitter MS       that much more or less; pieces keep their order\n"
    "      --rate BYTES      per second, in each direction of a connection\n"
    "      --chunk N         pieces of N bytes at most, each sent by itself\n"
    "      --cut-after N|MSms     reset the connection, seen by both ends, "
    "after\n"
    "                        N bytes of both directions together, or "
    "milliseconds\n"
    "      --freeze-after N|MSms  from then on nothing passes, and neither end "
    "is\n"
    "                        told: a pulled cable\n"
    "      --strip-upgrade   take the wish for another protocol out of "
    "requests,\n"
    "                        like a proxy that knows no WebSocket\n"
    "      --buffer-responses     keep a response until it is complete (16 MiB "
    "at\n"
    "                        most), like a buffering proxy: no event stream "
    "comes\n"
    "      --fail-percent P  reset that share of connections at once\n"
    "      --only N          all this for the first N connections only: who "
    "comes\n"
    "                        again gets through\n"
    "      --skip N          and not before N connections have got through\n"
    "      --outage MS       at each SIGUSR1 all connections are reset, and so "
    "long\n"
    "                        all new ones; then it is over (0)\n"
    "      --seed N          of everything random: same seed, same faults (1)\n"
    "      --loop epoll|poll how to wait\n"
    "  -v, --trace           a line for each piece: direction, bytes, delay\n"
    "  -q, --quiet           say nothing but errors\n"
    "  -h, --help  -V, --version\n"
    "\n"
    "examples:\n"
    "  weather --delay 100 --jitter 50 http://127.0.0.1:8080\n"
    "  weather --chunk 1 -v 127.0.0.1:8080\n"
    "  weather --cut-after 5000ms --only 3 127.0.0.1:8080\n"
    "  weather --freeze-after 1000 localhost:8080\n"
    "  weather --outage 2000 localhost:8080 & sleep 9; kill -USR1 $!\n"
    "\n"
    "exit status: 0 ended by a signal, 1 cannot listen or no such host, 2 "
    "usage\n";

enum long_option {
    OPTION_DELAY = 256,
    OPTION_JITTER,
    OPTION_RATE,
    OPTION_CHUNK,
    OPTION_CUT_AFTER,
    OPTION_FREEZE_AFTER,
    OPTION_STRIP_UPGRADE,
    OPTION_BUFFER_RESPONSES,
    OPTION_FAIL_PERCENT,
    OPTION_OUTAGE,
    OPTION_ONLY,
    OPTION_SKIP,
    OPTION_SEED,
    OPTION_LOOP,
};

static const char short_options[] = ":p:vqhV";

static const struct option long_options[] = {
    {"port", required_argument, NULL, 'p'},
    {"delay", required_argument, NULL, OPTION_DELAY},
    {"jitter", required_argument, NULL, OPTION_JITTER},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"chunk", required_argument, NULL, OPTION_CHUNK},
    {"cut-after", required_argument, NULL, OPTION_CUT_AFTER},
    {"freeze-after", required_argument, NULL, OPTION_FREEZE_AFTER},
    {"strip-upgrade", no_argument, NULL, OPTION_STRIP_UPGRADE},
    {"buffer-responses", no_argument, NULL, OPTION_BUFFER_RESPONSES},
    {"fail-percent", required_argument, NULL, OPTION_FAIL_PERCENT},
    {"outage", required_argument, NULL, OPTION_OUTAGE},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"skip", required_argument, NULL, OPTION_SKIP},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"loop", required_argument, NULL, OPTION_LOOP},
    {"trace", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* A day; and what a rate or a count may be, without overflow elsewhere. */
enum { MS_MAX = 24 * 3600 * 1000, NUMBER_MAX = 1 << 30 };

static _Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("weather: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(EXIT_USAGE);
}

static uint64_t number_of(const char *name, uint64_t least, uint64_t most)
{
    uint64_t number;
    if (!url_number(slice_of(optarg), &number) || number < least ||
        number > most)
        fail("%s %s: give a number from %llu to %llu", name, optarg,
             (unsigned long long)least, (unsigned long long)most);
    return number;
}

/* "1000" or "500ms". */
static struct moment moment_of(const char *name)
{
    struct slice text = slice_of(optarg);
    struct moment moment = {.kind = AT_BYTES};
    if (text.size > 2 && strcmp(optarg + text.size - 2, "ms") == 0) {
        moment.kind = AT_MS;
        text.size -= 2;
    }
    if (!url_number(text, &moment.amount) || moment.amount > NUMBER_MAX)
        fail("%s %s: give bytes or a time, as 1000 or 500ms, up to %d", name,
             optarg, NUMBER_MAX);
    return moment;
}

static const struct loop_backend *backend_of(const char *name)
{
    const struct loop_backend *backend = loop_backend_named(name);
    if (backend == NULL)
        fail("--loop %s: there are epoll (on Linux) and poll", name);
    return backend;
}

static void set_fault(struct faults *faults, int option)
{
    switch (option) {
    case OPTION_DELAY:
        faults->delay_ms = (int64_t)number_of("--delay", 0, MS_MAX);
        break;
    case OPTION_JITTER:
        faults->jitter_ms = (int64_t)number_of("--jitter", 0, MS_MAX);
        break;
    case OPTION_RATE: faults->rate = number_of("--rate", 1, NUMBER_MAX); break;
    case OPTION_CHUNK:
        faults->chunk = (size_t)number_of("--chunk", 1, NUMBER_MAX);
        break;
    case OPTION_CUT_AFTER: faults->cut = moment_of("--cut-after"); break;
    case OPTION_FREEZE_AFTER:
        faults->freeze = moment_of("--freeze-after");
        break;
    case OPTION_STRIP_UPGRADE: faults->strips_upgrade = true; break;
    case OPTION_BUFFER_RESPONSES: faults->buffers_responses = true; break;
    case OPTION_FAIL_PERCENT:
        faults->fail_percent = (uint32_t)number_of("--fail-percent", 0, 100);
        break;
    case OPTION_OUTAGE:
        faults->outage_ms = (int64_t)number_of("--outage", 0, MS_MAX);
        break;
    case OPTION_ONLY: faults->only = number_of("--only", 1, NUMBER_MAX); break;
    case OPTION_SKIP: faults->skip = number_of("--skip", 1, NUMBER_MAX); break;
    case OPTION_SEED: faults->seed = number_of("--seed", 0, UINT64_MAX); break;
    }
}

/* getopt_long(3) knows a long option by its place, and one of several letters
 * by itself. */
static _Noreturn void fail_option(char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < OPTION_DELAY &&
                     strchr(short_options, optopt) == NULL;
    fail("no option %s, or none with a value: see --help",
         is_letter ? letter : argv[optind - 1]);
}

static void set_option(struct weather_options *options, int option, char **argv)
{
    switch (option) {
    case 'p':
        number_of("--port", 0, UINT16_MAX);
        options->port = optarg;
        break;
    case 'v': options->log.level = LOG_TRACE; break;
    case 'q': options->log.level = LOG_ERROR; break;
    case OPTION_LOOP: options->backend = backend_of(optarg); break;
    case 'h': fputs(usage, stdout); exit(0);
    case 'V': puts("weather 1.0 (TCP, HTTP/1.1)"); exit(0);
    case ':': fail("%s needs a value: see --help", argv[optind - 1]);
    case '?': fail_option(argv);
    default: set_fault(&options->faults, option);
    }
}

static void read_server(struct weather_options *options, int argc, char **argv)
{
    if (optind == argc)
        fail("no server: give its URL, as in weather http://127.0.0.1:8080");
    options->server_text = argv[optind++];
    if (optind < argc)
        fail("unexpected argument %s: one server", argv[optind]);
    enum url_error error =
        url_parse(slice_of(options->server_text), &options->server);
    if (error != URL_OK)
        fail("%s: %s", options->server_text, url_error_text(error));
    if (options->server.scheme == URL_HTTP_UNIX)
        fail("%s: give host and port, as there is weather on TCP only",
             options->server_text);
}

void weather_options_read(struct weather_options *options, int argc,
                          char **argv)
{
    int option;
    *options = (struct weather_options){
        .port = "8081",
        .backend = loop_backend_named(NULL),
        .log = {.level = LOG_INFO,
                .color =
                    isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == NULL},
        .faults.seed = 1,
    };
    opterr = 0; /* we say ourselves what is wrong */
    while ((option = getopt_long(argc, argv, short_options, long_options,
                                 NULL)) != -1)
        set_option(options, option, argv);
    read_server(options, argc, argv);
}
