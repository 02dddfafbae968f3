/* exercise.c -- yours to write: a room of a chat. See exercise.h. */
#include "lessons/15-chat/exercise.h"

void room_join(struct room *room, struct member *member, uint64_t after)
{
    (void)room;
    (void)member;
    (void)after; /* not written yet */
}

void room_leave(struct room *room, struct member *member)
{
    (void)room;
    (void)member;
}

void room_say(struct room *room, struct member *member, const char *text)
{
    (void)room;
    (void)member;
    (void)text;
}

void room_type(struct room *room, struct member *member, int64_t now_ms)
{
    (void)room;
    (void)member;
    (void)now_ms;
}

void room_tick(struct room *room, int64_t now_ms)
{
    (void)room;
    (void)now_ms;
}
