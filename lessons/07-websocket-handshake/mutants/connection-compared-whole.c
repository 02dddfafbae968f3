/* expect: Connection: keep-alive, Upgrade */

int judge_handshake(const struct handshake *handshake)
{
    if (strcmp(handshake->method, "GET") != 0)
        return 405;
    if (handshake->minor < 1)
        return 400;
    if (!lists(handshake->upgrade, "websocket") ||
        handshake->connection == NULL ||
        strcasecmp(handshake->connection, "Upgrade") != 0)
        return 426;
    if (handshake->version == NULL || strcmp(handshake->version, "13") != 0)
        return 426;
    if (!is_key(handshake->key))
        return 400;
    return is_from_here(handshake->origin, handshake->host) ? 101 : 403;
}
