/* expect: (no Host) */

static bool is_from_here(const char *origin, const char *host)
{
    if (origin == NULL)
        return true; /* no browser, so nobody else's cookies */
    const char *separator = strstr(origin, "://");
    if (separator == NULL)
        return false;
    if (host == NULL)
        return true;
    return (strncasecmp(origin, "http://", 7) == 0 ||
            strncasecmp(origin, "https://", 8) == 0) &&
           strcasecmp(separator + 3, host) == 0;
}
