/* expect: Upgrade: h2c */

bool is_agreed(const struct agreement *agreement, const char *key)
{
    char accept[ACCEPT_SIZE];
    accept_of(key, accept);
    return agreement->status == 101 && agreement->upgrade != NULL &&
           lists(agreement->connection, "Upgrade") &&
           agreement->accept != NULL && strcmp(agreement->accept, accept) == 0;
}
