#include "tests/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "tests/backends.h"

/* ------------------------------------------------------------- the stage */

static int set_stage(void **state)
{
    const char *why = NULL;
    struct stage *stage = allocate(sizeof *stage);
    struct server_options options = server_default_options();
    options.apart_ms = 0; /* but where a test asks for it */
    stage->loop = loop_new(backends_current());
    assert_non_null(stage->loop);
    loop_hold_clock(stage->loop);
    stage->server = server_new(stage->loop, &options);
    stage->port = server_listen(stage->server, "127.0.0.1", "0", &why);
    if (stage->port == -1)
        fail_msg("cannot listen: %s", why);
    *state = stage;
    return 0;
}

static void free_peer(struct peer *peer)
{
    peer_close(peer);
    buf_free(&peer->got);
    buf_free(&peer->to_say);
    ws_free(&peer->ws);
    free(peer);
}

static int strike_stage(void **state)
{
    struct stage *stage = *state;
    struct peer *next;
    for (struct peer *peer = stage->peers; peer != NULL; peer = next) {
        next = peer->next;
        free_peer(peer);
    }
    server_free(stage->server);
    loop_free(stage->loop);
    free(stage);
    return 0;
}

int peer_run(const char *name, struct CMUnitTest *tests, size_t count)
{
    return backends_run(name, tests, count, set_stage, strike_stage);
}

/* ------------------------------------------------------------- turning */

void peer_turn_until(struct loop *loop, bool (*is_done)(void *user), void *user,
                     const char *what)
{
    int64_t end_us = loop_clock_us() + (int64_t)PATIENCE_MS * 1000;
    while (!is_done(user)) {
        if (loop_clock_us() > end_us)
            fail_msg("waited in vain: %s", what);
        assert_int_equal(loop_turn(loop, 1), 0);
    }
}

void peer_settle(struct stage *stage)
{
    for (int i = 0; i < 20; i++)
        assert_int_equal(loop_turn(stage->loop, 0), 0);
}

struct count_wanted {
    const struct server *server;
    size_t count;
};

static bool has_connections(void *user)
{
    const struct count_wanted *wanted = user;
    return wanted->server->http.conns.count == wanted->count;
}

void peer_expect_connections(struct stage *stage, size_t count)
{
    struct count_wanted wanted = {stage->server, count};
    peer_turn_until(stage->loop, has_connections, &wanted,
                    "for the number of connections");
}

/* ------------------------------------------------------------- sockets */

struct peer *peer_on(struct stage *stage, int fd)
{
    struct peer *peer = allocate(sizeof *peer);
    assert_int_not_equal(fd, -1);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    peer->stage = stage;
    peer->fd = fd;
    peer->next = stage->peers;
    stage->peers = peer;
    return peer;
}

static struct peer *connect_with(struct stage *stage, int buffer_size)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)stage->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_not_equal(fd, -1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* no waiting */
    if (buffer_size > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_size, sizeof buffer_size);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
        fail_msg("cannot connect: %s", strerror(errno));
    return peer_on(stage, fd);
}

struct peer *peer_new(struct stage *stage)
{
    return connect_with(stage, 0);
}

struct peer *peer_new_small(struct stage *stage)
{
    enum { SMALL = 32 * 1024 };
    int size = SMALL; /* accept(2) hands it down */
    setsockopt(stage->server->listeners[0].watch.fd, SOL_SOCKET, SO_SNDBUF,
               &size, sizeof size);
    return connect_with(stage, SMALL);
}

void peer_close(struct peer *peer)
{
    if (peer->fd != -1)
        close(peer->fd);
    peer->fd = -1;
}

void peer_reset(struct peer *peer)
{
    struct linger hard = {.l_onoff = 1};
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    peer_close(peer);
}

void peer_end(struct peer *peer)
{
    shutdown(peer->fd, SHUT_WR);
}

/* ------------------------------------------------------------- saying */

void peer_say_bytes(struct peer *peer, const void *bytes, size_t size)
{
    int64_t end_us = loop_clock_us() + (int64_t)PATIENCE_MS * 1000;
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(peer->fd, at, size, MSG_NOSIGNAL);
        if (sent == -1 && errno != EAGAIN)
            fail_msg("cannot send: %s", strerror(errno));
        if (loop_clock_us() > end_us)
            fail_msg("the server does not read");
        at += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
        if (size > 0)
            loop_turn(peer->stage->loop, 1);
    }
}

void peer_say(struct peer *peer, const char *text)
{
    peer_say_bytes(peer, text, strlen(text));
}

