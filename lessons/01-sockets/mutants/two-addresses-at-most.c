/* expect: connect_first(these 3 addresses) returns */

int connect_first(const struct addrinfo *addresses)
{
    int fd = addresses == NULL ? -1 : connect_at(addresses);
    if (fd == -1 && addresses != NULL && addresses->ai_next != NULL)
        fd = connect_at(addresses->ai_next);
    return fd;
}
