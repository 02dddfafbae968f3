#include "client/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/option_modes.h"
#include "common/http.h"
#include "common/limits.h"

static const char usage[] =
    "usage: client MODE URL [options]\n"
    "\n"
    "  get, post             one request, its answer to standard output\n"
    "  polling, long-polling, streaming, websocket\n"
    "                        listen to a channel: a line for each message;\n"
    "                        lines of standard input are published\n"
    "  engineio              send lines as messages, show messages as lines\n"
    "  socketio              send lines as events, show events as lines\n"
    "  compare [URL]         all of them side by side (compare --help)\n"
    "\n"
    "A URL without a path gets the one that goes with the mode.\n"
    "\n"
    "  -H, --header 'Name: value'  add a field, or replace one; repeatable\n"
    "  -d, --data TEXT       publish or post this text\n"
    "      --channel NAME    another channel than lobby\n"
    "      --after ID        begin behind this message\n"
    "  -n, --count N         end after N messages\n"
    "  -m, --max-time S      end after S seconds, with status 28\n"
    "  -i, --interval MS     polling: between two requests (%d)\n"
    "  -r, --reconnect[=N]   come back after a cut, N times in a row or "
    "always\n"
    "      --json            show the whole objects; what is not UTF-8 is in\n"
    "                        base64 (without --json: as a data: URL)\n"
    "      --echo            websocket, engineio: send every message back\n"
    "      --subprotocol NAME      websocket: offer it; repeatable\n"
    "      --ping-interval MS      websocket: ping after that silence (%d)\n"
    "      --max-message BYTES     longer ones are refused (%d)\n"
    "      --proxy-command CMD     speak to CMD's input and output; %%h and "
    "%%p\n"
    "                        in it stand for host and port\n"
    "      --loop epoll|poll how to wait\n"
    "  engineio and socketio:\n"
    "      --transports LIST       polling,websocket (as they are), "
    "websocket,polling\n"
    "                        (polling if need be), or only one of them\n"
    "      --no-upgrade      do not go over from polling to WebSocket\n"
    "  socketio; the path of the URL is the namespace:\n"
    "      --namespace NAME  another one      --path PATH   not /socket.io/\n"
    "      --auth JSON       an object to be let in with\n"
    "      --emit EVENT [JSON...]  emit it once; without JSON, for each line,\n"
    "                        with its text. Else a line is EVENT JSON..., or\n"
    "                        [\"EVENT\",JSON,...] as it is shown\n"
    "      --on EVENT        show only these; repeatable\n"
    "      --ack             ask for acknowledgements, show {\"ack\":[...]}\n"
    "      --ack-timeout MS  and wait no longer\n"
    "      --commands        a JSON object a line, in and out, for programs\n"
    "  -q, --quiet           say nothing but errors\n"
    "  -v, --trace[=hex]     show every head and frame, or every byte\n"
    "      --color auto|always|never\n"
    "  -h, --help  -V, --version\n"
    "\n"
    "examples:\n"
    "  client streaming http://127.0.0.1:8080 --after 0\n"
    "  echo hello | client websocket ws://127.0.0.1:8080/websocket\n"
    "  client socketio http://127.0.0.1:8080/chat --emit hello 1 '\"two\"' "
    "--ack\n"
    "  client post http://127.0.0.1:8080/polling -d hello\n"
    "  client streaming http://push.example.org -r --proxy-command \\\n"
    "      'openssl s_client -quiet -connect %%h:443'\n"
    "\n"
    "exit status: 0 done, 1 other, 2 usage, 6 no such host, 7 not connected,\n"
    "8 weird reply, 22 HTTP error, 28 timeout, 52 empty reply, 56 broken\n";

static void show_usage(void)
{
    printf(usage, POLL_INTERVAL_MS, PING_INTERVAL_MS, MESSAGE_MAX);
}

