/* expect: not so: joining a second time says false */

bool room_join(struct room *room, struct socket *socket)
{
    struct membership *membership = allocate(sizeof *membership);
    membership->room = room;
    membership->socket = socket;
    list_add(&room->memberships, &membership->in_room);
    list_add(&socket->memberships, &membership->in_socket);
    return true;
}
