/* expect: yours: "typing Ann\nmessage 1 Ann: hi\ntyped Ann\n" */

void room_say(struct room *room, struct member *member, const char *text)
{
    char *said = room->kept[room->newest++ % ROOM_KEPT];
    snprintf(said, MESSAGE_SIZE, "%s: %s", member_name(member), text);
    for (size_t i = 0; i < room->seat_count; i++)
        member_hears(room->seats[i].member, "message", room->newest, said);
}