enum long_option {
    OPTION_ACK = 256,
    OPTION_ACK_TIMEOUT,
    OPTION_AFTER,
    OPTION_AUTH,
    OPTION_CHANNEL,
    OPTION_COLOR,
    OPTION_COMMANDS,
    OPTION_ECHO,
    OPTION_EMIT,
    OPTION_JSON,
    OPTION_LOOP,
    OPTION_MAX_MESSAGE,
    OPTION_NAMESPACE,
    OPTION_NO_UPGRADE,
    OPTION_ON,
    OPTION_PATH,
    OPTION_PING_INTERVAL,
    OPTION_PROXY_COMMAND,
    OPTION_SUBPROTOCOL,
    OPTION_TRACE,
    OPTION_TRANSPORTS,
};

static const char short_options[] = ":H:d:n:m:i:r::qvhV";

static const struct option long_options[] = {
    {"header", required_argument, NULL, 'H'},
    {"data", required_argument, NULL, 'd'},
    {"count", required_argument, NULL, 'n'},
    {"max-time", required_argument, NULL, 'm'},
    {"interval", required_argument, NULL, 'i'},
    {"reconnect", optional_argument, NULL, 'r'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"ack", no_argument, NULL, OPTION_ACK},
    {"ack-timeout", required_argument, NULL, OPTION_ACK_TIMEOUT},
    {"after", required_argument, NULL, OPTION_AFTER},
    {"auth", required_argument, NULL, OPTION_AUTH},
    {"channel", required_argument, NULL, OPTION_CHANNEL},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"commands", no_argument, NULL, OPTION_COMMANDS},
    {"echo", no_argument, NULL, OPTION_ECHO},
    {"emit", required_argument, NULL, OPTION_EMIT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"loop", required_argument, NULL, OPTION_LOOP},
    {"max-message", required_argument, NULL, OPTION_MAX_MESSAGE},
    {"namespace", required_argument, NULL, OPTION_NAMESPACE},
    {"no-upgrade", no_argument, NULL, OPTION_NO_UPGRADE},
    {"on", required_argument, NULL, OPTION_ON},
    {"path", required_argument, NULL, OPTION_PATH},
    {"ping-interval", required_argument, NULL, OPTION_PING_INTERVAL},
    {"proxy-command", required_argument, NULL, OPTION_PROXY_COMMAND},
    {"subprotocol", required_argument, NULL, OPTION_SUBPROTOCOL},
    {"trace", optional_argument, NULL, OPTION_TRACE},
    {"transports", required_argument, NULL, OPTION_TRANSPORTS},
    {NULL, 0, NULL, 0},
};

_Noreturn void options_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("client: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(OUTCOME_USAGE);
}

/* ------------------------------------------------------ values */

static uint64_t number_of(const char *name, const char *text, uint64_t least,
                          uint64_t most)
{
    uint64_t number;
    if (!url_number(slice_of(text), &number) || number < least || number > most)
        options_fail("%s %s: give a number from %llu to %llu", name, text,
                     (unsigned long long)least, (unsigned long long)most);
    return number;
}

static int ms_of(const char *name, uint64_t least)
{
    return (int)number_of(name, optarg, least, 24 * 3600 * 1000);
}

/* Seconds, with or without a fraction: 0.5. */
static int max_time_of(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 1e6))
        options_fail("--max-time %s: give seconds, as in 5 or 0.5", text);
    return (int)(seconds * 1000);
}

static void append(const char **list, const char *name, const char *value)
{
    size_t count = 0;
    while (list[count] != NULL)
        count++;
    if (count == OPTION_LIST_MAX)
        options_fail("%s %s: %d are the most", name, value, OPTION_LIST_MAX);
    list[count] = value;
}

/* A CRLF in a field would be another field, or another request. */
static void add_field(struct options *options, const char *field)
{
    size_t size = strcspn(field, ":");
    if (field[size] == '\0' || !http_is_token((struct slice){field, size}) ||
        !http_is_value(slice_of(field + size + 1)))
        options_fail("--header '%s': give it as 'Name: value', on one line",
                     field);
    append(options->fields, "--header", field);
}

/* RFC 6455, 4.1: each of them is a token, and no two are alike. */
static void add_subprotocol(struct options *options, const char *name)
{
    if (!http_is_token(slice_of(name)))
        options_fail("--subprotocol '%s': give a name without blanks", name);
    for (size_t i = 0; options->subprotocols[i] != NULL; i++)
        if (strcmp(options->subprotocols[i], name) == 0)
            options_fail("--subprotocol %s: once is enough", name);
    append(options->subprotocols, "--subprotocol", name);
    options->listener.subprotocols = options->subprotocols;
}

