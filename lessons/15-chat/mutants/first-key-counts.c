/* expect: yours: "typed Ann\n" */

void room_type(struct room *room, struct member *member, int64_t now_ms)
{
    struct seat *seat = seat_of(room, member);
    if (seat->typing_until_ms != 0)
        return;
    tell_others(room, member, "typing");
    seat->typing_until_ms = now_ms + TYPING_MS;
}
