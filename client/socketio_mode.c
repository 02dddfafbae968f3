#include "client/socketio_mode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/arguments.h"
#include "client/event_line.h"
#include "client/input.h"
#include "client/interrupt.h"
#include "client/output.h"
#include "client/socketio_options.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/utf8.h"

struct program {
    const struct options *options;
    struct sio *io;
    struct sio_socket *socket;
    struct input input;
    struct output output;
    struct interrupt interrupt;
    struct timer timer; /* when is it time to go? */
    struct buf namespace;
    uint64_t heard;
    enum outcome outcome;
    bool is_finishing; /* nothing more will be said */
    bool is_leaving;
};

static void say(const struct program *program, const char *why,
                const char *remedy)
{
    log_error("client: %s: %s; %s", program->options->url_text, why, remedy);
}

/* ------------------------------------------------------ when to go */

static void leave(struct program *program, enum outcome outcome)
{
    if (outcome != OUTCOME_DONE)
        program->outcome = outcome;
    if (program->is_leaving)
        return;
    program->is_leaving = true;
    sio_close(program->io, CLOSING_MS);
}

static void fail(struct program *program, enum outcome outcome, const char *why)
{
    bool by_command = program->options->listener.proxy_command != NULL;
    if (program->is_leaving)
        return;
    say(program, why, outcome_remedy(outcome, by_command));
    leave(program, outcome);
}

static void consider_leaving(struct program *program)
{
    bool wants_ack = program->options->events.wants_ack;
    if (program->is_finishing)
        loop_timer_set(program->output.loop, &program->timer,
                       wants_ack ? SIO_QUIET_MS : SIO_LINGER_MS);
}

static void on_time_to_go(struct timer *timer)
{
    struct program *program = CONTAINER(timer, struct program, timer);
    if (sio_is_connected(program->socket) && sio_unsent(program->socket) == 0 &&
        sio_unanswered(program->socket) == 0)
        leave(program, OUTCOME_DONE);
    else
        consider_leaving(program);
}

/* ------------------------------------------------------ what is heard */

static bool is_wanted(const struct options *options, struct slice name)
{
    const char *const *on = options->events.on;
    bool is_wanted = *on == NULL;
    for (; *on != NULL; on++)
        is_wanted = is_wanted || slice_is(name, *on);
    return is_wanted;
}

static void show_event(struct program *program, const struct sio_event *event)
{
    struct buf line = {0};
    bool is_json = program->options->is_json;
    buf_append_text(&line, is_json ? "{\"nsp\":" : "[");
    if (is_json) {
        json_append_string(&line, slice_of(sio_namespace(program->socket)));
        buf_append_text(&line, ",\"event\":");
    }
    json_append_string(&line, event->name);
    buf_append_text(&line, is_json                     ? ",\"args\":["
                           : event->args.json.size > 0 ? ","
                                                       : "");
    arguments_append(&line, &event->args);
    buf_append_text(&line, is_json ? "]}\n" : "]\n");
    output_bytes(&program->output, buf_slice(&line));
    buf_free(&line);
}

static void on_event(struct sio_socket *socket, const struct sio_event *event,
                     void *user)
{
    struct program *program = user;
    sio_ack(socket, event->ack, (struct sio_args){0});
    if (program->is_leaving || !is_wanted(program->options, event->name))
        return;
    show_event(program, event);
    consider_leaving(program);
    if (++program->heard == program->options->count)
        leave(program, OUTCOME_DONE);
}

static void on_answer(struct sio_socket *socket, const struct sio_args *answer,
                      const char *why, void *user)
{
    struct program *program = user;
    struct buf line = {0};
    (void)socket;
    if (program->is_leaving)
        return; /* nobody waits for it any more */
    if (answer == NULL) {
        say(program, why, "does the server acknowledge this event?");
        program->outcome = OUTCOME_TIMEOUT;
        return;
    }
    buf_append_text(&line, "{\"ack\":[");
    arguments_append(&line, answer);
    buf_append_text(&line, "]}\n");
    output_bytes(&program->output, buf_slice(&line));
    buf_free(&line);
    consider_leaving(program);
}

