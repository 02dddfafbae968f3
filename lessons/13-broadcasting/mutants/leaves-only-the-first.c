/* expect: heard by "abc" */

void leave_all(struct socket *socket)
{
    struct link *list = &socket->memberships;
    struct link *at = list_next(list);
    if (at != list)
        end(CONTAINER(at, struct membership, in_socket));
}
