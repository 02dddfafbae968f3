#include "client/listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/input.h"
#include "client/interrupt.h"
#include "client/output.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/utf8.h"

enum {                   /* milliseconds, at the end of standard input */
       QUIET_MS = 100,   /* our last message came back: is that all? */
       LINGER_MS = 1000, /* it did not: perhaps it never will */
};

struct program {
    const struct options *options;
    struct listener *listener;
    struct input input;
    struct output output;
    struct interrupt interrupt;
    struct timer timer; /* when is it time to go? */
    struct buf last;    /* the last text that was published by WebSocket */
    uint64_t heard;
    enum outcome outcome; /* the worst that happened on the way */
    bool is_finishing;    /* at the end of standard input */
    bool came_back;       /* what is in `last` was heard */
    bool has_opened;      /* so the server is of the right kind */
};

/* Socket.IO ends a session when it hears what is only Engine.IO. */
static bool is_at_socketio(const struct program *program)
{
    return program->listener->technique == &engineio &&
           slice_starts_with(program->options->url.path, "/socket.io");
}

/* `status`: of OUTCOME_HTTP_ERROR. */
static void say(const struct program *program, enum outcome outcome, int status,
                const char *why)
{
    bool by_command = program->options->listener.proxy_command != NULL;
    const char *remedy = outcome_remedy(outcome, by_command);
    if (outcome == OUTCOME_BROKEN && program->heard == 0 &&
        is_at_socketio(program))
        remedy = "Socket.IO is spoken there: take the mode socketio";
    else if (outcome == OUTCOME_WEIRD_REPLY && program->has_opened)
        remedy = "-v shows what came";
    else if (outcome == OUTCOME_HTTP_ERROR)
        remedy = status_remedy(status);
    log_error("client: %s: %s; %s", program->options->url_text, why, remedy);
}

/* ------------------------------------------------------ when to go */

static void leave(struct program *program, enum outcome outcome)
{
    if (outcome != OUTCOME_DONE)
        program->outcome = outcome;
    listener_stop(program->listener);
}

static void on_time_to_go(struct timer *timer)
{
    leave(CONTAINER(timer, struct program, timer), OUTCOME_DONE);
}

/* Has what we published come back to us? A 201 tells its number; a WebSocket
 * does not, but the text may be recognized. */
static bool has_come_back(const struct program *program)
{
    const struct listener *listener = program->listener;
    if (listener->technique == &websocket || listener->technique == &engineio)
        return program->came_back;
    return listener->last_id >= listener->published_id;
}

/* Standard input has ended: all that was sent is accepted, and then heard, or
 * not heard for so long that it will not be. */
static void consider_leaving(struct program *program)
{
    const struct listener *listener = program->listener;
    int interval_ms = listener->options->interval_ms > 0
                          ? listener->options->interval_ms
                          : POLL_INTERVAL_MS;
    int wait_ms = has_come_back(program) ? QUIET_MS : interval_ms + LINGER_MS;
    if (program->is_finishing && listener_unsent(listener) == 0)
        loop_timer_set(listener->conns.loop, &program->timer, wait_ms);
}

/* ------------------------------------------------------ what is heard */

static void on_open(struct listener *listener)
{
    struct program *program = listener->user;
    program->has_opened = true;
}

static void on_message(struct listener *listener, const struct heard *heard)
{
    struct program *program = listener->user;
    char text[LOG_ESCAPED_MAX];
    if (heard->is_lost) {
        log_error("client: lost: %s (up to %llu)",
                  log_escaped(heard->text, text),
                  (unsigned long long)heard->id);
        return;
    }
    output_message(&program->output, heard);
    struct slice last = buf_slice(&program->last);
    if (heard->text.size == last.size &&
        (last.size == 0 || memcmp(heard->text.data, last.data, last.size) == 0))
        program->came_back = true;
    consider_leaving(program);
    if (++program->heard == program->options->count)
        leave(program, OUTCOME_DONE);
}

static void on_published(struct listener *listener)
{
    struct program *program = listener->user;
    if (listener_unsent_bytes(listener) < OUT_LIMIT)
        input_pause(&program->input, false);
    consider_leaving(program);
}

static void on_refused(struct listener *listener, enum outcome outcome,
                       const char *why)
{
    struct program *program = listener->user;
    char text[CLIENT_WHY_MAX + 32];
    snprintf(text, sizeof text, "not published: %s", why);
    say(program, outcome, listener->publisher.status, text);
    program->outcome = outcome;
    on_published(listener);
}

static void on_cut(struct listener *listener, const char *why, int wait_ms)
{
    struct program *program = listener->user;
    if (!program->options->is_quiet)
        log_error("client: cut (%s); again in %d ms", why, wait_ms);
}

static void on_stopped(struct listener *listener, enum outcome outcome,
                       const char *why)
{
    struct program *program = listener->user;
    if (outcome != OUTCOME_DONE) {
        say(program, outcome, listener->refusal.status, why);
        program->outcome = outcome;
    }
    loop_stop(listener->conns.loop);
}

/* ------------------------------------------------------ what is published */

static void publish(struct program *program, struct slice text)
{
    if (!utf8_is_valid(text.data, text.size)) {
        log_error("client: a line is not UTF-8: not published");
        program->outcome = OUTCOME_OTHER;
        return;
    }
    buf_consume(&program->last, buf_size(&program->last));
    buf_append_slice(&program->last, text);
    program->came_back = false;
    listener_publish(program->listener, text);
    if (listener_unsent_bytes(program->listener) >= OUT_LIMIT)
        input_pause(&program->input, true);
}

static void on_line(struct input *input, struct slice line)
{
    publish(CONTAINER(input, struct program, input), line);
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

/* ------------------------------------------------------ the end */

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
    leave(program, outcome);
    listener_hurry(program->listener, SHUTDOWN_MS);
}

static const struct listener_handler handler = {
    .on_open = on_open,
    .on_message = on_message,
    .on_published = on_published,
    .on_refused = on_refused,
    .on_cut = on_cut,
    .on_stopped = on_stopped,
};

static void start(struct program *program, const struct technique *technique,
                  struct loop *loop)
{
    const struct options *options = program->options;
    uint32_t max = options->listener.max_message;
    output_start(&program->output, loop, options->is_json, on_broken_output);
    interrupt_start(&program->interrupt, loop, options->max_time_ms,
                    on_interrupt);
    program->timer.on_due = on_time_to_go;
    program->listener = listener_new(loop, technique, &options->url, &handler,
                                     &options->listener);
    program->listener->user = program;
    if (options->data != NULL)
        publish(program, slice_of(options->data));
    program->input.on_line = on_line;
    program->input.on_end = on_input_end;
    input_start(&program->input, loop, max > 0 ? max : MESSAGE_MAX);
}

enum outcome listen_run(const struct options *options,
                        const struct technique *technique, struct loop *loop)
{
    struct program program = {.options = options};
    start(&program, technique, loop);
    if (loop_run(loop) == -1) {
        log_error("client: the loop failed: %s", strerror(errno));
        return OUTCOME_OTHER;
    }
    input_stop(&program.input);
    output_stop(&program.output);
    interrupt_stop(&program.interrupt);
    loop_timer_cancel(loop, &program.timer);
    listener_free(program.listener);
    buf_free(&program.last);
    return program.outcome;
}
