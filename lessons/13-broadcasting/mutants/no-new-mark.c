/* expect: heard by "" */

void broadcast(struct hall *hall, const struct to *to,
               void (*deliver)(struct socket *socket, void *user), void *user)
{
    struct delivery delivery = {deliver, user, to->sender, 1};
    struct delivery nobody = {.mark = delivery.mark};
    for (size_t i = 0; i < to->except_count; i++)
        visit_room(to->except[i], &nobody);
    for (size_t i = 0; i < to->room_count; i++)
        visit_room(to->rooms[i], &delivery);
    if (to->room_count == 0)
        visit_all(hall, &delivery);
}