/* ------------------------------------------------------ the connection */

static void read_on(struct program *program)
{
    if (sio_unsent(program->socket) < OUT_LIMIT)
        input_pause(&program->input, false);
}

static void on_drained(struct sio *io)
{
    read_on(sio_user(io));
}

static void on_connect(struct sio_socket *socket, void *user)
{
    (void)socket;
    read_on(user);
    consider_leaving(user);
}

static void give_up_refused(struct program *program, const char *message)
{
    char why[CLIENT_WHY_MAX], shown[LOG_ESCAPED_MAX];
    snprintf(why, sizeof why, "the namespace %.50s refused: %.150s",
             sio_namespace(program->socket),
             log_escaped(slice_of(message), shown));
    say(program, why, "are the namespace and --auth right?");
    leave(program, OUTCOME_HTTP_ERROR);
}

static void on_connect_error(struct sio_socket *socket, const char *message,
                             struct slice data, void *user)
{
    struct program *program = user;
    (void)data;
    if (!sio_is_active(socket))
        give_up_refused(program, message);
    else if (program->options->listener.attempts == 0)
        fail(program, sio_outcome(program->io), message);
    else if (!program->options->is_quiet)
        log_error("client: not connected (%s)", message);
}

static void on_disconnect(struct sio_socket *socket, const char *reason,
                          void *user)
{
    struct program *program = user;
    char why[2 * CLIENT_WHY_MAX];
    snprintf(why, sizeof why, "%s (%s)", reason, sio_why(program->io));
    if (!sio_is_active(socket))
        leave(program, OUTCOME_DONE);
    else if (program->options->listener.attempts == 0)
        fail(program, sio_outcome(program->io), why);
    else if (!program->options->is_quiet)
        log_error("client: cut: %s", why);
}

static void on_reconnect_failed(struct sio *io)
{
    fail(sio_user(io), sio_outcome(io), sio_why(io));
}

static void on_gone(struct sio *io)
{
    struct program *program = sio_user(io);
    loop_stop(program->output.loop);
}

/* ------------------------------------------------------ what is said */

static void complain(struct program *program, const char *why)
{
    log_error("client: not emitted: %s", why);
    program->outcome = OUTCOME_OTHER;
}

static void emit(struct program *program, const char *name,
                 struct arguments *arguments)
{
    const struct event_options *events = &program->options->events;
    bool is_taken;
    if (!sio_may_emit(name)) {
        complain(program, "the name is reserved: take another one");
        return;
    }
    if (events->wants_ack)
        is_taken = sio_ask(program->socket, name, arguments_get(arguments),
                           events->ack_timeout_ms, on_answer, program);
    else
        is_taken = sio_emit(program->socket, name, arguments_get(arguments));
    if (!is_taken)
        complain(program, "too much waits to be sent already");
    if (sio_unsent(program->socket) >= OUT_LIMIT)
        input_pause(&program->input, true);
}

static const char *read_line(const struct options *options, struct slice line,
                             struct buf *name, struct arguments *arguments)
{
    if (!utf8_is_valid(line.data, line.size))
        return "a line is not UTF-8";
    if (options->events.emit != NULL) {
        buf_append_text(name, options->events.emit);
        json_append_string(&arguments->json, line);
        return NULL;
    }
    return event_line_read(line, name, arguments);
}

static void emit_line(struct program *program, struct slice line)
{
    struct buf name = {0};
    struct arguments arguments = {0};
    const char *why = read_line(program->options, line, &name, &arguments);
    buf_append(&name, "", 1);
    if (why == NULL)
        emit(program, (const char *)buf_head(&name), &arguments);
    else
        complain(program, why);
    buf_free(&name);
    arguments_free(&arguments);
}

