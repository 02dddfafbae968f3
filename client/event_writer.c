#include "client/event_writer.h"

#include <stdlib.h>

#include "client/arguments.h"
#include "common/json.h"
#include "common/limits.h"

/* ------------------------------------------------------ lines out */

static void begin(struct event_writer *writer, const char *ev)
{
    buf_append_text(&writer->line, "{\"ev\":");
    json_append_string(&writer->line, slice_of(ev));
}

static void add_name(struct event_writer *writer, const char *name)
{
    buf_append_text(&writer->line, ",");
    json_append_string(&writer->line, slice_of(name));
    buf_append_text(&writer->line, ":");
}

static void add_text(struct event_writer *writer, const char *name,
                     struct slice text)
{
    add_name(writer, name);
    json_append_string(&writer->line, text);
}

static void add_json(struct event_writer *writer, const char *name,
                     struct slice value)
{
    add_name(writer, name);
    arguments_append(&writer->line, &(struct sio_args){.json = value});
}

static void add_args(struct event_writer *writer, const struct sio_args *args)
{
    add_name(writer, "args");
    buf_append_text(&writer->line, "[");
    arguments_append(&writer->line, args);
    buf_append_text(&writer->line, "]");
}

static void finish(struct event_writer *writer)
{
    buf_append_text(&writer->line, "}\n");
    output_bytes(&writer->output, buf_slice(&writer->line));
    buf_consume(&writer->line, buf_size(&writer->line));
}

void event_writer_error(struct event_writer *writer, const char *what)
{
    begin(writer, "error");
    add_text(writer, "message", slice_of(what));
    finish(writer);
}

/* ------------------------------------------------------ what happens */

static struct event_writer *begin_of(struct sio_socket *socket, const char *ev)
{
    struct event_writer *writer = sio_user(sio_of(socket));
    begin(writer, ev);
    add_text(writer, "nsp", slice_of(sio_namespace(socket)));
    return writer;
}

static void on_connect(struct sio_socket *socket, void *user)
{
    struct event_writer *writer = begin_of(socket, "connect");
    (void)user;
    add_text(writer, "id", slice_of(sio_id(socket)));
    if (sio_is_recovered(socket))
        add_json(writer, "recovered", slice_of("true"));
    finish(writer);
    if (sio_unsent(socket) < OUT_LIMIT)
        input_pause(&writer->input, false);
}

static void on_connect_error(struct sio_socket *socket, const char *message,
                             struct slice data, void *user)
{
    struct event_writer *writer = begin_of(socket, "connect_error");
    (void)user;
    add_text(writer, "message", slice_of(message));
    if (data.size > 0)
        add_json(writer, "data", data);
    finish(writer);
}

static void on_disconnect(struct sio_socket *socket, const char *reason,
                          void *user)
{
    struct event_writer *writer = begin_of(socket, "disconnect");
    (void)user;
    add_text(writer, "reason", slice_of(reason));
    finish(writer);
}

static void acknowledge(struct sio_socket *socket,
                        const struct sio_event *event)
{
    struct sio_args args = event->args;
    struct buf json = {0};
    buf_append_slice(&json, args.json);
    sio_add_text(&json, slice_of("acked"));
    args.json = buf_slice(&json);
    sio_ack(socket, event->ack, args);
    buf_free(&json);
}

static void on_event(struct sio_socket *socket, const struct sio_event *event,
                     void *user)
{
    struct event_writer *writer = begin_of(socket, "event");
    (void)user;
    add_text(writer, "event", event->name);
    add_args(writer, &event->args);
    finish(writer);
    if (event->ack.is_asked)
        acknowledge(socket, event);
}

void event_writer_answer(struct sio_socket *socket,
                         const struct sio_args *answer, const char *why,
                         void *user)
{
    struct event_writer *writer = sio_user(sio_of(socket));
    char *tag = user;
    begin(writer, answer != NULL ? "ack" : "ack-error");
    add_json(writer, "tag", slice_of(tag));
    if (answer != NULL)
        add_args(writer, answer);
    else
        add_text(writer, "message", slice_of(why));
    finish(writer);
    free(tag);
}

static void say_attempt(struct sio *io, const char *ev, int attempt)
{
    struct event_writer *writer = sio_user(io);
    begin(writer, ev);
    add_name(writer, "attempt");
    buf_append_number(&writer->line, (uint64_t)attempt);
    finish(writer);
}

static void on_reconnect_attempt(struct sio *io, int attempt)
{
    say_attempt(io, "reconnect_attempt", attempt);
}

static void on_reconnect(struct sio *io, int attempt)
{
    say_attempt(io, "reconnect", attempt);
}

static void on_reconnect_failed(struct sio *io)
{
    struct event_writer *writer = sio_user(io);
    begin(writer, "reconnect_failed");
    finish(writer);
}

static void on_drained(struct sio *io)
{
    struct event_writer *writer = sio_user(io);
    input_pause(&writer->input, false);
}

static void on_gone(struct sio *io)
{
    struct event_writer *writer = sio_user(io);
    loop_stop(writer->output.loop);
}

const struct sio_handler event_writer_handler = {
    .on_reconnect_attempt = on_reconnect_attempt,
    .on_reconnect = on_reconnect,
    .on_reconnect_failed = on_reconnect_failed,
    .on_drained = on_drained,
    .on_gone = on_gone,
};

void event_writer_watch(struct sio_socket *socket)
{
    sio_on_any(socket, on_event, NULL);
    sio_on_connect(socket, on_connect, NULL);
    sio_on_connect_error(socket, on_connect_error, NULL);
    sio_on_disconnect(socket, on_disconnect, NULL);
}
