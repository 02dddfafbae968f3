#include "tests/fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/net.h"
#include "common/websocket_handshake.h"
#include "tests/backends.h"

enum { PATIENCE_MS = 30000 };

/* ------------------------------------------------------ the stage */

static void on_waiting(struct watch *watch, unsigned ready)
{
    struct fake *fake = CONTAINER(watch, struct fake, watch);
    struct net_peer peer;
    (void)ready;
    int fd = net_accept(fake->fd, &peer);
    assert_int_not_equal(fd, -1);
    assert_true(fake->count < FAKE_CONNECTIONS_MAX);
    fake->conns[fake->count++].fd = fd;
}

static int set_stage(void **state)
{
    const char *why = NULL;
    struct fake *fake = allocate(sizeof *fake);
    fake->loop = loop_new(backends_current());
    assert_non_null(fake->loop);
    loop_hold_clock(fake->loop);
    fake->fd = net_listen("127.0.0.1", "0", &why);
    assert_int_not_equal(fake->fd, -1);
    fake->port = net_port(fake->fd);
    fake->watch = (struct watch){.fd = fake->fd, .on_ready = on_waiting};
    assert_int_equal(loop_watch(fake->loop, &fake->watch, LOOP_READ), 0);
    snprintf(fake->url_text, sizeof fake->url_text, "http://127.0.0.1:%d",
             fake->port);
    *state = fake;
    return 0;
}

static int strike_stage(void **state)
{
    struct fake *fake = *state;
    if (fake->listener != NULL && !fake->is_stopped) {
        listener_stop(fake->listener);
        listener_hurry(fake->listener, 0);
        while (!fake->is_stopped)
            assert_int_equal(loop_turn(fake->loop, 1), 0);
    }
    if (fake->listener != NULL)
        listener_free(fake->listener);
    if (fake->strike != NULL)
        fake->strike(fake);
    for (fake->current = 0; fake->current < fake->count; fake->current++) {
        fake_close(fake);
        buf_free(&fake->conns[fake->current].got);
    }
    loop_watch(fake->loop, &fake->watch, 0);
    close(fake->fd);
    loop_free(fake->loop);
    buf_free(&fake->heard);
    free(fake);
    return 0;
}

int fake_run(const char *name, struct CMUnitTest *tests, size_t count)
{
    return backends_run(name, tests, count, set_stage, strike_stage);
}

/* ------------------------------------------------------ turning */

static void receive(struct fake *fake)
{
    struct fake_conn *conn = &fake->conns[fake->current];
    uint8_t *room = buf_room(&conn->got, 65536);
    ssize_t got = conn->fd == -1 ? -1 : net_receive(conn->fd, room, 65536);
    if (got > 0)
        buf_added(&conn->got, (size_t)got);
}

/* One turn; fails when it has been too long. */
static void turn(struct fake *fake, int64_t since_us, const char *what,
                 const struct buf *instead)
{
    if (loop_clock_us() - since_us > (int64_t)PATIENCE_MS * 1000)
        fail_msg("waited in vain for \"%s\", and got \"%.*s\"", what,
                 (int)buf_size(instead), (const char *)buf_head(instead));
    assert_int_equal(loop_turn(fake->loop, 1), 0);
}

void fake_settle(struct fake *fake)
{
    for (int i = 0; i < 20; i++)
        assert_int_equal(loop_turn(fake->loop, 0), 0);
}

/* ------------------------------------------------------ the server */

void fake_accept(struct fake *fake, size_t number)
{
    int64_t since_us = loop_clock_us();
    while (fake->count <= number)
        turn(fake, since_us, "a connection", &fake->heard);
    fake->current = number;
}

static const char *find(const struct buf *buf, const char *text)
{
    struct slice bytes = buf_slice(buf);
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= bytes.size; i++)
        if (memcmp(bytes.data + i, text, size) == 0)
            return bytes.data + i;
    return NULL;
}

void fake_expect(struct fake *fake, const char *text)
{
    int64_t since_us = loop_clock_us();
    struct buf *got = &fake->conns[fake->current].got;
    const char *found;
    while ((found = find(got, text)) == NULL) {
        turn(fake, since_us, text, got);
        receive(fake);
    }
    buf_consume(got,
                (size_t)(found - (const char *)buf_head(got)) + strlen(text));
}

uint8_t *fake_expect_size(struct fake *fake, size_t size)
{
    int64_t since_us = loop_clock_us();
    struct buf *got = &fake->conns[fake->current].got;
    while (buf_size(got) < size) {
        turn(fake, since_us, "more bytes", got);
        receive(fake);
    }
    return buf_head(got);
}

void fake_expect_no(struct fake *fake, const char *text)
{
    fake_settle(fake);
    receive(fake);
    assert_null(find(&fake->conns[fake->current].got, text));
}

const char *fake_accept_key(struct fake *fake)
{
    static char accept[WS_ACCEPT_SIZE];
    fake_expect(fake, "Sec-WebSocket-Key: ");
    const struct buf *got = &fake->conns[fake->current].got;
    ws_accept_key((struct slice){(const char *)buf_head(got), WS_KEY_SIZE - 1},
                  accept);
    return accept;
}