static void emit_once(struct program *program)
{
    const struct event_options *events = &program->options->events;
    struct arguments arguments = {0};
    for (int i = 0; i < events->argument_count; i++)
        event_line_value(&arguments,
                         slice_of(events->arguments[i])); /* checked */
    emit(program, events->emit, &arguments);
    arguments_free(&arguments);
}

static void on_line(struct input *input, struct slice line)
{
    emit_line(CONTAINER(input, struct program, input), line);
}

static void on_input_end(struct input *input, const char *why)
{
    struct program *program = CONTAINER(input, struct program, input);
    bool has_spoken = input->lines > 0 || program->options->data != NULL;
    if (why != NULL) {
        log_error("client: standard input: %s", why);
        program->outcome = OUTCOME_OTHER;
    }
    program->is_finishing =
        (has_spoken || why != NULL) && program->options->count == 0;
    consider_leaving(program);
}

/* ------------------------------------------------------ the program */

static void on_broken_output(struct output *output, enum outcome outcome)
{
    leave(CONTAINER(output, struct program, output), outcome);
}

static void on_interrupt(struct interrupt *interrupt, enum outcome outcome)
{
    struct program *program = CONTAINER(interrupt, struct program, interrupt);
    if (outcome == OUTCOME_TIMEOUT)
        log_error("client: %s: the time of --max-time is over",
                  program->options->url_text);
    if (outcome != OUTCOME_DONE)
        program->outcome = outcome;
    program->is_leaving = true;
    sio_close(program->io, SHUTDOWN_MS);
}

static void join(struct program *program)
{
    const struct event_options *events = &program->options->events;
    struct slice auth = {0};
    if (events->auth != NULL)
        auth = slice_of(events->auth);
    socketio_append_namespace(events->namespace, &program->options->url,
                              &program->namespace);
    program->socket = sio_join(
        program->io, (const char *)buf_head(&program->namespace), auth);
    sio_on_any(program->socket, on_event, program);
    sio_on_connect(program->socket, on_connect, program);
    sio_on_connect_error(program->socket, on_connect_error, program);
    sio_on_disconnect(program->socket, on_disconnect, program);
}

/* Who emits one event on the command line leaves standard input to others. */
static void start_input(struct program *program, struct loop *loop)
{
    const struct options *options = program->options;
    uint32_t max = options->listener.max_message;
    program->input.on_line = on_line;
    program->input.on_end = on_input_end;
    if (options->events.argument_count > 0) {
        emit_once(program);
        program->is_finishing = options->count == 0;
        program->input.has_ended = true;
    } else {
        input_start(&program->input, loop, max > 0 ? max : MESSAGE_MAX);
    }
}

static void start(struct program *program, struct loop *loop)
{
    static const struct sio_handler handler = {
        .on_reconnect_failed = on_reconnect_failed,
        .on_drained = on_drained,
        .on_gone = on_gone,
    };
    const struct options *options = program->options;
    struct sio_options sio = socketio_options(options);
    program->timer.on_due = on_time_to_go;
    output_start(&program->output, loop, options->is_json, on_broken_output);
    interrupt_start(&program->interrupt, loop, options->max_time_ms,
                    on_interrupt);
    program->io = sio_new(loop, &options->url, &sio, &handler, program);
    join(program);
    if (options->data != NULL)
        emit_line(program, slice_of(options->data));
    start_input(program, loop);
}

enum outcome socketio_run(const struct options *options, struct loop *loop)
{
    struct program program = {.options = options};
    start(&program, loop);
    if (loop_run(loop) == -1) {
        log_error("client: the loop failed: %s", strerror(errno));
        return OUTCOME_OTHER;
    }
    if (options->events.argument_count == 0)
        input_stop(&program.input);
    output_stop(&program.output);
    interrupt_stop(&program.interrupt);
    loop_timer_cancel(loop, &program.timer);
    sio_free(program.io);
    buf_free(&program.namespace);
    return program.outcome;
}
