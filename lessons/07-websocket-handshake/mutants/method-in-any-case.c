/* expect: get / HTTP/1.1 */

int judge_handshake(const struct handshake *handshake)
{
    if (strcasecmp(handshake->method, "GET") != 0)
        return 405;
    if (handshake->minor < 1)
        return 400;
    if (!lists(handshake->upgrade, "websocket") ||
        !lists(handshake->connection, "Upgrade"))
        return 426;
    if (handshake->version == NULL || strcmp(handshake->version, "13") != 0)
        return 426;
    if (!is_key(handshake->key))
        return 400;
    return is_from_here(handshake->origin, handshake->host) ? 101 : 403;
}
