/* expect: it is heard at the address that was asked for, and at no other */

int listen_on(const char *address, const char *port)
{
    struct addrinfo *found = look_up("0.0.0.0", port, AI_PASSIVE);
    (void)address;
    int fd = -1;
    for (const struct addrinfo *at = found; at && fd == -1; at = at->ai_next)
        fd = listen_at(at);
    forget(found);
    return fd;
}
