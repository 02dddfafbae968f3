/* chat.c -- people in rooms, over Socket.IO, and over everything else.
 *
 *      auth {"nickname":"Ann","room":"lobby","after":7}    to join /chat
 *
 *      a client emits                     and then
 *      message TEXT, ack                  ack {"id":8}
 *                                         the room: messages [{...}]
 *      typing true                        the others there: typing "Ann",true
 *      join ROOM, ack                     ack as `welcome`
 *                                         the rooms: left, joined
 *      private NICKNAME, TEXT, ack        ack true
 *                                         that one: private "Ann",TEXT
 *      who, ack                           ack ["Ann","Bob"]
 *
 * A room is the channel of the same name: what is said in it arrives by
 * polling, long polling, streaming and WebSocket as well, as "Ann: hi", and
 * what is published there by any of them is heard in the room. A request that
 * makes no sense is acknowledged with {"error":...}.
 *
 * Who comes in is told `welcome` {"nickname","room","instance","count",
 * "members"} and gets `messages` with what is kept behind `after`, or the
 * newest if it has none. Without a nickname it may listen, unannounced, and
 * speak as anybody can who publishes: without a name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "server/chat_room.h"

enum {
    NAME_SIZE = CHAT_NICKNAME_MAX + 4, /* with "-99" behind it, and the NUL */
    SAME_NAME_MAX = 99,                /* people who would all like to be Ann */
};

/* The data of a socket, also while it is away and may come back. */
struct member {
    struct chat *chat;
    struct room *room;        /* held; NULL: it did not enter yet */
    char nickname[NAME_SIZE]; /* "": it listens */
    size_t wish_size;         /* bytes of it that were its own wish */
};

static struct member *member_of(const struct sio_socket *socket)
{
    return sio_data(socket);
}

/* ------------------------------------------------------ whom it is for */

static struct sio_to in_room(const struct member *member, struct label *label,
                             const struct sio_socket *sender)
{
    return chat_to(member->chat, label, '#', room_name(member->room), sender);
}

static void note_one(struct sio_socket *socket, void *one)
{
    *(struct sio_socket **)one = socket;
}

/* Who is called so; NULL: nobody who is here. */
static struct sio_socket *who_is(struct chat *chat, struct slice nickname)
{
    struct label label;
    struct sio_to to = chat_to(chat, &label, '@', nickname, NULL);
    struct sio_socket *one = NULL;
    sio_each(&to, note_one, &one);
    return one;
}

/* ------------------------------------------------------ what is said */

static struct sio_args args_of(const struct buf *json)
{
    return (struct sio_args){.json = buf_slice(json)};
}

static void acknowledge(struct sio_socket *socket,
                        const struct sio_event *event, struct buf *json)
{
    sio_ack(socket, event->ack, args_of(json));
    buf_free(json);
}

static void refuse(struct sio_socket *socket, const struct sio_event *event,
                   const char *why)
{
    struct buf json = {0};
    buf_append_text(&json, "{\"error\":");
    json_append_string(&json, slice_of(why));
    buf_append_text(&json, "}");
    acknowledge(socket, event, &json);
}

/* Take the next argument, which has to be a string. `scratch` is where it is
 * unescaped, and the caller's to free. */
static bool take_text(struct slice *args, struct buf *scratch,
                      struct slice *text)
{
    struct slice value;
    if (!sio_next_arg(args, &value) || json_type(value) != JSON_STRING)
        return false;
    *text = json_string(value, scratch);
    return true;
}

/* Tell the others in the room: joined "Ann",3. Nobody sees who only listens. */
static void announce(struct sio_socket *socket, const char *event)
{
    struct member *member = member_of(socket);
    struct label label;
    struct buf json = {0};
    if (member->nickname[0] == '\0')
        return;
    struct sio_to to = in_room(member, &label, socket);
    sio_add_text(&json, slice_of(member->nickname));
    sio_add_number(&json, (int64_t)member->room->count);
    sio_broadcast(&to, event, args_of(&json));
    buf_free(&json);
}

