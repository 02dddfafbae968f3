/* socketio_app.c -- a server that shows every part of the interface to a client
 * of whatever make: build/socketio_app, with the server's options.
 *
 *      /                 the default application, and what begins with ext:
 *      /ext-denied       nobody gets in
 *      /ext-dyn-DIGITS   as many as there are numbers; ext:hello (name), and
 *                        rooms of their own
 */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/log.h"
#include "server/application.h"
#include "server/program.h"

enum {
    ROOMS_MAX = 16,            /* that one event may name */
    ROOM_NAME_MAX = 128,       /* bytes */
    ROOMS_OF_ONE_MAX = 100,    /* that one socket may be in */
    ANSWER_WAIT_MS = 1000,     /* ext:ask */
    POLL_WAIT_MAX_MS = 10000,  /* ext:broadcast-ack */
    BINARY_SIZE_MAX = 1000000, /* bytes */
    BURST_MAX = 10000,         /* events */
};

/* ------------------------------------------------------------- arguments */

/* What an event's first argument names, and the arguments behind it. */
struct rooms {
    struct slice list[ROOMS_MAX];
    size_t count;
    struct sio_args behind;
    struct buf text; /* of the names */
};

static bool add_name(struct rooms *rooms, struct slice value)
{
    if (rooms->count == ROOMS_MAX || json_type(value) != JSON_STRING ||
        value.size > ROOM_NAME_MAX)
        return false;
    rooms->list[rooms->count++] = json_string(value, &rooms->text);
    return true;
}

/* A string, or an array of strings. False: it is neither. */
static bool read_rooms(const struct sio_event *event, struct rooms *rooms)
{
    struct slice value;
    *rooms = (struct rooms){.behind = event->args};
    buf_room(&rooms->text, ROOMS_MAX * ROOM_NAME_MAX); /* it does not move */
    if (!sio_next_arg(&rooms->behind.json, &value))
        return false;
    if (json_type(value) != JSON_ARRAY)
        return add_name(rooms, value);
    struct json_cursor names = json_items(value);
    while (json_next(&names, &value))
        if (!add_name(rooms, value))
            return false;
    return true;
}

static bool read_number(struct slice *json, int64_t max, int64_t *number)
{
    struct slice value;
    return sio_next_arg(json, &value) && json_integer(value, number) &&
           *number <= max;
}

/* ------------------------------------------------------------- questions */

static void on_answer(struct sio_socket *socket, const struct sio_args *answer,
                      void *user)
{
    struct sio_args timeout = {.json = slice_of("{\"timeout\":true}")};
    (void)user;
    sio_emit(socket, "ext:answer", answer != NULL ? *answer : timeout);
}

static void on_ask(struct sio_socket *socket, const struct sio_event *event,
                   void *user)
{
    (void)user;
    sio_ask(socket, "ext:question", event->args, ANSWER_WAIT_MS, on_answer,
            NULL);
}

/* Who asked for a poll: it may be gone when the answers are here. */
struct asker {
    struct sio_namespace *nsp;
    struct sio_ack_to ack;
    char id[ID_SIZE];
};

static void on_answers(bool is_complete, struct slice answers, void *user)
{
    struct asker *asker = user;
    struct buf json = {0};
    struct sio_socket *socket = sio_find(asker->nsp, slice_of(asker->id));
    buf_append_text(&json, is_complete ? "{\"complete\":true,\"answers\":"
                                       : "{\"complete\":false,\"answers\":");
    buf_append_slice(&json, answers);
    buf_append_text(&json, "}");
    if (socket != NULL)
        sio_ack(socket, asker->ack,
                (struct sio_args){.json = buf_slice(&json)});
    buf_free(&json);
    free(asker);
}

static void on_broadcast_ask(struct sio_socket *socket,
                             const struct sio_event *event, void *user)
{
    struct rooms rooms;
    int64_t wait_ms;
    (void)user;
    if (read_rooms(event, &rooms) &&
        read_number(&rooms.behind.json, POLL_WAIT_MAX_MS, &wait_ms) &&
        wait_ms > 0) {
        struct sio_to to = {
            .nsp = sio_namespace_of(socket),
            .rooms = rooms.list,
            .room_count = rooms.count,
        };
        struct asker *asker = allocate(sizeof *asker);
        asker->nsp = to.nsp;
        asker->ack = event->ack;
        memcpy(asker->id, sio_id(socket), ID_SIZE);
        sio_broadcast_ask(&to, "ext:poll", (struct sio_args){0}, (int)wait_ms,
                          on_answers, asker);
    }
    buf_free(&rooms.text);
}

