/* expect: heard by "abbc" */

static void visit(struct socket *socket, const struct delivery *delivery)
{
    if (socket == delivery->sender)
        return;
    socket->mark = delivery->mark;
    if (delivery->deliver != NULL)
        delivery->deliver(socket, delivery->user);
}