static void add_nickname(struct sio_socket *socket, void *json)
{
    const struct member *member = member_of(socket);
    if (member->nickname[0] != '\0')
        sio_add_text(json, slice_of(member->nickname));
}

/* ["Ann","Bob"]: who is in a room and has a nickname. */
static void append_nicknames(struct buf *out, const struct member *member)
{
    struct label label;
    struct buf names = {0};
    struct sio_to to = in_room(member, &label, NULL);
    sio_each(&to, add_nickname, &names);
    buf_append_text(out, "[");
    buf_append_slice(out, buf_slice(&names));
    buf_append_text(out, "]");
    buf_free(&names);
}

static void append_welcome(struct buf *out, const struct member *member)
{
    const struct channel *channel = room_channel(member->room);
    buf_append_text(out, "{\"nickname\":");
    json_append_string(out, slice_of(member->nickname));
    buf_printf(out,
               ",\"room\":\"%s\",\"instance\":\"%s\",\"count\":%zu,"
               "\"members\":",
               channel_name(channel), channel_instance(channel),
               member->room->count);
    append_nicknames(out, member);
    buf_append_text(out, "}");
}

/* ------------------------------------------------------ rooms */

/* What is due in this turn the others get now, so that the newcomer does not
 * hear it twice: it is in its history. */
static void enter(struct sio_socket *socket, struct room *room)
{
    struct member *member = member_of(socket);
    struct label label;
    channel_catch_up(&room->subscriber);
    room_hold(room);
    if (member->room != NULL)
        room_release(member->room);
    member->room = room;
    room->count++;
    sio_join(socket, chat_label(&label, '#', room_name(room)));
    announce(socket, "joined");
}

static void leave(struct sio_socket *socket)
{
    member_of(socket)->room->count--;
    announce(socket, "left");
}

static void move(struct sio_socket *socket, struct room *room)
{
    struct label label;
    leave(socket);
    sio_leave(socket,
              chat_label(&label, '#', room_name(member_of(socket)->room)));
    enter(socket, room);
}

/* ------------------------------------------------------ what clients emit */

static uint64_t publish(const struct sio_socket *socket, struct slice text)
{
    const struct member *member = member_of(socket);
    struct buf said = {0};
    if (member->nickname[0] != '\0')
        buf_printf(&said, "%s: ", member->nickname);
    buf_append_slice(&said, text);
    uint64_t id = server_publish(sio_conn(socket), room_channel(member->room),
                                 buf_slice(&said));
    buf_free(&said);
    return id;
}

static void on_message(struct sio_socket *socket, const struct sio_event *event,
                       void *user)
{
    struct member *member = member_of(socket);
    struct slice args = event->args.json, text;
    struct buf scratch = {0}, answer = {0};
    (void)user;
    if (!take_text(&args, &scratch, &text) || text.size == 0) {
        refuse(socket, event, "a message is a text");
    } else if (text.size > server_text_max(member->chat->server) - NAME_SIZE) {
        refuse(socket, event, "this text is too long");
    } else {
        buf_printf(&answer, "{\"id\":%llu}",
                   (unsigned long long)publish(socket, text));
        acknowledge(socket, event, &answer);
    }
    buf_free(&scratch);
}

/* Whom it does not reach at once, it need not reach at all. */
static void on_typing(struct sio_socket *socket, const struct sio_event *event,
                      void *user)
{
    struct member *member = member_of(socket);
    struct slice args = event->args.json, value;
    struct label label;
    struct buf json = {0};
    (void)user;
    if (member->nickname[0] == '\0' || !sio_next_arg(&args, &value))
        return;
    bool is_typing = json_type(value) == JSON_TRUE;
    struct sio_to to = in_room(member, &label, socket);
    to.is_volatile = true;
    sio_add_text(&json, slice_of(member->nickname));
    sio_add_json(&json, slice_of(is_typing ? "true" : "false"));
    sio_broadcast(&to, "typing", args_of(&json));
    buf_free(&json);
}

