#include "server/program.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/signals.h"
#include "common/url.h"

enum { EXIT_USAGE = 2, EXIT_FAILED = 1 };

static const char usage[] =
    "usage: %s [options]\n"
    "\n"
    "Lets a web server speak first: polling, long polling, event streams,\n"
    "WebSocket, Engine.IO and Socket.IO on one port. / shows what there is.\n"
    "\n"
    "  -p, --port N               port to listen on (8080; 0: any free one)\n"
    "  -b, --bind ADDRESS         address to listen on (127.0.0.1; all: ::)\n"
    "      --unix PATH            listen on a Unix-domain socket too\n"
    "      --loop epoll|poll      how to wait for many connections\n"
    "      --allow-origin ORIGIN  pages of it may talk to us; repeatable; '*': "
    "any\n"
    "      --max-connections N    more are turned away with 503 (%d)\n"
    "      --max-message BYTES    longer ones get 1009 or 413 (%d; Engine.IO\n"
    "                             %d)\n"
    "      --ping-interval MS     silence before a WebSocket ping (%d; 0: "
    "off)\n"
    "      --ping-timeout MS      and the time for its pong (%d)\n"
    "      --long-poll-timeout MS answer 204 after that (%d)\n"
    "      --connect-timeout MS   Socket.IO: to join a namespace (%d)\n"
    "      --recovery MS          Socket.IO: who was away so long gets what "
    "it\n"
    "                             missed (0: off)\n"
    "      --trace[=hex]          show every request and frame, or every byte\n"
    "      --log-format text|json\n"
    "  -q, --quiet                say nothing but errors\n"
    "  -h, --help                 this text\n"
    "  -V, --version              the version\n"
    "\n"
    "examples:\n"
    "  %s --port 8080\n"
    "  curl 'http://127.0.0.1:8080/long-polling?after=0'\n"
    "  %s -b :: -p 80 --allow-origin https://example.org -q\n";

static void show_usage(const char *program)
{
    printf(usage, program, CONNECTIONS_MAX, MESSAGE_MAX, PAYLOAD_MAX,
           PING_INTERVAL_MS, PING_TIMEOUT_MS, LONG_POLL_MS, JOIN_MS, program,
           program);
}

struct settings {
    const char *program; /* its name */
    const char *port, *address, *unix_path;
    const struct loop_backend *backend;
    struct log_options log;
    bool is_quiet;
    struct server_options server;
};

enum long_option {
    OPTION_UNIX = 256,
    OPTION_LOOP,
    OPTION_ALLOW_ORIGIN,
    OPTION_MAX_CONNECTIONS,
    OPTION_MAX_MESSAGE,
    OPTION_PING_INTERVAL,
    OPTION_PING_TIMEOUT,
    OPTION_LONG_POLL_TIMEOUT,
    OPTION_CONNECT_TIMEOUT,
    OPTION_RECOVERY,
    OPTION_TRACE,
    OPTION_LOG_FORMAT,
};

static const char short_options[] = ":p:b:qhV";

