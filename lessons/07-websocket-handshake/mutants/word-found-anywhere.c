/* expect: Upgrade: websockets */

static bool lists(const char *list, const char *word)
{
    if (list == NULL)
        return false;
    for (; *list != '\0'; list++)
        if (strncasecmp(list, word, strlen(word)) == 0)
            return true;
    return false;
}