static void on_join(struct sio_socket *socket, const struct sio_event *event,
                    void *user)
{
    struct member *member = member_of(socket);
    struct slice args = event->args.json, name = {0};
    struct buf scratch = {0}, answer = {0};
    const char *why;
    (void)user;
    take_text(&args, &scratch, &name);
    struct room *room = room_named(member->chat, name, &why);
    buf_free(&scratch);
    if (room == NULL) {
        refuse(socket, event, why);
        return;
    }
    bool is_here = room == member->room;
    if (!is_here)
        move(socket, room);
    append_welcome(&answer, member);
    acknowledge(socket, event, &answer);
    if (!is_here)
        room_send_history(room, socket, room_recent(room));
}

/* private "Bob","psst" becomes private "Ann","psst" for Bob alone: for the one
 * who is called so now, and nobody who was and may come back. */
static void on_private(struct sio_socket *socket, const struct sio_event *event,
                       void *user)
{
    struct member *member = member_of(socket);
    struct slice args = event->args.json, nickname, text;
    struct buf scratch = {0}, json = {0}, answer = {0};
    (void)user;
    if (!take_text(&args, &scratch, &nickname))
        nickname = slice_of("");
    struct sio_socket *other = who_is(member->chat, nickname);
    if (other == NULL) {
        refuse(socket, event, "nobody here is called that");
    } else if (!take_text(&args, &scratch, &text)) {
        refuse(socket, event, "a message is a text");
    } else {
        sio_add_text(&json, slice_of(member->nickname));
        sio_add_text(&json, text);
        sio_emit(other, "private", args_of(&json));
        buf_append_text(&answer, "true");
        acknowledge(socket, event, &answer);
    }
    buf_free(&json);
    buf_free(&scratch);
}

static void on_who(struct sio_socket *socket, const struct sio_event *event,
                   void *user)
{
    struct buf names = {0};
    (void)user;
    append_nicknames(&names, member_of(socket));
    acknowledge(socket, event, &names);
}

/* ------------------------------------------------------ coming and going */

/* Its room of Socket.IO it keeps, for the case that it is recovered. */
static void on_disconnect(struct sio_socket *socket, const char *reason,
                          void *user)
{
    (void)reason;
    (void)user;
    leave(socket);
}

/* A text of the auth object; empty without one. */
static struct slice auth_text(const struct sio_socket *socket, const char *name,
                              struct buf *scratch)
{
    struct slice value;
    if (!json_member(sio_auth(socket), name, &value) ||
        json_type(value) != JSON_STRING)
        return (struct slice){0};
    return json_string(value, scratch);
}

static bool is_nickname(struct slice name)
{
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] <= ' ' || name.data[i] == ':' ||
            name.data[i] == 0x7f)
            return false;
    return name.size <= CHAT_NICKNAME_MAX;
}

static const char *may_connect(struct sio_socket *socket, struct buf *data,
                               void *user)
{
    struct buf scratch = {0};
    struct slice room = auth_text(socket, "room", &scratch);
    _Static_assert(CHAT_NICKNAME_MAX == 32, "the sentence below says so");
    const char *why = room.size > 0 ? room_name_wrong(room) : NULL;
    (void)data;
    (void)user;
    if (!is_nickname(auth_text(socket, "nickname", &scratch)))
        why = "a nickname has up to 32 bytes, no blanks and no colons";
    buf_free(&scratch);
    return why;
}

/* Ann, or Ann-2 if there is an Ann already; after Ann-99, none. */
static void choose_nickname(struct member *member, struct slice wish)
{
    member->wish_size = wish.size;
    for (int number = 1; number <= SAME_NAME_MAX; number++) {
        snprintf(member->nickname, NAME_SIZE, "%.*s", (int)wish.size,
                 wish.data);
        if (number > 1)
            snprintf(member->nickname + wish.size, NAME_SIZE - wish.size, "-%d",
                     number);
        if (who_is(member->chat, slice_of(member->nickname)) == NULL)
            return;
    }
    member->nickname[0] = '\0';
}

