/* expect: yours: "typing Ann\ntyping Ann\ntyping Ann\n" */

void room_type(struct room *room, struct member *member, int64_t now_ms)
{
    struct seat *seat = seat_of(room, member);
    tell_others(room, member, "typing");
    seat->typing_until_ms = now_ms + TYPING_MS;
}
