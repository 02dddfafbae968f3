#include "client/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/arguments.h"
#include "client/event_writer.h"
#include "client/interrupt.h"
#include "client/open_command.h"
#include "client/socketio_options.h"
#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/utf8.h"

struct program {
    const struct options *options;
    struct open_command open; /* what the connection was opened with */
    struct sio *io;           /* NULL: not opened */
    struct event_writer writer;
    struct interrupt interrupt;
    struct timer timer; /* the input has ended: when is it time to go? */
    int waited_ms;
    enum outcome outcome;
    bool is_leaving;
};

static void complain(struct program *program, const char *what)
{
    log_error("client: --commands: %s", what);
    event_writer_error(&program->writer, what);
}

/* ------------------------------------------------------ commands */

static void join(struct program *program, const char *namespace,
                 struct slice auth)
{
    bool is_new = sio_find(program->io, namespace) == NULL;
    struct sio_socket *socket = sio_join(program->io, namespace, auth);
    if (is_new)
        event_writer_watch(socket);
}

static void connect(struct program *program)
{
    const struct open_command *open = &program->open;
    program->io =
        sio_new(program->writer.output.loop, &open->url, &open->options,
                &event_writer_handler, &program->writer);
    join(program, (const char *)buf_head(&open->namespace),
         buf_slice(&open->auth));
}

static const char *do_open(struct program *program, struct slice command)
{
    struct open_command open = {0};
    if (program->io != NULL)
        return "open: it is open already, join adds a namespace";
    const char *why = open_command_read(&open, program->options, command);
    if (why != NULL) {
        open_command_free(&open);
        return why;
    }
    open_command_free(&program->open);
    program->open = open;
    if (open.has_own_fields) /* they moved */
        program->open.options.fields = program->open.fields;
    connect(program);
    return NULL;
}

/* Append the value of "nsp", "/" if there is none, with a NUL. NULL, or what is
 * wrong with it. */
static const char *read_namespace(struct slice command, struct buf *namespace)
{
    struct slice value = slice_of("\"/\"");
    json_member(command, "nsp", &value);
    if (json_type(value) == JSON_STRING)
        open_command_append_text(value, namespace);
    buf_append(namespace, "", 1);
    return socketio_is_namespace((const char *)buf_head(namespace))
               ? NULL
               : "nsp begins with a slash and has no comma, as in \"/chat\"";
}

/* The socket that a command is for. NULL: *why says what is wrong. */
static struct sio_socket *socket_of(struct program *program,
                                    struct slice command, const char **why)
{
    struct buf namespace = {0};
    struct sio_socket *socket = NULL;
    *why = read_namespace(command, &namespace);
    if (program->io == NULL)
        *why = "there is no connection: open comes first";
    else if (*why == NULL)
        socket = sio_find(program->io, (const char *)buf_head(&namespace));
    if (socket == NULL && *why == NULL)
        *why = "nsp is not joined: join comes first";
    buf_free(&namespace);
    return socket;
}

static const char *do_join(struct program *program, struct slice command)
{
    struct buf namespace = {0};
    struct slice auth = {0};
    const char *why = read_namespace(command, &namespace);
    if (program->io == NULL)
        why = "join: there is no connection, open comes first";
    else if (json_member(command, "auth", &auth) &&
             json_type(auth) != JSON_OBJECT)
        why = "join: auth is no object";
    else if (why == NULL)
        join(program, (const char *)buf_head(&namespace), auth);
    buf_free(&namespace);
    return why;
}

static const char *do_leave(struct program *program, struct slice command)
{
    const char *why;
    struct sio_socket *socket = socket_of(program, command, &why);
    if (socket != NULL)
        sio_disconnect(socket);
    return why;
}

static const char *do_connect(struct program *program, struct slice command)
{
    const char *why;
    struct sio_socket *socket = socket_of(program, command, &why);
    if (socket != NULL)
        sio_connect(socket);
    return why;
}

static char *copy_json(struct slice value)
{
    char *copy = allocate(value.size + 1);
    memcpy(copy, value.data, value.size);
    return copy;
}

static bool ask(struct sio_socket *socket, const char *event,
                struct sio_args args, struct slice command, struct slice tag)
{
    struct slice value;
    int64_t timeout_ms = 0;
    char *copy = copy_json(tag);
    if (json_member(command, "timeout", &value))
        json_integer(value, &timeout_ms);
    bool is_taken =
        sio_ask(socket, event, args,
                timeout_ms < INT32_MAX ? (int)timeout_ms : INT32_MAX,
                event_writer_answer, copy);
    if (!is_taken)
        free(copy);
    return is_taken;
}

static const char *emit(struct sio_socket *socket, const char *event,
                        struct sio_args args, struct slice command)
{
    struct slice tag, value;
    bool is_volatile = json_member(command, "volatile", &value) &&
                       json_type(value) == JSON_TRUE;
    bool has_tag = json_member(command, "ack", &tag);
    if (!sio_may_emit(event))
        return "emit: the name is reserved, take another one";
    if (is_volatile && has_tag)
        return "emit: what is volatile gets no ack, leave out one of them";
    if (is_volatile)
        sio_emit_volatile(socket, event, args);
    else if (has_tag ? !ask(socket, event, args, command, tag)
                     : !sio_emit(socket, event, args))
        return "emit: too much waits to be sent already";
    return NULL;
}