void peer_say_slowly(struct peer *peer, const char *text)
{
    for (; *text != '\0'; text++) {
        peer_say_bytes(peer, text, 1);
        loop_turn(peer->stage->loop, 1);
    }
}

void peer_say_in_two(struct peer *peer, const char *text, size_t first)
{
    peer_say_bytes(peer, text, first);
    peer_settle(peer->stage);
    peer_say(peer, text + first);
}

void peer_get(struct peer *peer, const char *target)
{
    char head[1024];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    peer_say(peer, head);
}

void peer_post(struct peer *peer, const char *target, const char *text)
{
    char head[1024];
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
             target, strlen(text));
    peer_say(peer, head);
    peer_say(peer, text);
    peer_expect_status(peer, 201);
    peer_expect(peer, "}");
}

/* ------------------------------------------------------------- expecting */

static void receive(struct peer *peer)
{
    ssize_t got = 0;
    while (!peer->has_ended && peer->error == 0 && peer->fd != -1) {
        uint8_t *room = buf_room(&peer->got, 64 * 1024);
        got = recv(peer->fd, room, 64 * 1024, 0);
        if (got > 0)
            buf_added(&peer->got, (size_t)got);
        else if (got == 0)
            peer->has_ended = true;
        else if (errno == EAGAIN)
            return;
        else
            peer->error = errno;
    }
}

/* What came, so that a person can read it. */
static const char *shown(const struct peer *peer)
{
    static char text[4096];
    struct slice got = buf_slice(&peer->got);
    size_t size = 0;
    for (size_t i = 0; i < got.size && size + 8 < sizeof text; i++) {
        unsigned char byte = (unsigned char)got.data[i];
        bool is_plain = (byte >= 0x20 && byte < 0x7f) || byte == '\n';
        if (is_plain)
            text[size++] = (char)byte;
        else if (byte != '\r')
            size += (size_t)snprintf(text + size, 5, "\\x%02x", byte);
    }
    snprintf(text + size, 8, "%s", peer->has_ended ? "<end>" : "");
    return text;
}

/* Where `text` is in what came; NULL: nowhere. */
static const char *find(const struct peer *peer, const char *text)
{
    struct slice got = buf_slice(&peer->got);
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= got.size; i++) {
        const char *at = memchr(got.data + i, text[0], got.size - size - i + 1);
        if (at == NULL)
            return NULL;
        if (memcmp(at, text, size) == 0)
            return at;
        i = (size_t)(at - got.data);
    }
    return NULL;
}

static void wait_for(struct peer *peer, const char *text)
{
    int64_t end_us = loop_clock_us() + (int64_t)PATIENCE_MS * 1000;
    receive(peer);
    while (find(peer, text) == NULL) {
        if (peer->has_ended || peer->error != 0 || loop_clock_us() > end_us)
            fail_msg("expected \"%s\", but there came (%s):\n%s", text,
                     peer->error ? strerror(peer->error) : "no error",
                     shown(peer));
        loop_turn(peer->stage->loop, 1);
        receive(peer);
    }
}

void peer_expect(struct peer *peer, const char *text)
{
    wait_for(peer, text);
    const char *at = find(peer, text);
    const char *begin = (const char *)buf_head(&peer->got);
    buf_consume(&peer->got, (size_t)(at - begin) + strlen(text));
}

void peer_expect_next(struct peer *peer, const char *text)
{
    wait_for(peer, text);
    if (find(peer, text) != buf_slice(&peer->got).data)
        fail_msg("expected \"%s\" first, but there came:\n%s", text,
                 shown(peer));
    buf_consume(&peer->got, strlen(text));
}

void peer_expect_no(struct peer *peer, const char *text)
{
    receive(peer);
    if (find(peer, text) != NULL)
        fail_msg("did not expect \"%s\" in:\n%s", text, shown(peer));
}

void peer_expect_silence(struct peer *peer)
{
    peer_settle(peer->stage);
    receive(peer);
    if (buf_size(&peer->got) > 0 || peer->has_ended || peer->error != 0)
        fail_msg("expected silence, but there came:\n%s", shown(peer));
}

void peer_expect_status(struct peer *peer, int status)
{
    char line[32];
    snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
    peer_expect_next(peer, line);
    wait_for(peer, "\r\n\r\n");
}

void peer_expect_head(struct peer *peer, int status)
{
    peer_expect_status(peer, status);
    peer_expect(peer, "\r\n\r\n");
}

