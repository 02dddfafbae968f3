/* expect: yours: "BXhwxM0SZasKmCD9S4BfpPmCnEw=" */

void accept_of(const char *key, char accept[ACCEPT_SIZE])
{
    char text[256];
    uint8_t digest[SHA1_SIZE];
    size_t size = 0;
    base64_decode(slice_of(key), (uint8_t *)text, &size);
    memcpy(text + size, guid, sizeof guid - 1);
    size += sizeof guid - 1;
    sha1(text, size, digest);
    base64_encode(digest, sizeof digest, accept);
}