static const char *do_emit(struct program *program, struct slice command)
{
    const char *why;
    struct slice event, args = slice_of("[]");
    struct buf name = {0};
    struct arguments arguments = {0};
    struct sio_socket *socket = socket_of(program, command, &why);
    if (socket == NULL)
        return why;
    if (!json_member(command, "event", &event) ||
        json_type(event) != JSON_STRING)
        return "emit: which event? As in \"event\":\"hello\"";
    if (json_member(command, "args", &args) && json_type(args) != JSON_ARRAY)
        return "emit: args is no array";
    open_command_append_text(event, &name);
    buf_append(&name, "", 1);
    why = arguments_add_items(&arguments, args);
    if (why == NULL)
        why = emit(socket, (const char *)buf_head(&name),
                   arguments_get(&arguments), command);
    if (sio_unsent(socket) >= OUT_LIMIT && sio_is_connected(socket))
        input_pause(&program->writer.input, true);
    buf_free(&name);
    arguments_free(&arguments);
    return why;
}

static void leave(struct program *program, int limit_ms)
{
    program->is_leaving = true;
    if (program->io != NULL)
        sio_close(program->io, limit_ms);
    else
        loop_stop(program->writer.output.loop);
}

static const char *do_quit(struct program *program, struct slice command)
{
    (void)command;
    if (!program->is_leaving)
        leave(program, CLOSING_MS);
    return NULL;
}

static const char *obey(struct program *program, struct slice command)
{
    static const struct {
        const char *name;
        const char *(*obey)(struct program *program, struct slice command);
    } commands[] = {
        {"open", do_open},   {"join", do_join},       {"emit", do_emit},
        {"leave", do_leave}, {"connect", do_connect}, {"quit", do_quit},
    };
    struct slice name;
    if (!json_member(command, "cmd", &name))
        return "no cmd in it: there are open, join, emit, leave, connect, quit";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (json_string_is(name, commands[i].name))
            return commands[i].obey(program, command);
    return "unknown cmd: there are open, join, emit, leave, connect, quit";
}

static void on_line(struct input *input, struct slice line)
{
    struct program *program = CONTAINER(input, struct program, writer.input);
    const char *why;
    if (program->is_leaving || line.size == 0)
        return;
    if (!utf8_is_valid(line.data, line.size) || !json_is_valid(line) ||
        json_type(line) != JSON_OBJECT)
        why = "a line is no JSON object: write one as in {\"cmd\":\"quit\"}";
    else
        why = obey(program, line);
    if (why != NULL)
        complain(program, why);
}

/* ------------------------------------------------------ the program */

static void wait_for_the_end(struct program *program)
{
    loop_timer_set(program->writer.output.loop, &program->timer, SIO_LINGER_MS);
}

static void on_time_to_go(struct timer *timer)
{
    struct program *program = CONTAINER(timer, struct program, timer);
    bool is_busy = sio_is_busy(program->io);
    program->waited_ms += SIO_LINGER_MS;
    if (is_busy && program->waited_ms < SIO_END_MS) {
        wait_for_the_end(program);
        return;
    }
    if (is_busy) {
        complain(program, "not all of it was sent and answered in time");
        program->outcome = OUTCOME_TIMEOUT;
    }
    do_quit(program, (struct slice){0});
}

static void on_input_end(struct input *input, const char *why)
{
    struct program *program = CONTAINER(input, struct program, writer.input);
    if (why != NULL) {
        complain(program, why);
        program->outcome = OUTCOME_OTHER;
    }
    if (why == NULL && program->io != NULL)
        wait_for_the_end(program);
    else
        do_quit(program, (struct slice){0});
}

static void on_broken_output(struct output *output, enum outcome outcome)
{
    struct program *program = CONTAINER(output, struct program, writer.output);
    if (outcome != OUTCOME_DONE)
        program->outcome = outcome;
    do_quit(program, (struct slice){0});
}

static void on_interrupt(struct interrupt *interrupt, enum outcome outcome)
{
    struct program *program = CONTAINER(interrupt, struct program, interrupt);
    if (outcome != OUTCOME_DONE)
        program->outcome = outcome;
    leave(program, SHUTDOWN_MS);
}

static void start(struct program *program, struct loop *loop)
{
    const struct options *options = program->options;
    output_start(&program->writer.output, loop, true, on_broken_output);
    interrupt_start(&program->interrupt, loop, options->max_time_ms,
                    on_interrupt);
    program->writer.input.on_line = on_line;
    program->writer.input.on_end = on_input_end;
    program->timer.on_due = on_time_to_go;
    if (options->url_text != NULL) {
        open_command_from_options(&program->open, options);
        connect(program);
    }
    uint32_t max = options->listener.max_message;
    input_start(&program->writer.input, loop, max > 0 ? max : MESSAGE_MAX);
}

enum outcome commands_run(const struct options *options, struct loop *loop)
{
    struct program program = {.options = options};
    start(&program, loop);
    if (loop_run(loop) == -1) {
        log_error("client: the loop failed: %s", strerror(errno));
        return OUTCOME_OTHER;
    }
    loop_timer_cancel(loop, &program.timer);
    input_stop(&program.writer.input);
    output_stop(&program.writer.output);
    interrupt_stop(&program.interrupt);
    if (program.io != NULL)
        sio_free(program.io);
    open_command_free(&program.open);
    buf_free(&program.writer.line);
    return program.outcome;
}
