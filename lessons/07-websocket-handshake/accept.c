/* accept.c -- from a Sec-WebSocket-Key to its Sec-WebSocket-Accept, step by
 * step (RFC 6455, 4.2.2).
 *
 *      key --+--> text --SHA-1--> digest --base64--> accept
 *      GUID -'
 */
#include <stdio.h>
#include <string.h>

#include "common/base64.h"
#include "common/sha1.h"

enum { TEXT_SIZE = 128 };

int main(int argc, char **argv)
{
    char text[TEXT_SIZE], accept[BASE64_SIZE(SHA1_SIZE)];
    uint8_t digest[SHA1_SIZE];
    if (argc != 2 || strlen(argv[1]) > TEXT_SIZE / 2) {
        fputs("usage: accept KEY\n", stderr);
        return 2;
    }
    snprintf(text, sizeof text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
             argv[1]);
    sha1(text, strlen(text), digest);
    base64_encode(digest, sizeof digest, accept);

    printf("the key     %s\n", argv[1]);
    printf("with the GUID behind it, %zu characters\n", strlen(text));
    printf("            %s\n", text);
    printf("its digest, %d bytes\n           ", SHA1_SIZE);
    for (size_t i = 0; i < sizeof digest; i++)
        printf(" %02x", digest[i]);
    printf("\nin base64   %s\n", accept);
    return 0;
}
