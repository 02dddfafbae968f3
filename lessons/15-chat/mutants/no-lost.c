/* expect: right: "lost 1\nmessage 31 */

static void tell_history(const struct room *room, struct member *member,
                         uint64_t after)
{
    uint64_t forgotten =
        room->newest > ROOM_KEPT ? room->newest - ROOM_KEPT : 0;
    if (after < forgotten)
        after = forgotten;
    for (; after < room->newest; after++)
        member_hears(member, "message", after + 1,
                     room->kept[after % ROOM_KEPT]);
}
