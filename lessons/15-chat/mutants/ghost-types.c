/* expect: yours: "left Ann\ntyped Ann\nmessage 1 Cleo: bye\n" */

void room_leave(struct room *room, struct member *member)
{
    struct seat *seat = seat_of(room, member);
    struct seat gone = *seat;
    *seat = room->seats[--room->seat_count];
    tell_others(room, member, "left");
    if (gone.typing_until_ms != 0)
        tell_others(room, member, "typed");
}
