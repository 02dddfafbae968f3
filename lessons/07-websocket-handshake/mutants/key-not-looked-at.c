/* expect: the status is 101, and 400 was right */

static bool is_key(const char *key)
{
    return key != NULL && strlen(key) == KEY_LENGTH;
}
