/* expect: yours: "YjM3YTRmMmNj */

void accept_of(const char *key, char accept[ACCEPT_SIZE])
{
    char text[256];
    uint8_t digest[SHA1_SIZE];
    int size = snprintf(text, sizeof text, "%s%s", key, guid);
    sha1(text, (size_t)size, digest);
    char hex[2 * SHA1_SIZE + 1], encoded[BASE64_SIZE(2 * SHA1_SIZE)];
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    base64_encode(hex, 2 * SHA1_SIZE, encoded);
    memcpy(accept, encoded, ACCEPT_SIZE - 1);
    accept[ACCEPT_SIZE - 1] = '\0';
}
