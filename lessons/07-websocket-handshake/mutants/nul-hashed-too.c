/* expect: yours: "wRn3T1d05f86S/JjgrE2dZ0BqLI=" */

void accept_of(const char *key, char accept[ACCEPT_SIZE])
{
    char text[256];
    uint8_t digest[SHA1_SIZE];
    int size = snprintf(text, sizeof text, "%s%s", key, guid);
    sha1(text, (size_t)size + 1, digest);
    base64_encode(digest, sizeof digest, accept);
}
