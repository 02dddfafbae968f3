#include "client/compare_options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/outcome.h"
#include "common/url.h"

static const char usage[] =
    "usage: client compare [options] [URL]\n"
    "\n"
    "Lets polling, long polling, an event stream, WebSocket, Engine.IO and\n"
    "Socket.IO carry the same messages, and shows what each of them costs.\n"
    "Without a URL it starts the server that lies beside it, once for each of\n"
    "them.\n"
    "\n"
    "      --quick           the main points, in less than 20 s\n"
    "      --workload NAME   one workload: idle sparse steady burst fanout-1\n"
    "                        fanout-10 fanout-100 fanout-1000 chat outage\n"
    "      --rounds N        %d to %d; more are less noisy (%d)\n"
    "      --seed N          another list of events (1)\n"
    "      --json FILE       write every number as JSON, too,\n"
    "      --csv FILE        or as CSV,\n"
    "      --markdown FILE   or the tables as Markdown\n"
    "      --color auto|always|never\n"
    "  -q, --quiet           no progress bar\n"
    "  -h, --help            this text\n"
    "\n"
    "examples:\n"
    "  client compare --quick\n"
    "  client compare --workload fanout-1000 --rounds 5\n"
    "  client compare --json results.json http://server.example:8080\n";

static void show_usage(void)
{
    printf(usage, ROUNDS_MIN, ROUNDS_MAX, ROUNDS_MIN);
}

enum long_option {
    OPTION_QUICK = 256,
    OPTION_WORKLOAD,
    OPTION_ROUNDS,
    OPTION_SEED,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_MARKDOWN,
    OPTION_COLOR,
};

static const struct option long_options[] = {
    {"quick", no_argument, NULL, OPTION_QUICK},
    {"workload", required_argument, NULL, OPTION_WORKLOAD},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"json", required_argument, NULL, OPTION_JSON},
    {"csv", required_argument, NULL, OPTION_CSV},
    {"markdown", required_argument, NULL, OPTION_MARKDOWN},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static _Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static _Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("client: compare ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(OUTCOME_USAGE);
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

static const char *workload_of(const char *name)
{
    if (workload_named(name) == NULL)
        fail("--workload %s: there is none; --help names them", name);
    return name;
}

static const char *color_of(const char *word)
{
    if (strcmp(word, "auto") != 0 && strcmp(word, "always") != 0 &&
        strcmp(word, "never") != 0)
        fail("--color %s: there are auto, always and never", word);
    return word;
}

static void set_option(struct compare_options *options, int option)
{
    switch (option) {
    case OPTION_QUICK: options->is_quick = true; break;
    case OPTION_WORKLOAD: options->only = workload_of(optarg); break;
    case OPTION_ROUNDS:
        options->rounds = (int)number_of("--rounds", ROUNDS_MIN, ROUNDS_MAX);
        break;
    case OPTION_SEED: options->seed = number_of("--seed", 0, UINT64_MAX); break;
    case OPTION_JSON: options->json = optarg; break;
    case OPTION_CSV: options->csv = optarg; break;
    case OPTION_MARKDOWN: options->markdown = optarg; break;
    case OPTION_COLOR: options->color = color_of(optarg); break;
    case 'q': options->is_quiet = true; break;
    case 'h': show_usage(); exit(OUTCOME_DONE);
    }
}

void compare_options_read(struct compare_options *options, int argc,
                          char **argv)
{
    int option;
    *options = (struct compare_options){
        .seed = 1, .rounds = ROUNDS_MIN, .color = "auto"};
    opterr = 0; /* one line is enough, and it is ours */
    while ((option = getopt_long(argc, argv, "qh", long_options, NULL)) != -1) {
        if (option == '?')
            fail("has no option %s, or none with a value: --help shows them",
                 argv[optind - 1]);
        set_option(options, option);
    }
    if (optind < argc)
        options->url = argv[optind++];
    if (optind < argc)
        fail("%s: one URL is enough", argv[optind]);
}

bool compare_options_wants(const struct compare_options *options,
                           const struct workload *workload)
{
    if (options->only != NULL)
        return strcmp(options->only, workload->name) == 0;
    return !options->is_quick || workload->quick_ms > 0;
}

int compare_options_window_ms(const struct compare_options *options,
                              const struct workload *workload)
{
    bool is_short = options->is_quick && workload->quick_ms > 0;
    return is_short ? workload->quick_ms : workload->duration_ms;
}

bool compare_options_colors(const struct compare_options *options, int fd)
{
    const char *terminal = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    if (strcmp(options->color, "auto") != 0)
        return strcmp(options->color, "always") == 0;
    return isatty(fd) == 1 && (no_color == NULL || *no_color == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}
