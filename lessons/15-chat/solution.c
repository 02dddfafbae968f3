/* solution.c -- a room of a chat, in memory. The real one is server/chat.c,
 * where a channel keeps what is said and Socket.IO knows who is in the room;
 * typing ends in the page there (server/chat_page.js), which forgets who
 * pressed no key. */
#include <stdio.h>

#include "lessons/15-chat/exercise.h"

static struct seat *seat_of(struct room *room, const struct member *member)
{
    for (size_t i = 0; i < room->seat_count; i++)
        if (room->seats[i].member == member)
            return &room->seats[i];
    return NULL;
}

static void tell_others(struct room *room, const struct member *member,
                        const char *event)
{
    for (size_t i = 0; i < room->seat_count; i++)
        if (room->seats[i].member != member)
            member_hears(room->seats[i].member, event, 0, member_name(member));
}

static void tell_history(const struct room *room, struct member *member,
                         uint64_t after)
{
    uint64_t forgotten =
        room->newest > ROOM_KEPT ? room->newest - ROOM_KEPT : 0;
    if (after != 0 && after < forgotten)
        member_hears(member, "lost", forgotten - after, NULL);
    if (after < forgotten)
        after = forgotten;
    for (; after < room->newest; after++)
        member_hears(member, "message", after + 1,
                     room->kept[after % ROOM_KEPT]);
}

void room_join(struct room *room, struct member *member, uint64_t after)
{
    tell_history(room, member, after);
    for (size_t i = 0; i < room->seat_count; i++)
        if (room->seats[i].typing_until_ms != 0)
            member_hears(member, "typing", 0,
                         member_name(room->seats[i].member));
    room->seats[room->seat_count++] = (struct seat){.member = member};
    tell_others(room, member, "joined");
}

void room_leave(struct room *room, struct member *member)
{
    struct seat *seat = seat_of(room, member);
    *seat = room->seats[--room->seat_count];
    tell_others(room, member, "left");
}

static void end_typing(struct room *room, struct seat *seat)
{
    if (seat->typing_until_ms == 0)
        return;
    seat->typing_until_ms = 0;
    tell_others(room, seat->member, "typed");
}

void room_say(struct room *room, struct member *member, const char *text)
{
    char *said = room->kept[room->newest++ % ROOM_KEPT];
    end_typing(room, seat_of(room, member));
    snprintf(said, MESSAGE_SIZE, "%s: %s", member_name(member), text);
    for (size_t i = 0; i < room->seat_count; i++)
        member_hears(room->seats[i].member, "message", room->newest, said);
}

void room_type(struct room *room, struct member *member, int64_t now_ms)
{
    struct seat *seat = seat_of(room, member);
    if (seat->typing_until_ms == 0)
        tell_others(room, member, "typing");
    seat->typing_until_ms = now_ms + TYPING_MS;
}

void room_tick(struct room *room, int64_t now_ms)
{
    for (size_t i = 0; i < room->seat_count; i++)
        if (room->seats[i].typing_until_ms <= now_ms)
            end_typing(room, &room->seats[i]);
}
