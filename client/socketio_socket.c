/* socketio_socket.c -- one namespace of a connection (Socket.IO protocol 5).
 *
 *      0/chat,{auth}  -->                      sio_connect
 *                     <--  0/chat,{"sid":...}  on_connect
 *                     <--  4/chat,{"message"}  on_connect_error
 *                     <--  2/chat,["hello"]    on_event
 *      1/chat,        -->                      sio_disconnect
 */
#include <stdlib.h>

#include "client/socketio.h"
#include "client/socketio_parts.h"
#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"

static void set(struct buf *buf, struct slice value)
{
    buf_consume(buf, buf_size(buf));
    buf_append_slice(buf, value);
}

static char *copy_text(struct slice text)
{
    char *copy = allocate(text.size + 1);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    return copy;
}

/* ------------------------------------------------------ joining */

/* Who was here before says which session it was and what came last, and what
 * the application has to say counts more. */
static void append_auth(const struct sio_socket *socket, struct buf *out)
{
    struct slice auth = buf_slice(&socket->auth);
    struct json_cursor members = json_items(auth);
    struct slice name, value;
    if (buf_size(&socket->pid) == 0) {
        buf_append_slice(out, auth);
        return;
    }
    buf_append_text(out, "{\"pid\":");
    buf_append_slice(out, buf_slice(&socket->pid));
    if (buf_size(&socket->offset) > 0) {
        buf_append_text(out, ",\"offset\":");
        buf_append_slice(out, buf_slice(&socket->offset));
    }
    while (auth.size > 0 && json_next_member(&members, &name, &value)) {
        buf_append_text(out, ",");
        buf_append_slice(out, name);
        buf_append_text(out, ":");
        buf_append_slice(out, value);
    }
    buf_append_text(out, "}");
}

void sio_socket_join(struct sio_socket *socket)
{
    struct buf data = {0};
    append_auth(socket, &data);
    sio_send(socket->io, &(struct sio_packet){
                             .type = SIO_CONNECT,
                             .namespace = slice_of(socket->namespace),
                             .data = buf_slice(&data),
                         });
    buf_free(&data);
}

void sio_connect(struct sio_socket *socket)
{
    struct sio *io = socket->io;
    bool was_active = socket->is_active;
    socket->is_active = true;
    if (!socket->is_connected && !io->is_reconnecting)
        sio_open(io);
    if (!was_active && io->state == SIO_OPEN)
        sio_socket_join(socket);
}

void sio_set_auth(struct sio_socket *socket, struct slice auth)
{
    set(&socket->auth, auth);
}

static struct sio_socket **end_of(struct sio *io)
{
    struct sio_socket **end = &io->sockets;
    while (*end != NULL)
        end = &(*end)->next;
    return end;
}

struct sio_socket *sio_find(const struct sio *io, const char *namespace)
{
    struct sio_socket *socket = io->sockets;
    while (socket != NULL && strcmp(socket->namespace, namespace) != 0)
        socket = socket->next;
    return socket;
}

struct sio_socket *sio_join(struct sio *io, const char *namespace,
                            struct slice auth)
{
    struct sio_socket *socket = sio_find(io, namespace);
    if (socket == NULL) {
        socket = allocate(sizeof *socket);
        socket->io = io;
        socket->namespace = copy_text(slice_of(namespace));
        *end_of(io) = socket;
    }
    sio_set_auth(socket, auth);
    sio_connect(socket);
    return socket;
}

/* ------------------------------------------------------ leaving */

static void become_inactive(struct sio_socket *socket)
{
    socket->is_active = false;
    sio_leave(socket->io);
}

void sio_socket_fail(struct sio_socket *socket, const char *message,
                     struct slice data)
{
    if (socket->on_connect_error != NULL)
        socket->on_connect_error(socket, message, data,
                                 socket->connect_error_user);
}

void sio_socket_cut(struct sio_socket *socket, const char *reason)
{
    socket->is_connected = false;
    free(socket->id);
    socket->id = NULL;
    if (socket->on_disconnect != NULL)
        socket->on_disconnect(socket, reason, socket->disconnect_user);
    sio_fail_asked(socket, false);
}

void sio_disconnect(struct sio_socket *socket)
{
    bool was_connected = socket->is_connected;
    if (was_connected)
        sio_send(socket->io, &(struct sio_packet){
                                 .type = SIO_DISCONNECT,
                                 .namespace = slice_of(socket->namespace),
                             });
    become_inactive(socket);
    if (was_connected)
        sio_socket_cut(socket, "io client disconnect");
}

/* ------------------------------------------------------ what comes */

static void tell(struct sio_socket *socket, const struct sio_packet *packet)
{
    struct buf scratch = {0};
    bool is_text = json_type(packet->event) == JSON_STRING;
    struct sio_event event = {
        .name = is_text ? json_string(packet->event, &scratch) : packet->event,
        .args = packet->args,
        .ack = {packet->id, socket->connections, packet->has_id},
    };
    sio_tell(socket, &event);
    buf_free(&scratch);
}

/* What a server that can restore us appends to each event: where we are. */
static void note_offset(struct sio_socket *socket,
                        const struct sio_packet *packet)
{
    struct slice rest = packet->args.json, value = {0};
    while (sio_next_arg(&rest, &value))
        ;
    if (buf_size(&socket->pid) > 0 && !packet->has_id && value.size > 0 &&
        json_type(value) == JSON_STRING)
        set(&socket->offset, value);
}

