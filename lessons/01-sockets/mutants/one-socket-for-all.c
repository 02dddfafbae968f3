/* expect: the lowest free descriptor, which was free before is */

int connect_first(const struct addrinfo *addresses)
{
    (void)connect_at; /* makes one for each */
    if (addresses == NULL)
        return -1;
    int fd = socket(addresses->ai_family, SOCK_STREAM, 0);
    for (; addresses != NULL; addresses = addresses->ai_next)
        if (connect(fd, addresses->ai_addr, addresses->ai_addrlen) == 0)
            return fd;
    return -1;
}