static bool is_gone(void *user)
{
    struct peer *peer = user;
    receive(peer);
    return peer->has_ended || peer->error != 0;
}

void peer_expect_end(struct peer *peer)
{
    peer_turn_until(peer->stage->loop, is_gone, peer, "for the end");
    if (buf_size(&peer->got) > 0 || peer->error != 0)
        fail_msg("expected the end, but there came (%s):\n%s",
                 strerror(peer->error), shown(peer));
}

void peer_expect_gone(struct peer *peer)
{
    peer_turn_until(peer->stage->loop, is_gone, peer, "for the end");
    buf_free(&peer->got);
}

/* ------------------------------------------------------------- WebSocket */

const char *peer_handshake(const char *target)
{
    static char head[512];
    snprintf(head, sizeof head,
             "GET %s HTTP/1.1\r\nHost: x\r\n"
             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: " PEER_KEY "\r\n\r\n",
             target);
    return head;
}

static uint32_t same_key(void)
{
    return 0x12345678;
}

void peer_upgrade(struct peer *peer, const char *target)
{
    ws_init(&peer->ws, WS_CLIENT, &peer->got, &peer->to_say);
    peer->ws.new_key = same_key;
    peer_say(peer, peer_handshake(target));
    peer_expect_status(peer, 101);
    peer_expect(peer, "Sec-WebSocket-Accept: " PEER_ACCEPT);
    peer_expect(peer, "\r\n\r\n");
}

void peer_add_frame(struct peer *peer, enum ws_opcode opcode, const char *text)
{
    if (peer->ws.new_key == NULL) {
        ws_init(&peer->ws, WS_CLIENT, &peer->got, &peer->to_say);
        peer->ws.new_key = same_key;
    }
    ws_send(&peer->ws, opcode, slice_of(text));
}

static void say_added(struct peer *peer)
{
    struct slice bytes = buf_slice(&peer->to_say);
    peer_say_bytes(peer, bytes.data, bytes.size);
    buf_consume(&peer->to_say, bytes.size);
}

void peer_say_frame(struct peer *peer, enum ws_opcode opcode, const char *text)
{
    peer_add_frame(peer, opcode, text);
    say_added(peer);
}

void peer_say_close(struct peer *peer, uint16_t code)
{
    ws_send_close(&peer->ws, code, slice_of(""));
    say_added(peer);
}

/* The next event; what the codec answers by itself is dropped. */
static struct ws_event next_event(struct peer *peer)
{
    int64_t end_us = loop_clock_us() + (int64_t)PATIENCE_MS * 1000;
    struct ws_event event;
    receive(peer);
    while (!ws_next(&peer->ws, &event)) {
        if (peer->has_ended || peer->error != 0 || loop_clock_us() > end_us)
            fail_msg("expected a frame, but there came (%s):\n%s",
                     peer->error ? strerror(peer->error) : "no error",
                     shown(peer));
        loop_turn(peer->stage->loop, 1);
        receive(peer);
    }
    buf_consume(&peer->to_say, buf_size(&peer->to_say));
    return event;
}

static void assert_is_in(const char *text, struct slice payload)
{
    struct buf whole = {0};
    buf_append_slice(&whole, payload);
    buf_append(&whole, "", 1);
    bool is_in = strstr((char *)buf_head(&whole), text) != NULL;
    if (!is_in)
        print_error("expected \"%s\" in \"%s\"\n", text,
                    (char *)buf_head(&whole));
    buf_free(&whole);
    assert_true(is_in);
}

void peer_expect_message(struct peer *peer, const char *text)
{
    struct ws_event event = next_event(peer);
    assert_int_equal(event.type, WS_MESSAGE);
    assert_is_in(text, event.payload);
}

void peer_expect_control(struct peer *peer, enum ws_opcode opcode,
                         const char *text)
{
    struct ws_event event = next_event(peer);
    assert_int_equal(event.type, WS_CONTROL);
    assert_int_equal(event.opcode, opcode);
    assert_is_in(text, event.payload);
}

void peer_expect_close(struct peer *peer, uint16_t code)
{
    struct ws_event event = next_event(peer);
    assert_int_equal(event.type, WS_CLOSED_BY_PEER);
    assert_int_equal(event.close_code, code);
}

void peer_expect_close_at_last(struct peer *peer, uint16_t code)
{
    struct ws_event event;
    do
        event = next_event(peer);
    while (event.type == WS_MESSAGE || event.type == WS_CONTROL);
    assert_int_equal(event.type, WS_CLOSED_BY_PEER);
    assert_int_equal(event.close_code, code);
}