static void take_event(struct sio_socket *socket,
                       const struct sio_packet *packet)
{
    if (socket->is_connected) {
        tell(socket, packet);
        note_offset(socket, packet);
    } else if (socket->held.bytes + sio_event_size(packet) <= HELD_MAX) {
        sio_keep_put(&socket->held, packet);
    } else {
        sio_fail(socket->io, "too many events before their CONNECT");
    }
}

static void take_held(struct sio_socket *socket)
{
    struct sio_kept *kept;
    while (socket->is_connected &&
           (kept = sio_keep_take(&socket->held)) != NULL) {
        take_event(socket, &kept->packet);
        free(kept);
    }
}

static bool is_same(struct slice a, struct slice b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void note_connect(struct sio_socket *socket, struct slice sid,
                         struct slice pid)
{
    struct buf scratch = {0};
    free(socket->id);
    socket->id = copy_text(json_string(sid, &scratch));
    buf_free(&scratch);
    socket->is_recovered =
        pid.size > 0 && is_same(pid, buf_slice(&socket->pid));
    set(&socket->pid, pid);
    socket->connections++;
    socket->is_connected = true;
}

static bool text_member(struct slice object, const char *name,
                        struct slice *text)
{
    return object.size > 0 && json_member(object, name, text) &&
           json_type(*text) == JSON_STRING;
}

static void fail_without_sid(struct sio_socket *socket)
{
    static const char *const why =
        "the server's CONNECT has no sid, which it has since Socket.IO 3";
    sio_note_end(socket->io, OUTCOME_WEIRD_REPLY, why);
    sio_socket_fail(socket, why, (struct slice){0});
}

static void take_connect(struct sio_socket *socket, struct slice data)
{
    struct slice sid, pid = {0};
    if (!text_member(data, "sid", &sid)) {
        fail_without_sid(socket);
        return;
    }
    if (!text_member(data, "pid", &pid))
        pid = (struct slice){0};
    note_connect(socket, sid, pid);
    take_held(socket);
    sio_emit_kept(socket);
    if (socket->is_connected && socket->on_connect != NULL)
        socket->on_connect(socket, socket->connect_user);
}

/* {"message":...,"data":...}; of old it was a string. */
static void take_refusal(struct sio_socket *socket, struct slice refusal)
{
    struct buf scratch = {0};
    struct slice message = refusal, data = {0};
    bool has_message = refusal.size > 0 && json_type(refusal) == JSON_STRING;
    if (!has_message)
        has_message = text_member(refusal, "message", &message);
    if (refusal.size > 0)
        json_member(refusal, "data", &data);
    char *text = copy_text(has_message ? json_string(message, &scratch)
                                       : slice_of("refused"));
    become_inactive(socket);
    sio_socket_fail(socket, text, data);
    free(text);
    buf_free(&scratch);
}

void sio_socket_take(struct sio_socket *socket, const struct sio_packet *packet)
{
    switch (packet->type) {
    case SIO_CONNECT: take_connect(socket, packet->data); break;
    case SIO_DISCONNECT:
        become_inactive(socket);
        sio_socket_cut(socket, "io server disconnect");
        break;
    case SIO_EVENT: take_event(socket, packet); break;
    case SIO_ACK: sio_answer(socket, packet); break;
    case SIO_CONNECT_ERROR: take_refusal(socket, packet->data); break;
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK: break; /* no decoder says so */
    }
}

/* ------------------------------------------------------ what is known */

struct sio *sio_of(const struct sio_socket *socket)
{
    return socket->io;
}

const char *sio_namespace(const struct sio_socket *socket)
{
    return socket->namespace;
}

const char *sio_id(const struct sio_socket *socket)
{
    return socket->id != NULL ? socket->id : "";
}

bool sio_is_connected(const struct sio_socket *socket)
{
    return socket->is_connected;
}

bool sio_is_active(const struct sio_socket *socket)
{
    return socket->is_active;
}

bool sio_is_recovered(const struct sio_socket *socket)
{
    return socket->is_recovered;
}

void sio_on_connect(struct sio_socket *socket,
                    void (*on_connect)(struct sio_socket *socket, void *user),
                    void *user)
{
    socket->on_connect = on_connect;
    socket->connect_user = user;
}

void sio_on_connect_error(struct sio_socket *socket,
                          void (*on_connect_error)(struct sio_socket *socket,
                                                   const char *message,
                                                   struct slice data,
                                                   void *user),
                          void *user)
{
    socket->on_connect_error = on_connect_error;
    socket->connect_error_user = user;
}

void sio_on_disconnect(struct sio_socket *socket,
                       void (*on_disconnect)(struct sio_socket *socket,
                                             const char *reason, void *user),
                       void *user)
{
    socket->on_disconnect = on_disconnect;
    socket->disconnect_user = user;
}

static void free_kept(struct sio_keep *keep)
{
    struct sio_kept *kept;
    while ((kept = sio_keep_take(keep)) != NULL)
        free(kept);
}

void sio_socket_free(struct sio_socket *socket)
{
    free_kept(&socket->unsent);
    free_kept(&socket->held);
    free_kept(&socket->queue);
    sio_listeners_free(&socket->listeners);
    buf_free(&socket->auth);
    buf_free(&socket->pid);
    buf_free(&socket->offset);
    free(socket->id);
    free(socket->namespace);
    free(socket);
}
