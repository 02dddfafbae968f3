/* expect: Sec-WebSocket-Accept: s3pplmbitxaq9kygzzhzrbk+xoo= */

bool is_agreed(const struct agreement *agreement, const char *key)
{
    char accept[ACCEPT_SIZE];
    accept_of(key, accept);
    return agreement->status == 101 && agreement->upgrade != NULL &&
           strcasecmp(agreement->upgrade, "websocket") == 0 &&
           lists(agreement->connection, "Upgrade") &&
           agreement->accept != NULL &&
           strcasecmp(agreement->accept, accept) == 0;
}
