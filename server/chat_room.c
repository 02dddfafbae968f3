#include "server/chat_room.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "server/json_array.h"

void chat_release(struct chat *chat)
{
    if (--chat->holds == 0)
        free(chat);
}

/* ------------------------------------------------------ whom it is for */

struct slice chat_label(struct label *label, char kind, struct slice name)
{
    snprintf(label->text, sizeof label->text, "%c%.*s", kind, (int)name.size,
             name.data);
    label->name = slice_of(label->text);
    return label->name;
}

struct sio_to chat_to(struct chat *chat, struct label *label, char kind,
                      struct slice name, const struct sio_socket *sender)
{
    chat_label(label, kind, name);
    return (struct sio_to){.nsp = chat->nsp,
                           .rooms = &label->name,
                           .room_count = 1,
                           .sender = sender};
}

/* ------------------------------------------------------ the channel */

static bool is_ready(const struct subscriber *subscriber)
{
    (void)subscriber;
    return true; /* always: each connection has a limit of its own */
}

static void deliver(struct subscriber *subscriber, struct slice array)
{
    struct room *room = CONTAINER(subscriber, struct room, subscriber);
    struct label label;
    struct sio_to to = chat_to(room->chat, &label, '#', room_name(room), NULL);
    sio_broadcast(&to, "messages", (struct sio_args){.json = array});
}

static const struct subscriber_kind subscriber_kind = {
    .format = &json_array,
    .is_ready = is_ready,
    .deliver = deliver,
};

struct slice room_name(const struct room *room)
{
    return slice_of(channel_name(room_channel(room)));
}

struct channel *room_channel(const struct room *room)
{
    return room->subscriber.channel;
}

struct place room_recent(const struct room *room)
{
    uint64_t newest = channel_newest(room_channel(room));
    return (struct place){.after = newest > CHAT_HISTORY ? newest - CHAT_HISTORY
                                                         : 0};
}

void room_send_history(const struct room *room, struct sio_socket *socket,
                       struct place place)
{
    struct message notice;
    struct buf array = {0};
    if (channel_resume(room_channel(room), &place, &notice))
        json_array.append(&array, &notice);
    channel_encode(room_channel(room), &json_array, place.after, &array);
    if (buf_size(&array) > 0)
        sio_emit(socket, "messages",
                 (struct sio_args){.json = buf_slice(&array)});
    buf_free(&array);
}

/* ------------------------------------------------------ its life */

static struct room *room_new(struct chat *chat, struct channel *channel)
{
    struct room *room = allocate(sizeof *room);
    room->chat = chat;
    room->next = chat->first;
    room->link = &chat->first;
    if (room->next != NULL)
        room->next->link = &room->next;
    chat->first = room;
    chat->holds++;
    channel_subscribe(channel, &room->subscriber, &subscriber_kind,
                      channel_newest(channel));
    return room;
}

static void room_free(struct room *room)
{
    channel_unsubscribe(&room->subscriber);
    *room->link = room->next;
    if (room->next != NULL)
        room->next->link = room->link;
    chat_release(room->chat);
    free(room);
}

const char *room_name_wrong(struct slice name)
{
    _Static_assert(CHANNEL_NAME_MAX == 64, "the sentence below says so");
    return channel_name_is_valid(name)
               ? NULL
               : "a room is called by 1 to 64 of A-Z a-z 0-9 - . _ ~";
}

struct room *room_named(struct chat *chat, struct slice name, const char **why)
{
    *why = room_name_wrong(name);
    if (*why != NULL)
        return NULL;
    *why = "there are too many rooms";
    struct channel *channel = channel_named(chat->server->channels, name);
    if (channel == NULL)
        return NULL;
    for (struct room *room = chat->first; room != NULL; room = room->next)
        if (room_channel(room) == channel)
            return room;
    return room_new(chat, channel);
}

void room_hold(struct room *room)
{
    room->holds++;
}

void room_release(struct room *room)
{
    if (--room->holds == 0)
        room_free(room);
}