/* ------------------------------------------------------------- rooms */

static void acknowledge_rooms(struct sio_socket *socket,
                              const struct sio_event *event)
{
    struct buf json = {0};
    sio_add_number(&json, (int64_t)sio_room_count(socket));
    sio_ack(socket, event->ack, (struct sio_args){.json = buf_slice(&json)});
    buf_free(&json);
}

static void on_join(struct sio_socket *socket, const struct sio_event *event,
                    void *user)
{
    struct rooms rooms;
    (void)user;
    if (read_rooms(event, &rooms)) {
        for (size_t i = 0; i < rooms.count; i++)
            if (sio_room_count(socket) < ROOMS_OF_ONE_MAX)
                sio_join(socket, rooms.list[i]);
        acknowledge_rooms(socket, event);
    }
    buf_free(&rooms.text);
}

static void on_leave(struct sio_socket *socket, const struct sio_event *event,
                     void *user)
{
    struct rooms rooms;
    (void)user;
    if (read_rooms(event, &rooms)) {
        for (size_t i = 0; i < rooms.count; i++)
            sio_leave(socket, rooms.list[i]);
        acknowledge_rooms(socket, event);
    }
    buf_free(&rooms.text);
}

/* socket.to(rooms).emit("ext:room", ...args) */
static void on_to(struct sio_socket *socket, const struct sio_event *event,
                  void *user)
{
    struct rooms rooms;
    (void)user;
    if (read_rooms(event, &rooms) && rooms.count > 0)
        sio_broadcast(&(struct sio_to){.nsp = sio_namespace_of(socket),
                                       .rooms = rooms.list,
                                       .room_count = rooms.count,
                                       .sender = socket},
                      "ext:room", rooms.behind);
    buf_free(&rooms.text);
}

/* io.in(rooms).emit("ext:room", ...args) */
static void on_in(struct sio_socket *socket, const struct sio_event *event,
                  void *user)
{
    struct rooms rooms;
    (void)user;
    if (read_rooms(event, &rooms) && rooms.count > 0)
        sio_broadcast(&(struct sio_to){.nsp = sio_namespace_of(socket),
                                       .rooms = rooms.list,
                                       .room_count = rooms.count},
                      "ext:room", rooms.behind);
    buf_free(&rooms.text);
}

/* io.except(rooms).emit("ext:room", ...args) */
static void on_except(struct sio_socket *socket, const struct sio_event *event,
                      void *user)
{
    struct rooms rooms;
    (void)user;
    if (read_rooms(event, &rooms))
        sio_broadcast(&(struct sio_to){.nsp = sio_namespace_of(socket),
                                       .except = rooms.list,
                                       .except_count = rooms.count},
                      "ext:room", rooms.behind);
    buf_free(&rooms.text);
}

/* socket.broadcast.emit("ext:room", ...args) */
static void on_broadcast(struct sio_socket *socket,
                         const struct sio_event *event, void *user)
{
    (void)user;
    sio_broadcast(
        &(struct sio_to){.nsp = sio_namespace_of(socket), .sender = socket},
        "ext:room", event->args);
}

/* ------------------------------------------------------------- the rest */

static void send_bytes(struct sio_socket *socket, struct sio_ack_to ack,
                       size_t size)
{
    struct buf json = {0}, data = {0}, answer = {0};
    uint8_t *bytes = buf_room(&data, size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)i;
    buf_added(&data, size);
    struct slice buffer = buf_slice(&data);
    buf_printf(&json, "{\"size\":%zu}", size);
    sio_add_buffer(&json, 0);
    sio_emit(socket, "ext:data",
             (struct sio_args){buf_slice(&json), &buffer, 1});
    sio_add_buffer(&answer, 0);
    sio_ack(socket, ack, (struct sio_args){buf_slice(&answer), &buffer, 1});
    buf_free(&json);
    buf_free(&data);
    buf_free(&answer);
}

static void on_binary(struct sio_socket *socket, const struct sio_event *event,
                      void *user)
{
    struct slice json = event->args.json;
    int64_t size;
    (void)user;
    if (read_number(&json, BINARY_SIZE_MAX, &size))
        send_bytes(socket, event->ack, (size_t)size);
}

