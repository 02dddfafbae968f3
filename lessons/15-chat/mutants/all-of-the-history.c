/* expect: yours: "message 31 Ann: 31 */

static void tell_history(const struct room *room, struct member *member,
                         uint64_t after)
{
    uint64_t forgotten =
        room->newest > ROOM_KEPT ? room->newest - ROOM_KEPT : 0;
    if (after != 0 && after < forgotten)
        member_hears(member, "lost", forgotten - after, NULL);
    if (after < forgotten)
        after = forgotten;
    for (after = forgotten; after < room->newest; after++)
        member_hears(member, "message", after + 1,
                     room->kept[after % ROOM_KEPT]);
}
