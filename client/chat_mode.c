/* chat_mode.c -- a room of the chat as a channel, over Socket.IO.
 *
 * The comparison uses it, by polling alone and by WebSocket alone: the same
 * messages as anywhere, over what Socket.IO adds to a connection.
 *
 *      40/chat,{"room":"lobby","after":7}  -->
 *           <--  40/chat,{"sid":...}
 *           <--  42/chat,["welcome",{"room":"lobby","instance":...}]
 *           <--  42/chat,["messages",[{"id":8,...}]]      as they are published
 *      42/chat,["message","hi"]            -->
 */
#include "client/engineio.h"
#include "client/role.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/socketio.h"

struct chat {
    struct eio_config config;
    struct eio_session *session; /* NULL: none */
    struct sio_decoder decoder;
};

/* ------------------------------------------------------ what we say */

static void say(struct listener *listener, const struct sio_packet *packet)
{
    struct chat *chat = listener->session;
    struct buf text = {0};
    sio_append_packet(&text, packet);
    eio_send(chat->session, false, buf_slice(&text));
    buf_free(&text);
}

static void append_member(struct buf *json, const char *name, struct slice text)
{
    buf_append_text(json, buf_size(json) == 0 ? "{\"" : ",\"");
    buf_append_text(json, name);
    buf_append_text(json, "\":");
    json_append_string(json, text);
}

/* Go into the room, behind the last message that was heard. */
static void join(struct listener *listener)
{
    const char *channel = listener->options->channel;
    struct buf auth = {0};
    append_member(&auth, "room", slice_of(channel != NULL ? channel : "lobby"));
    if (listener->instance[0] != '\0')
        append_member(&auth, "instance", slice_of(listener->instance));
    if (listener->has_last_id)
        buf_printf(&auth, ",\"after\":%llu",
                   (unsigned long long)listener->last_id);
    buf_append_text(&auth, "}");
    say(listener, &(struct sio_packet){.type = SIO_CONNECT,
                                       .namespace = slice_of("/chat"),
                                       .data = buf_slice(&auth)});
    buf_free(&auth);
}

static void emit(struct listener *listener, struct slice text)
{
    struct buf json = {0};
    sio_add_text(&json, text);
    say(listener, &(struct sio_packet){.type = SIO_EVENT,
                                       .namespace = slice_of("/chat"),
                                       .event = slice_of("\"message\""),
                                       .args = {.json = buf_slice(&json)}});
    buf_free(&json);
}

static void publish(struct listener *listener)
{
    struct chat *chat = listener->session;
    while (listener->outbox.count > 0 && listener->state == LISTENER_OPEN &&
           eio_is_writable(chat->session)) {
        emit(listener, outbox_first(&listener->outbox));
        listener_published(listener);
    }
}

/* ------------------------------------------------------ what is heard */

static void be_welcome(struct listener *listener, struct slice welcome)
{
    struct slice instance;
    struct buf scratch = {0};
    if (json_member(welcome, "instance", &instance) &&
        json_type(instance) == JSON_STRING)
        listener_set_instance(listener, json_string(instance, &scratch));
    buf_free(&scratch);
    listener_opened(listener, &(struct http_head){0});
}

static void hear(struct listener *listener, const struct sio_packet *packet)
{
    struct slice args = packet->args.json, first;
    size_t count;
    if (!sio_next_arg(&args, &first))
        return;
    if (json_string_is(packet->event, "welcome"))
        be_welcome(listener, first);
    else if (json_string_is(packet->event, "messages"))
        listener_heard_array(listener, first, &count);
}

static void on_message(struct eio_session *session, bool is_binary,
                       struct slice data)
{
    struct listener *listener = session->user;
    struct chat *chat = listener->session;
    struct sio_packet packet;
    const char *why;
    enum sio_result result =
        sio_decode(&chat->decoder, data, is_binary, &packet, &why);
    if (result == SIO_BAD)
        listener_failed(listener, OUTCOME_WEIRD_REPLY, why);
    else if (result == SIO_PACKET && packet.type == SIO_EVENT)
        hear(listener, &packet);
    else if (result == SIO_PACKET && packet.type == SIO_CONNECT_ERROR)
        listener_failed(listener, OUTCOME_WEIRD_REPLY,
                        "the chat does not let us in");
}

/* ------------------------------------------------------ its life */

static void on_open(struct eio_session *session)
{
    join(session->user);
}

static void on_drained(struct eio_session *session)
{
    publish(session->user);
}

static void on_closed(struct eio_session *session)
{
    struct listener *listener = session->user;
    struct chat *chat = listener->session;
    if (chat->session != session)
        return;
    chat->session = NULL;
    listener_failed(listener, session->outcome, session->why);
}

static void start(struct listener *listener, enum eio_transport transport)
{
    static const struct eio_handler handler = {
        .on_open = on_open,
        .on_message = on_message,
        .on_drained = on_drained,
        .on_closed = on_closed,
    };
    struct chat *chat = listener->session;
    chat->config = (struct eio_config){
        .http = listener->config,
        .path = slice_of(listener->technique->path),
        .transports = {.first = transport},
    };
    chat->session =
        eio_open(&listener->conns, &chat->config, &handler, listener);
}

static void start_polling(struct listener *listener)
{
    start(listener, EIO_POLLING);
}

static void start_websocket(struct listener *listener)
{
    start(listener, EIO_WEBSOCKET);
}

static void stop(struct listener *listener)
{
    struct chat *chat = listener->session;
    eio_close(chat->session, CLOSING_MS);
}

static void end(struct listener *listener)
{
    struct chat *chat = listener->session;
    if (chat->session != NULL)
        eio_drop(chat->session);
    chat->session = NULL;
    sio_decoder_free(&chat->decoder);
}

/* The session has clients of its own. */
static const struct client_handler nobody = {0};

const struct technique chat_polling = {
    .name = "Engine.IO polling",
    .path = "/socket.io/",
    .session_size = sizeof(struct chat),
    .receiver = &nobody,
    .start = start_polling,
    .end = end,
    .publish = publish,
    .stop = stop,
};

const struct technique chat_websocket = {
    .name = "Socket.IO",
    .path = "/socket.io/",
    .session_size = sizeof(struct chat),
    .receiver = &nobody,
    .start = start_websocket,
    .end = end,
    .publish = publish,
    .stop = stop,
};
