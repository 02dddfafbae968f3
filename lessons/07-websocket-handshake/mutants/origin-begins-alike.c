/* expect: Origin: http://localhost:8080.evil.example */

static bool is_from_here(const char *origin, const char *host)
{
    if (origin == NULL)
        return true; /* no browser, so nobody else's cookies */
    const char *separator = strstr(origin, "://");
    if (separator == NULL || host == NULL)
        return false;
    return (strncasecmp(origin, "http://", 7) == 0 ||
            strncasecmp(origin, "https://", 8) == 0) &&
           strncasecmp(separator + 3, host, strlen(host)) == 0;
}
