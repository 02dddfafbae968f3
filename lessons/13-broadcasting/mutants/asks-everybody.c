/* expect: and from 0 to 10 was right */

static void visit_room(struct hall *hall, struct room *room,
                       const struct delivery *delivery)
{
    struct link *list = &hall->sockets;
    for (struct link *at = list_next(list); at != list; at = list_next(at))
        if (find(room, CONTAINER(at, struct socket, in_hall)) != NULL)
            visit(CONTAINER(at, struct socket, in_hall), delivery);
}

void broadcast(struct hall *hall, const struct to *to,
               void (*deliver)(struct socket *socket, void *user), void *user)
{
    struct delivery delivery = {deliver, user, to->sender, ++hall->mark};
    struct delivery nobody = {.mark = delivery.mark};
    for (size_t i = 0; i < to->except_count; i++)
        visit_room(hall, to->except[i], &nobody);
    for (size_t i = 0; i < to->room_count; i++)
        visit_room(hall, to->rooms[i], &delivery);
    if (to->room_count == 0)
        visit_all(hall, &delivery);
}
