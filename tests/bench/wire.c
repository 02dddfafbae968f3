#define _GNU_SOURCE /* memmem, strcasestr */
#include "tests/bench/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/bench/child.h"

enum { SILENCE_MAX_S = 5, RECEIVE_SIZE = 16 * 1024 };

uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void append_text(struct buf *buf, enum alphabet alphabet, size_t size)
{
    static const char *const characters[] = {"e", "\u00e9", "\u20ac",
                                             "\U0001f600"};
    uint64_t random = 1;
    while (size > 0) {
        size_t kind = next_random(&random) >> 62;
        if (alphabet == ASCII || kind + 1 > size)
            kind = 0;
        buf_append_text(buf, characters[kind]);
        size -= kind + 1;
    }
}

/* The first bytes of a final text frame; `mask_bit` is 0x80 or 0. */
static void append_frame_header(struct buf *buf, size_t size, uint8_t mask_bit)
{
    uint8_t header[10] = {0x81};
    int length_bits = size < 126 ? 0 : size < 65536 ? 16 : 64;
    size_t used = 2;
    header[1] = mask_bit | (uint8_t)(size < 126     ? size
                                     : size < 65536 ? 126
                                                    : 127);
    for (int shift = length_bits - 8; shift >= 0; shift -= 8)
        header[used++] = (uint8_t)((uint64_t)size >> shift);
    buf_append(buf, header, used);
}

void append_masked_frame(struct buf *buf, struct slice text, uint64_t *random)
{
    uint64_t bits = next_random(random);
    uint8_t key[4];
    memcpy(key, &bits, sizeof key);
    append_frame_header(buf, text.size, 0x80);
    buf_append(buf, key, sizeof key);
    uint8_t *payload = buf_room(buf, text.size);
    for (size_t i = 0; i < text.size; i++)
        payload[i] = (uint8_t)text.data[i] ^ key[i % 4];
    buf_added(buf, text.size);
}

void append_frame(struct buf *buf, struct slice text)
{
    append_frame_header(buf, text.size, 0);
    buf_append_slice(buf, text);
}

int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = SILENCE_MAX_S};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1 ||
        connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
        fail("no connection to port %d: %s", port, strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

/* How many bytes the response that begins `response` has in all, as far as its
 * head can tell; 0 while the head is not complete. */
static size_t response_size(const char *response)
{
    const char *blank_line = strstr(response, "\r\n\r\n");
    const char *length = strcasestr(response, "\r\nContent-Length:");
    if (blank_line == NULL)
        return 0;
    size_t head = (size_t)(blank_line - response) + 4;
    bool has_body = length != NULL && length < blank_line;
    return has_body ? head + strtoul(length + 17, NULL, 10) : head;
}

void send_all(int fd, struct slice bytes)
{
    if (send(fd, bytes.data, bytes.size, MSG_NOSIGNAL) != (ssize_t)bytes.size)
        fail("a request was not taken: %s", strerror(errno));
}

size_t receive_response(int fd, int status, struct buf *response)
{
    size_t expected = 0;
    while (expected == 0 || buf_size(response) < expected) {
        ssize_t got =
            recv(fd, buf_room(response, RECEIVE_SIZE), RECEIVE_SIZE - 1, 0);
        if (got <= 0)
            fail("no response, where %d was expected", status);
        buf_added(response, (size_t)got);
        *buf_room(response, 1) = '\0';
        expected = response_size((char *)buf_head(response));
    }
    int answered = 0;
    sscanf((char *)buf_head(response), "HTTP/1.1 %d", &answered);
    if (answered != status)
        fail("a response has status %d instead of %d", answered, status);
    return expected;
}

size_t ask(int fd, struct slice request, int status, struct buf *response)
{
    send_all(fd, request);
    return receive_response(fd, status, response);
}

int dial_websocket(int port, const char *target)
{
    struct buf request = {0}, response = {0};
    /* the key, and what must come back for it, are those of RFC 6455, 1.3 */
    buf_printf(&request,
               "GET %s HTTP/1.1\r\n"
               "Host: 127.0.0.1:%d\r\n"
               "Upgrade: websocket\r\n"
               "Connection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Version: 13\r\n\r\n",
               target, port);
    int fd = dial(port);
    ask(fd, buf_slice(&request), 101, &response);
    struct slice head = buf_slice(&response);
    if (memmem(head.data, head.size, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28) ==
        NULL)
        fail("%s: wrong Sec-WebSocket-Accept", target);
    buf_free(&request);
    buf_free(&response);
    return fd;
}

int dial_echo(int port)
{
    return dial_websocket(port, "/echo");
}

/* Receive until `text` is the end of what came. */
static void receive_to(int fd, const char *text)
{
    char bytes[RECEIVE_SIZE];
    size_t size = 0, wanted = strlen(text);
    while (size < wanted || memcmp(bytes + size - wanted, text, wanted) != 0) {
        ssize_t got = recv(fd, bytes + size, sizeof bytes - size, 0);
        if (got <= 0)
            fail("%s did not come", text);
        size += (size_t)got;
    }
}

int ask_socketio(int port)
{
    struct buf connect = {0};
    uint64_t random = 3;
    int fd = dial_websocket(port, "/socket.io/?EIO=4&transport=websocket");
    append_masked_frame(&connect, slice_of("40"), &random);
    send_all(fd, buf_slice(&connect));
    buf_free(&connect);
    return fd;
}

void await_socketio(int fd)
{
    receive_to(fd, "42[\"auth\",{}]"); /* the application's greeting */
}

int dial_socketio(int port)
{
    int fd = ask_socketio(port);
    await_socketio(fd);
    return fd;
}

void append_get(struct buf *buf, const char *target)
{
    buf_printf(buf, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", target);
}