static void on_burst(struct sio_socket *socket, const struct sio_event *event,
                     void *user)
{
    struct slice json = event->args.json;
    int64_t count = 0;
    (void)user;
    if (!read_number(&json, BURST_MAX, &count))
        return;
    for (int64_t i = 0; i < count; i++) {
        struct buf number = {0};
        sio_add_number(&number, i);
        sio_emit(socket, "ext:item",
                 (struct sio_args){.json = buf_slice(&number)});
        buf_free(&number);
    }
}

/* Events with numbers that go on when the socket is recovered. */
static void tock(struct sio_socket *socket, const struct sio_args *args)
{
    struct sio_args counted = *args;
    struct buf json = {0};
    int64_t *count = sio_data(socket);
    sio_add_number(&json, ++*count);
    if (args->json.size > 0)
        sio_add_json(&json, args->json);
    counted.json = buf_slice(&json);
    sio_emit(socket, "ext:tock", counted);
    buf_free(&json);
}

static void on_tick(struct sio_socket *socket, const struct sio_event *event,
                    void *user)
{
    (void)user;
    tock(socket, &event->args);
    tock(socket, &event->args);
    sio_ack(socket, event->ack, event->args);
}

static void on_disconnect(struct sio_socket *socket,
                          const struct sio_event *event, void *user)
{
    struct slice json = event->args.json, value;
    (void)user;
    bool close = sio_next_arg(&json, &value) && json_type(value) == JSON_TRUE;
    sio_disconnect(socket, close);
}

/* For who looks at both ends. */
static void say_why(struct sio_socket *socket, const char *reason, void *user)
{
    (void)user;
    log_info("%s left %s (%s)", sio_id(socket),
             sio_namespace_name(sio_namespace_of(socket)), reason);
}

static void on_custom(struct sio_socket *socket, void *user)
{
    (void)user;
    sio_on_disconnect(socket, say_why, NULL);
}

static void offer_rooms(struct sio_socket *socket)
{
    sio_on(socket, "ext:join", on_join, NULL);
    sio_on(socket, "ext:leave", on_leave, NULL);
    sio_on(socket, "ext:to", on_to, NULL);
    sio_on(socket, "ext:in", on_in, NULL);
    sio_on(socket, "ext:except", on_except, NULL);
    sio_on(socket, "ext:broadcast", on_broadcast, NULL);
}

static void on_connection(struct sio_socket *socket, void *user)
{
    (void)user;
    if (sio_data(socket) == NULL)
        sio_set_data(socket, allocate(sizeof(int64_t)), free);
    sio_on_disconnect(socket, say_why, NULL);
    sio_on(socket, "ext:ask", on_ask, NULL);
    offer_rooms(socket);
    sio_on(socket, "ext:broadcast-ack", on_broadcast_ask, NULL);
    sio_on(socket, "ext:binary", on_binary, NULL);
    sio_on(socket, "ext:burst", on_burst, NULL);
    sio_on(socket, "ext:tick", on_tick, NULL);
    sio_on(socket, "ext:disconnect", on_disconnect, NULL);
}

/* ------------------------------------------------------------- namespaces */

static const char *deny(struct sio_socket *socket, struct buf *data, void *user)
{
    (void)socket;
    (void)user;
    buf_append_text(data, "{\"code\":401,\"detail\":\"é😀\"}");
    return "not authorized";
}

static bool is_dynamic(struct slice name)
{
    static const char start[] = "/ext-dyn-";
    size_t i = sizeof start - 1;
    if (!slice_starts_with(name, start) || name.size == i)
        return false;
    while (i < name.size && name.data[i] >= '0' && name.data[i] <= '9')
        i++;
    return i == name.size;
}

static void say_hello(struct sio_socket *socket, void *user)
{
    struct buf json = {0};
    (void)user;
    sio_add_text(&json, slice_of(sio_namespace_name(sio_namespace_of(socket))));
    offer_rooms(socket);
    sio_emit(socket, "ext:hello", (struct sio_args){.json = buf_slice(&json)});
    buf_free(&json);
}

static void set_up(struct sio *io)
{
    application_start(io);
    sio_on_connection(sio_of(io, "/"), on_connection, NULL);
    sio_on_connection(sio_of(io, "/custom"), on_custom, NULL);
    sio_use(sio_of(io, "/ext-denied"), deny, NULL);
    sio_on_connection(sio_of_matching(io, is_dynamic), say_hello, NULL);
}

int main(int argc, char **argv)
{
    return server_program(argc, argv, set_up);
}
