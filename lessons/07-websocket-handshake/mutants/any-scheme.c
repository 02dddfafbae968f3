/* expect: Origin: ftp://localhost:8080 */

static bool is_from_here(const char *origin, const char *host)
{
    if (origin == NULL)
        return true; /* no browser, so nobody else's cookies */
    const char *separator = strstr(origin, "://");
    if (separator == NULL || host == NULL)
        return false;
    return strcasecmp(separator + 3, host) == 0;
}
