/* expect: yours: "typing Ann\nmessage 1 Bob: hello\n" */

void room_join(struct room *room, struct member *member, uint64_t after)
{
    for (size_t i = 0; i < room->seat_count; i++)
        if (room->seats[i].typing_until_ms != 0)
            member_hears(member, "typing", 0,
                         member_name(room->seats[i].member));
    room->seats[room->seat_count++] = (struct seat){.member = member};
    tell_others(room, member, "joined");
    tell_history(room, member, after);
}
