/* expect: right: "message 1 Ann: hi\nmessage 2 Bob: hello\n" */

void room_say(struct room *room, struct member *member, const char *text)
{
    char *said = room->kept[room->newest++ % ROOM_KEPT];
    end_typing(room, seat_of(room, member));
    snprintf(said, MESSAGE_SIZE, "%s: %s", member_name(member), text);
    for (size_t i = 0; i < room->seat_count; i++)
        if (room->seats[i].member != member)
            member_hears(room->seats[i].member, "message", room->newest, said);
}