void fake_upgrade(struct fake *fake, const char *fields)
{
    char text[512];
    snprintf(text, sizeof text,
             "HTTP/1.1 101 Switching Protocols\r\n"
             "Sec-WebSocket-Accept: %s\r\n%s\r\n",
             fake_accept_key(fake), fields);
    fake_say(fake, text);
}

void fake_say_frame(struct fake *fake, enum ws_opcode opcode,
                    const char *payload)
{
    struct buf frame = {0};
    ws_append_frame(&frame, opcode, slice_of(payload));
    fake_say_bytes(fake, buf_head(&frame), buf_size(&frame));
    buf_free(&frame);
}

void fake_expect_frame(struct fake *fake, enum ws_opcode opcode,
                       const char *payload)
{
    enum { HEADER_SIZE = 2 + 4 };
    size_t size = strlen(payload);
    uint8_t *bytes = fake_expect_size(fake, HEADER_SIZE + size);
    assert_int_equal(bytes[0], 0x80 | opcode);
    assert_int_equal(bytes[1], 0x80 | size);
    ws_mask(bytes + HEADER_SIZE, size, bytes + 2, 0);
    assert_memory_equal(bytes + HEADER_SIZE, payload, size);
    buf_consume(&fake->conns[fake->current].got, HEADER_SIZE + size);
}

void fake_say_body(struct fake *fake, const char *body)
{
    char head[128];
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(body));
    fake_say(fake, head);
    fake_say(fake, body);
}

void fake_say_bytes(struct fake *fake, const void *bytes, size_t size)
{
    ssize_t sent =
        send(fake->conns[fake->current].fd, bytes, size, MSG_NOSIGNAL);
    assert_int_equal(sent, size);
}

void fake_say(struct fake *fake, const char *text)
{
    fake_say_bytes(fake, text, strlen(text));
}

void fake_close(struct fake *fake)
{
    if (fake->conns[fake->current].fd != -1)
        close(fake->conns[fake->current].fd);
    fake->conns[fake->current].fd = -1;
}

void fake_reset(struct fake *fake)
{
    struct linger linger = {.l_onoff = 1};
    setsockopt(fake->conns[fake->current].fd, SOL_SOCKET, SO_LINGER, &linger,
               sizeof linger);
    fake_close(fake);
}

/* ------------------------------------------------------ the client */

static void on_open(struct listener *listener)
{
    struct fake *fake = listener->user;
    buf_append_text(&fake->heard, "open\n");
}

static void on_message(struct listener *listener, const struct heard *heard)
{
    struct fake *fake = listener->user;
    if (heard->is_raw)
        buf_append_text(&fake->heard, heard->is_binary ? "binary " : "raw ");
    else
        buf_printf(&fake->heard, "%s %llu ",
                   heard->is_lost ? "lost" : "message",
                   (unsigned long long)heard->id);
    buf_append_slice(&fake->heard, heard->text);
    buf_append_text(&fake->heard, "\n");
}

static void on_published(struct listener *listener)
{
    struct fake *fake = listener->user;
    buf_append_text(&fake->heard, "published\n");
}

static void on_refused(struct listener *listener, enum outcome outcome,
                       const char *why)
{
    struct fake *fake = listener->user;
    buf_printf(&fake->heard, "refused %d %s\n", (int)outcome, why);
}

static void on_cut(struct listener *listener, const char *why, int wait_ms)
{
    struct fake *fake = listener->user;
    assert_true(wait_ms >= 0);
    buf_printf(&fake->heard, "cut %s, %d ms\n", why, wait_ms);
}

static void on_stopped(struct listener *listener, enum outcome outcome,
                       const char *why)
{
    struct fake *fake = listener->user;
    fake->is_stopped = true;
    buf_printf(&fake->heard, "stopped %d %s\n", (int)outcome, why);
}

void fake_listen(struct fake *fake, const struct technique *technique)
{
    static const struct listener_handler handler = {
        .on_open = on_open,
        .on_message = on_message,
        .on_published = on_published,
        .on_refused = on_refused,
        .on_cut = on_cut,
        .on_stopped = on_stopped,
    };
    assert_int_equal(url_parse(slice_of(fake->url_text), &fake->url), URL_OK);
    fake->listener = listener_new(fake->loop, technique, &fake->url, &handler,
                                  &fake->options);
    fake->listener->user = fake;
}

void fake_heard(struct fake *fake, const char *line)
{
    int64_t since_us = loop_clock_us();
    const char *end;
    while ((end = find(&fake->heard, "\n")) == NULL)
        turn(fake, since_us, line, &fake->heard);
    struct slice heard = buf_slice(&fake->heard);
    heard.size = (size_t)(end - heard.data);
    if (!slice_starts_with(heard, line))
        fail_msg("expected \"%s\", heard \"%.*s\"", line, (int)heard.size,
                 heard.data);
    buf_consume(&fake->heard, heard.size + 1);
}

void fake_heard_nothing(struct fake *fake)
{
    fake_settle(fake);
    if (buf_size(&fake->heard) > 0)
        fail_msg("expected nothing, heard \"%.*s\"",
                 (int)buf_size(&fake->heard),
                 (const char *)buf_head(&fake->heard));
}
