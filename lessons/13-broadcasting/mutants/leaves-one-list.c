/* expect: heap-use-after-free */

static void end(struct membership *membership)
{
    list_remove(&membership->in_socket);
    free(membership);
}
