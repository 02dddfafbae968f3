/* expect: not so: it tries the next address */

int connect_first(const struct addrinfo *addresses)
{
    return addresses == NULL ? -1 : connect_at(addresses);
}
