/* expect: heap-use-after-free */

static void visit_room(struct room *room, const struct delivery *delivery)
{
    struct link *list = &room->memberships;
    for (struct link *at = list_next(list); at != list; at = list_next(at))
        visit(CONTAINER(at, struct membership, in_room)->socket, delivery);
}
