/* expect: and from 0 to 6 was right */

static struct membership *find(const struct room *room, struct socket *socket)
{
    const struct link *list = &room->memberships;
    for (struct link *at = list_next(list); at != list; at = list_next(at)) {
        struct membership *membership =
            CONTAINER(at, struct membership, in_room);
        if (membership->socket == socket)
            return membership;
    }
    return NULL;
}