static const struct option long_options[] = {
    {"port", required_argument, NULL, 'p'},
    {"bind", required_argument, NULL, 'b'},
    {"unix", required_argument, NULL, OPTION_UNIX},
    {"loop", required_argument, NULL, OPTION_LOOP},
    {"allow-origin", required_argument, NULL, OPTION_ALLOW_ORIGIN},
    {"max-connections", required_argument, NULL, OPTION_MAX_CONNECTIONS},
    {"max-message", required_argument, NULL, OPTION_MAX_MESSAGE},
    {"ping-interval", required_argument, NULL, OPTION_PING_INTERVAL},
    {"ping-timeout", required_argument, NULL, OPTION_PING_TIMEOUT},
    {"long-poll-timeout", required_argument, NULL, OPTION_LONG_POLL_TIMEOUT},
    {"connect-timeout", required_argument, NULL, OPTION_CONNECT_TIMEOUT},
    {"recovery", required_argument, NULL, OPTION_RECOVERY},
    {"trace", optional_argument, NULL, OPTION_TRACE},
    {"log-format", required_argument, NULL, OPTION_LOG_FORMAT},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* ------------------------------------------------------------- options */

static _Noreturn void fail(const struct settings *settings, const char *what,
                           const char *value, const char *remedy)
{
    fprintf(stderr, "%s: %s %s: %s\n", settings->program, what, value, remedy);
    exit(EXIT_USAGE);
}

/* getopt_long(3) does not take it. It knows a long option by its place, and
 * one of several letters by itself. */
static _Noreturn void fail_option(const struct settings *settings, int problem,
                                  char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = problem == '?' && optopt > 0 && optopt < OPTION_UNIX &&
                     strchr(short_options, optopt) == NULL;
    fail(settings, "option", is_letter ? letter : argv[optind - 1],
         problem == ':' ? "it needs a value; --help shows the options"
                        : "there is none, or none with a value; --help shows "
                          "the options");
}

static uint64_t number_or_fail(const struct settings *settings,
                               const char *name, uint64_t least, uint64_t most)
{
    uint64_t number;
    char range[64];
    if (url_number(slice_of(optarg), &number) && number >= least &&
        number <= most)
        return number;
    snprintf(range, sizeof range, "give a number from %llu to %llu",
             (unsigned long long)least, (unsigned long long)most);
    fail(settings, name, optarg, range);
}

static int ms_or_fail(const struct settings *settings, const char *name)
{
    return (int)number_or_fail(settings, name, 0, 24 * 3600 * 1000);
}

static void add_origin(struct settings *settings)
{
    struct server_options *server = &settings->server;
    if (server->origin_count == ORIGINS_MAX)
        fail(settings, "--allow-origin", optarg, "there is no room for more");
    bool is_origin = strcmp(optarg, "*") == 0 || strcmp(optarg, "null") == 0 ||
                     strstr(optarg, "://") != NULL;
    if (!is_origin || strpbrk(optarg, " \r\n\t") != NULL)
        fail(settings, "--allow-origin", optarg,
             "give scheme and host, as in https://example.org");
    server->origins[server->origin_count++] = optarg;
}

static void set_backend(struct settings *settings)
{
    settings->backend = loop_backend_named(optarg);
    if (settings->backend == NULL)
        fail(settings, "--loop", optarg, "there are epoll (Linux) and poll");
}

static void set_path(struct settings *settings)
{
    if (*optarg == '\0')
        fail(settings, "--unix", "''", "give a path, as in /tmp/push");
    settings->unix_path = optarg;
}

static void set_trace(struct settings *settings)
{
    if (optarg != NULL && strcmp(optarg, "hex") != 0)
        fail(settings, "--trace", optarg, "give --trace or --trace=hex");
    settings->log.level = optarg ? LOG_TRACE_HEX : LOG_TRACE;
}

static void set_format(struct settings *settings)
{
    if (strcmp(optarg, "text") != 0 && strcmp(optarg, "json") != 0)
        fail(settings, "--log-format", optarg, "there are text and json");
    settings->log.json = strcmp(optarg, "json") == 0;
}

/* Each connection may have a session of Engine.IO. */
static void set_max_connections(struct settings *settings)
{
    struct server_options *server = &settings->server;
    server->max_connections =
        number_or_fail(settings, "--max-connections", 1, 1 << 24);
    if (server->max_sessions < server->max_connections)
        server->max_sessions = server->max_connections;
}

static void set_server_option(struct settings *settings, int option)
{
    struct server_options *server = &settings->server;
    switch (option) {
    case OPTION_ALLOW_ORIGIN: add_origin(settings); break;
    case OPTION_MAX_CONNECTIONS: set_max_connections(settings); break;
    case OPTION_MAX_MESSAGE:
        server->max_message = server->max_payload =
            (uint32_t)number_or_fail(settings, "--max-message", 1, 1 << 30);
        break;
    case OPTION_PING_INTERVAL:
        server->patience.ping_interval_ms =
            ms_or_fail(settings, "--ping-interval");
        break;
    case OPTION_PING_TIMEOUT:
        server->patience.ping_timeout_ms =
            ms_or_fail(settings, "--ping-timeout");
        break;
    case OPTION_LONG_POLL_TIMEOUT:
        server->long_poll_timeout_ms =
            ms_or_fail(settings, "--long-poll-timeout");
        break;
    case OPTION_CONNECT_TIMEOUT:
        server->join_ms = ms_or_fail(settings, "--connect-timeout");
        break;
    case OPTION_RECOVERY:
        server->recovery_ms = ms_or_fail(settings, "--recovery");
        break;
    }
}

static void set_option(struct settings *settings, int option)
{
    switch (option) {
    case 'p':
        number_or_fail(settings, "--port", 0, UINT16_MAX);
        settings->port = optarg;
        break;
    case 'b': settings->address = optarg; break;
    case 'q': settings->is_quiet = true; break;
    case OPTION_UNIX: set_path(settings); break;
    case OPTION_LOOP: set_backend(settings); break;
    case OPTION_TRACE: set_trace(settings); break;
    case OPTION_LOG_FORMAT: set_format(settings); break;
    case 'h': show_usage(settings->program); exit(0);
    case 'V':
        printf("%s 1.0 (HTTP/1.1, event streams, WebSocket 13, Engine.IO 4, "
               "Socket.IO 5)\n",
               settings->program);
        exit(0);
    default: set_server_option(settings, option);
    }
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static struct settings default_settings(const char *path)
{
    bool is_plain = isatty(STDERR_FILENO) != 1 || getenv("NO_COLOR") != NULL;
    return (struct settings){
        .program = name_of(path),
        .port = "8080",
        .address = "127.0.0.1",
        .backend = loop_backend_named(NULL),
        .log = {.level = LOG_INFO, .color = !is_plain},
        .server = server_default_options(),
    };
}

static void read_options(struct settings *settings, int argc, char **argv)
{
    int option;
    opterr = 0; /* we say ourselves what is wrong */
    while ((option = getopt_long(argc, argv, short_options, long_options,
                                 NULL)) != -1) {
        if (option == '?' || option == ':')
            fail_option(settings, option, argv);
        set_option(settings, option);
    }
    if (optind < argc)
        fail(settings, "unexpected argument", argv[optind],
             "--help shows the options");
    if (settings->is_quiet && settings->log.level > LOG_INFO)
        fail(settings, "--trace", "and --quiet", "give one of the two");
    if (settings->is_quiet)
        settings->log.level = LOG_ERROR;
}

/* ------------------------------------------------------------- signals */

struct ending {
    struct signals signals;
    struct server *server;
};

/* The first signal ends the server in good order, the second one at once. */
static void on_signal(struct signals *signals, int number)
{
    struct ending *ending = CONTAINER(signals, struct ending, signals);
    if (ending->server->http.is_ending)
        _exit(1);
    log_info("ending (%s)", strsignal(number));
    server_shutdown(ending->server);
}

/* ------------------------------------------------------------- main */

/* A descriptor a connection, and some of our own: take what the system
 * gives. */
static void raise_descriptor_limit(struct server_options *options)
{
    enum { OWN = 32 + TURNED_AWAY_MAX };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return;
    rlim_t wanted = options->max_connections + OWN;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void say_where(const struct settings *settings, int port)
{
    bool is_v6 = strchr(settings->address, ':') != NULL;
    printf(is_v6 ? "listening on http://[%s]:%d\n"
                 : "listening on http://%s:%d\n",
           settings->address, port);
    fflush(stdout);
}

static int listen_everywhere(struct server *server,
                             const struct settings *settings)
{
    const char *why = NULL;
    int port = server_listen(server, settings->address, settings->port, &why);
    if (port == -1) {
        fprintf(stderr,
                "%s: cannot listen on %s port %s: %s; try another with "
                "--port or --bind\n",
                settings->program, settings->address, settings->port, why);
        return -1;
    }
    if (settings->unix_path != NULL &&
        server_listen_unix(server, settings->unix_path, &why) == -1) {
        fprintf(stderr, "%s: cannot listen on %s: %s; try another path\n",
                settings->program, settings->unix_path, why);
        return -1;
    }
    return port;
}

int server_program(int argc, char **argv, void (*set_up)(struct sio *io))
{
    struct settings settings = default_settings(argv[0]);
    struct ending ending = {.signals.on_signal = on_signal};
    read_options(&settings, argc, argv);
    log_set(&settings.log);
    raise_descriptor_limit(&settings.server);

    struct loop *loop = loop_new(settings.backend);
    if (loop == NULL) {
        fprintf(stderr, "%s: --loop %s: %s\n", settings.program,
                settings.backend->name, strerror(errno));
        return EXIT_FAILED;
    }
    struct server *server = server_new(loop, &settings.server);
    set_up(server->socketio);
    int port = listen_everywhere(server, &settings);
    int result = EXIT_FAILED;
    if (port != -1) {
        ending.server = server;
        signals_watch(&ending.signals, loop); /* before it is read */
        say_where(&settings, port);
        result = loop_run(loop) == -1 ? EXIT_FAILED : 0;
        signals_stop(&ending.signals, loop);
    }
    server_free(server);
    loop_free(loop);
    return result;
}
