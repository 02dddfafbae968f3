/* expect: Connection: keep-alive, upgrade */

bool is_agreed(const struct agreement *agreement, const char *key)
{
    char accept[ACCEPT_SIZE];
    accept_of(key, accept);
    return agreement->status == 101 && agreement->upgrade != NULL &&
           strcasecmp(agreement->upgrade, "websocket") == 0 &&
           agreement->connection != NULL &&
           strcasecmp(agreement->connection, "Upgrade") == 0 &&
           agreement->accept != NULL && strcmp(agreement->accept, accept) == 0;
}
