/* expect: and from 0 to 10 was right */

void broadcast(struct hall *hall, const struct to *to,
               void (*deliver)(struct socket *socket, void *user), void *user)
{
    struct delivery delivery = {deliver, user, to->sender, 1};
    struct link *list = &hall->sockets;
    for (struct link *at = list_next(list); at != list; at = list_next(at))
        CONTAINER(at, struct socket, in_hall)->mark = 0;
    struct delivery nobody = {.mark = delivery.mark};
    for (size_t i = 0; i < to->except_count; i++)
        visit_room(to->except[i], &nobody);
    for (size_t i = 0; i < to->room_count; i++)
        visit_room(to->rooms[i], &delivery);
    if (to->room_count == 0)
        visit_all(hall, &delivery);
}
