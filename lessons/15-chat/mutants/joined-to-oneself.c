/* expect: yours: "joined Ann\njoined Bob\n" */

static void tell_others(struct room *room, const struct member *member,
                        const char *event)
{
    for (size_t i = 0; i < room->seat_count; i++)
        if (member != NULL)
            member_hears(room->seats[i].member, event, 0, member_name(member));
}