/* The place that the auth object names: "after" and "instance". */
static struct place place_of(const struct sio_socket *socket,
                             const struct room *room, struct buf *scratch)
{
    struct place place = room_recent(room);
    struct slice value;
    int64_t after;
    if (json_member(sio_auth(socket), "after", &value) &&
        json_integer(value, &after)) {
        place.after = (uint64_t)after;
        place.instance = auth_text(socket, "instance", scratch);
    }
    return place;
}

static void welcome(struct sio_socket *socket)
{
    struct buf json = {0};
    append_welcome(&json, member_of(socket));
    sio_emit(socket, "welcome", args_of(&json));
    buf_free(&json);
}

static void set_handlers(struct sio_socket *socket)
{
    sio_on(socket, "message", on_message, NULL);
    sio_on(socket, "typing", on_typing, NULL);
    sio_on(socket, "join", on_join, NULL);
    sio_on(socket, "private", on_private, NULL);
    sio_on(socket, "who", on_who, NULL);
    sio_on_disconnect(socket, on_disconnect, NULL);
}

static struct member *member_new(struct sio_socket *socket, struct chat *chat)
{
    struct buf scratch = {0};
    struct slice nickname = auth_text(socket, "nickname", &scratch);
    struct member *member = allocate(sizeof *member);
    member->chat = chat;
    if (nickname.size > 0)
        choose_nickname(member, nickname);
    buf_free(&scratch);
    return member;
}

static void member_free(void *data)
{
    struct member *member = data;
    if (member->room != NULL)
        room_release(member->room);
    free(member);
}

static void join_own(struct sio_socket *socket)
{
    struct label label;
    struct slice nickname = slice_of(member_of(socket)->nickname);
    if (nickname.size > 0)
        sio_join(socket, chat_label(&label, '@', nickname));
}

/* Somebody may have taken the nickname meanwhile: then it is chosen anew, from
 * what was wished for at first. */
static void take_back_nickname(struct sio_socket *socket)
{
    struct member *member = member_of(socket);
    char wish[NAME_SIZE];
    struct label label;
    sio_leave(socket, chat_label(&label, '@', slice_of(member->nickname)));
    if (who_is(member->chat, slice_of(member->nickname)) != NULL) {
        memcpy(wish, member->nickname, NAME_SIZE);
        choose_nickname(member, (struct slice){wish, member->wish_size});
    }
    join_own(socket);
}

/* It is where it was, and was sent already what it missed there. */
static void come_back(struct sio_socket *socket)
{
    set_handlers(socket);
    take_back_nickname(socket);
    enter(socket, member_of(socket)->room);
    welcome(socket);
}

static void come_in(struct sio_socket *socket, struct chat *chat,
                    struct room *room)
{
    struct buf scratch = {0};
    struct place place = place_of(socket, room, &scratch);
    sio_set_data(socket, member_new(socket, chat), member_free);
    set_handlers(socket);
    join_own(socket);
    enter(socket, room);
    welcome(socket);
    room_send_history(room, socket, place);
    buf_free(&scratch);
}

static void on_connection(struct sio_socket *socket, void *user)
{
    struct chat *chat = user;
    struct buf scratch = {0};
    const char *why;
    if (sio_is_recovered(socket)) {
        come_back(socket);
        return;
    }
    struct slice wish = auth_text(socket, "room", &scratch);
    struct room *room =
        room_named(chat, wish.size > 0 ? wish : slice_of("lobby"), &why);
    buf_free(&scratch);
    if (room != NULL)
        come_in(socket, chat, room);
    else
        sio_disconnect(socket, false);
}

/* ------------------------------------------------------ its life */

static void open(struct server *server)
{
    struct chat *chat = allocate(sizeof *chat);
    chat->server = server;
    chat->holds = 1;
    chat->nsp = sio_of(server->socketio, "/chat");
    sio_use(chat->nsp, may_connect, chat);
    sio_on_connection(chat->nsp, on_connection, chat);
    server->chat = chat;
}

static void close(struct server *server)
{
    chat_release(server->chat);
}

const struct transport chat_page = {
    .path = "/chat",
    .allowed = ALLOW_GET,
    .serve = pages_serve,
    .open = open,
    .close = close,
};