/* -r, -r3, -r=3, --reconnect, --reconnect=3 */
static void set_attempts(struct listener_options *listener, const char *text)
{
    if (text != NULL && *text == '=')
        text++;
    listener->attempts =
        text == NULL ? -1 : (int)number_of("--reconnect", text, 1, 1000000);
}

static void set_transports(struct listener_options *listener, const char *text)
{
    if (!eio_read_transports(slice_of(text), &listener->transports))
        options_fail("--transports %s: give polling,websocket or one of them, "
                     "or websocket,polling",
                     text);
}

static void set_trace(struct options *options, const char *text)
{
    if (text != NULL && strcmp(text, "hex") != 0)
        options_fail("--trace=%s: give --trace or --trace=hex", text);
    options->log.level = text != NULL ? LOG_TRACE_HEX : LOG_TRACE;
}

static void set_color(struct options *options, const char *text)
{
    bool is_auto = strcmp(text, "auto") == 0;
    bool is_always = strcmp(text, "always") == 0;
    if (!is_auto && !is_always && strcmp(text, "never") != 0)
        options_fail("--color %s: there are auto, always and never", text);
    options->log.color = is_always || (is_auto && isatty(STDERR_FILENO) == 1 &&
                                       getenv("NO_COLOR") == NULL);
}

static void set_backend(struct options *options, const char *name)
{
    options->backend = loop_backend_named(name);
    if (options->backend == NULL)
        options_fail("--loop %s: there are epoll (on Linux) and poll", name);
}

/* ------------------------------------------------------ options */

static void set_listener_option(struct options *options, int option)
{
    struct listener_options *listener = &options->listener;
    switch (option) {
    case OPTION_AFTER:
        listener->has_after = true;
        listener->after = number_of("--after", optarg, 0, UINT64_MAX);
        break;
    case OPTION_CHANNEL: listener->channel = optarg; break;
    case OPTION_ECHO: listener->is_echo = true; break;
    case OPTION_MAX_MESSAGE:
        listener->max_message =
            (uint32_t)number_of("--max-message", optarg, 1, 1 << 30);
        break;
    case OPTION_NO_UPGRADE: listener->transports.has_no_upgrade = true; break;
    case OPTION_PING_INTERVAL:
        listener->ping_interval_ms = ms_of("--ping-interval", 0);
        break;
    case OPTION_PROXY_COMMAND: listener->proxy_command = optarg; break;
    case OPTION_SUBPROTOCOL: add_subprotocol(options, optarg); break;
    case OPTION_TRANSPORTS: set_transports(listener, optarg); break;
    case 'i': listener->interval_ms = ms_of("--interval", 1); break;
    case 'r': set_attempts(listener, optarg); break;
    }
}

static void set_event_option(struct options *options, int option)
{
    struct event_options *events = &options->events;
    switch (option) {
    case OPTION_ACK: events->wants_ack = true; break;
    case OPTION_ACK_TIMEOUT:
        events->wants_ack = true;
        events->ack_timeout_ms = ms_of("--ack-timeout", 1);
        break;
    case OPTION_AUTH: events->auth = optarg; break;
    case OPTION_COMMANDS: events->is_commands = true; break;
    case OPTION_EMIT: events->emit = optarg; break;
    case OPTION_NAMESPACE: events->namespace = optarg; break;
    case OPTION_ON: append(events->on, "--on", optarg); break;
    case OPTION_PATH: events->path = optarg; break;
    default: set_listener_option(options, option);
    }
}

/* getopt_long(3) knows a long option by its place, and one of several letters
 * by itself. */
static _Noreturn void fail_option(char **argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < OPTION_ACK &&
                     strchr(short_options, optopt) == NULL;
    options_fail("no option %s, or none with a value: see --help",
                 is_letter ? letter : argv[optind - 1]);
}

