/* expect: this is agreed, and it was taken for the contrary */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base64.h"
#include "common/sha1.h"
#include "lessons/07-websocket-handshake/exercise.h"

enum { KEY_LENGTH = 24, NONCE_SIZE = 16 };

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

void accept_of(const char *key, char accept[ACCEPT_SIZE])
{
    char text[256];
    uint8_t digest[SHA1_SIZE];
    int size = snprintf(text, sizeof text, "%s%s", key, guid);
    sha1(text, (size_t)size, digest);
    base64_encode(digest, sizeof digest, accept);
}

/* Is the word in a list with commas? Case does not count. */
static bool lists(const char *list, const char *word)
{
    if (list == NULL)
        return false;
    for (;;) {
        list += strspn(list, " \t,");
        size_t size = strcspn(list, " \t,");
        if (size == 0)
            return false;
        if (size == strlen(word) && strncasecmp(list, word, size) == 0)
            return true;
        list += size;
    }
}

static bool is_key(const char *key)
{
    uint8_t nonce[BASE64_DECODED_SIZE(KEY_LENGTH)];
    size_t size;
    return key != NULL && strlen(key) == KEY_LENGTH &&
           base64_decode(slice_of(key), nonce, &size) && size == NONCE_SIZE;
}

static bool is_from_here(const char *origin, const char *host)
{
    if (origin == NULL)
        return true; /* no browser, so nobody else's cookies */
    const char *separator = strstr(origin, "://");
    if (separator == NULL || host == NULL)
        return false;
    return (strncasecmp(origin, "http://", 7) == 0 ||
            strncasecmp(origin, "https://", 8) == 0) &&
           strcasecmp(separator + 3, host) == 0;
}

int judge_handshake(const struct handshake *handshake)
{
    if (strcmp(handshake->method, "GET") != 0)
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
