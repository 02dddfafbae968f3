/* main.c -- the client's program: which mode, and with what status it ends. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "client/commands.h"
#include "client/compare.h"
#include "client/listen.h"
#include "client/options.h"
#include "client/socketio_mode.h"
#include "client/socketio_options.h"
#include "client/transfer.h"
#include "common/log.h"

/* A descriptor of ours must not become standard input or output. */
static void keep_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);
}

static const struct technique *technique_named(const char *name)
{
    static const struct technique *const techniques[] = {
        &polling, &long_polling, &streaming, &websocket, &engineio};
    for (size_t i = 0; i < sizeof techniques / sizeof *techniques; i++)
        if (strcmp(techniques[i]->name, name) == 0)
            return techniques[i];
    return NULL;
}

static enum outcome run(const struct options *options, struct loop *loop)
{
    if (strcmp(options->mode, "get") == 0)
        return transfer_run(options, false, loop);
    if (strcmp(options->mode, "post") == 0)
        return transfer_run(options, true, loop);
    if (strcmp(options->mode, "socketio") == 0)
        return options->events.is_commands ? commands_run(options, loop)
                                           : socketio_run(options, loop);
    return listen_run(options, technique_named(options->mode), loop);
}

static void check_commands(const struct options *options)
{
    const struct event_options *events = &options->events;
    if (events->is_commands &&
        (events->emit != NULL || events->wants_ack || *events->on != NULL ||
         options->data != NULL || options->count > 0))
        options_fail("--commands takes no --emit, --ack, --on, --data or "
                     "--count: its lines say what to do");
}

static void check_mode(const struct options *options)
{
    const char *mode = options->mode;
    bool is_socketio = strcmp(mode, "socketio") == 0;
    if (!is_socketio && strcmp(mode, "get") != 0 && strcmp(mode, "post") != 0 &&
        technique_named(mode) == NULL)
        options_fail("no mode %s: there are get, post, polling, long-polling, "
                     "streaming, websocket, engineio, socketio and compare",
                     mode);
    options_check_mode(options);
    check_commands(options);
    if (is_socketio)
        socketio_check_options(&options->events);
}

int main(int argc, char **argv)
{
    struct options options;
    keep_standard_descriptors();
    if (argc > 1 && strcmp(argv[1], "compare") == 0)
        return compare_main(argc - 1, argv + 1);
    options_read(&options, argc, argv);
    check_mode(&options);
    log_set(&options.log);
    struct loop *loop = loop_new(options.backend);
    if (loop == NULL)
        options_fail("--loop %s: %s", options.backend->name, strerror(errno));
    enum outcome outcome = run(&options, loop);
    loop_free(loop);
    return (int)outcome;
}