static void set_option(struct options *options, int option, char **argv)
{
    switch (option) {
    case 'H': add_field(options, optarg); break;
    case 'd': options->data = optarg; break;
    case 'n':
        options->count = number_of("--count", optarg, 1, UINT64_MAX);
        break;
    case 'm': options->max_time_ms = max_time_of(optarg); break;
    case 'q': options->is_quiet = true; break;
    case 'v': set_trace(options, NULL); break;
    case OPTION_TRACE: set_trace(options, optarg); break;
    case OPTION_COLOR: set_color(options, optarg); break;
    case OPTION_LOOP: set_backend(options, optarg); break;
    case OPTION_JSON: options->is_json = true; break;
    case 'h': show_usage(); exit(OUTCOME_DONE);
    case 'V':
        puts("client 1.0 (HTTP/1.1, event streams, WebSocket 13, Engine.IO 4, "
             "Socket.IO 5)");
        exit(OUTCOME_DONE);
    case ':': options_fail("%s needs a value: see --help", argv[optind - 1]);
    case '?': fail_option(argv);
    default: set_event_option(options, option);
    }
}

/* ------------------------------------------------------ all of them */

static void note(struct options *options, int option)
{
    _Static_assert(sizeof long_options / sizeof *long_options <= 64,
                   "each has a bit in options->given");
    for (int i = 0; long_options[i].name != NULL; i++)
        if (long_options[i].val == option)
            options->given |= UINT64_C(1) << i;
}

/* The handshake has these itself, once each (RFC 6455, 11.3). */
static bool is_of_handshake(struct slice name)
{
    static const char prefix[] = "Sec-WebSocket-";
    struct slice head = {name.data, sizeof prefix - 1};
    return slice_is_any_case(name, "Upgrade") ||
           slice_is_any_case(name, "Connection") ||
           (name.size > head.size && slice_is_any_case(head, prefix));
}

/* Where the body ends: two answers to that are an attack (RFC 9112, 11.2). */
static bool is_of_body(struct slice name)
{
    return slice_is_any_case(name, "Content-Length") ||
           slice_is_any_case(name, "Transfer-Encoding");
}

static void check_fields(const struct options *options)
{
    bool is_websocket = strcmp(options->mode, "websocket") == 0;
    for (size_t i = 0; options->fields[i] != NULL; i++) {
        const char *field = options->fields[i];
        struct slice name = slice_until(slice_of(field), ':');
        if (is_websocket && is_of_handshake(name))
            options_fail("--header '%s': websocket says that itself (see "
                         "--subprotocol): leave it out",
                         field);
        if (is_of_body(name))
            options_fail("--header '%s': the client counts itself: leave it "
                         "out",
                         field);
    }
}

void options_check_mode(const struct options *options)
{
    check_fields(options);
    for (int i = 0; long_options[i].name != NULL; i++) {
        const char *name = long_options[i].name;
        const char *modes = option_modes_instead(name, options->mode);
        if ((options->given >> i & 1) != 0 && modes != NULL)
            options_fail("--%s goes with %s, not with %s: leave it out", name,
                         modes, options->mode);
    }
}

static void read_arguments(struct options *options, int argc, char **argv)
{
    if (optind == argc)
        options_fail("no mode: give one, as in client get URL (--help)");
    options->mode = argv[optind++];
    if (optind == argc && options->events.is_commands)
        return; /* they say where to go */
    if (optind == argc)
        options_fail("%s: which URL? As in client %s http://127.0.0.1:8080",
                     options->mode, options->mode);
    options->url_text = argv[optind++];
    options->events.arguments = argv + optind;
    options->events.argument_count = argc - optind;
    if (optind < argc && options->events.emit == NULL)
        options_fail("unexpected argument %s: one mode and one URL",
                     argv[optind]);
    enum url_error error =
        url_parse(slice_of(options->url_text), &options->url);
    if (error != URL_OK)
        options_fail("%s: %s", options->url_text, url_error_text(error));
}

void options_read(struct options *options, int argc, char **argv)
{
    int option;
    *options = (struct options){
        .listener.ping_interval_ms = PING_INTERVAL_MS,
        .backend = loop_backend_named(NULL),
    };
    options->listener.fields = options->fields;
    set_color(options, "auto");
    opterr = 0; /* we say ourselves what is wrong */
    while ((option = getopt_long(argc, argv, short_options, long_options,
                                 NULL)) != -1) {
        set_option(options, option, argv);
        note(options, option);
    }
    read_arguments(options, argc, argv);
}
