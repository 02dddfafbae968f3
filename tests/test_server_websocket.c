#include "tests/catcher.h"
#include "tests/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"

/* ----------------------------------------------------------- the handshake */

/* A handshake with some of its fields, and what it is answered with. */
static struct peer *ask(struct stage *stage, const char *start,
                        const char *fields, int status)
{
    struct buf head = {0};
    struct peer *peer = peer_new(stage);
    buf_append_text(&head, start);
    buf_append_text(&head, "Host: x\r\n");
    buf_append_text(&head, fields);
    buf_append_text(&head, "\r\n");
    peer_say_bytes(peer, head.data, buf_size(&head));
    buf_free(&head);
    peer_expect_status(peer, status);
    return peer;
}

#define GET     "GET /websocket HTTP/1.1\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY     "Sec-WebSocket-Key: " PEER_KEY "\r\n"

static void the_answer_proves_that_we_mean_it(void **state)
{
    struct peer *peer = ask(*state, GET, UPGRADE VERSION KEY, 101);
    peer_expect(peer, "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: " PEER_ACCEPT "\r\n");
    peer_expect(peer, "Server-Instance: ");
    peer_expect(peer, "\r\n\r\n");
    peer_expect_silence(peer);
}

static void tokens_may_be_in_any_case_and_list(void **state)
{
    ask(*state, GET,
        "Upgrade: foo, WebSocket\r\nConnection: keep-alive, UPGRADE\r\n" //
        VERSION KEY,
        101);
    ask(*state, GET,
        "connection: keep-alive\r\nupgrade: foo\r\nUpgrade: websocket\r\n"
        "Connection: upgrade\r\n" VERSION KEY,
        101);
}

static void without_upgrade_it_is_426_and_says_how(void **state)
{
    struct peer *peer = ask(*state, GET, "", 426);
    peer_expect(peer, "Upgrade: websocket\r\n");
    peer_expect(peer, "Sec-WebSocket-Version: 13\r\n");
    ask(*state, GET, "Upgrade: websocket\r\n" VERSION KEY, 426);
    ask(*state, GET, "Connection: upgrade\r\n" VERSION KEY, 426);
}

static void another_version_is_426_and_says_which(void **state)
{
    struct peer *peer =
        ask(*state, GET, UPGRADE KEY "Sec-WebSocket-Version: 8\r\n", 426);
    peer_expect(peer, "Sec-WebSocket-Version: 13\r\n");
    ask(*state, GET, UPGRADE KEY, 426);
}

static void a_handshake_of_engineio_is_told_where_to_go(void **state)
{
    static const char *const paths[] = {"/websocket", "/echo"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char line[64];
        snprintf(line, sizeof line,
                 "GET %s?EIO=4&transport=websocket HTTP/1.1\r\n", paths[i]);
        struct peer *peer = ask(*state, line, UPGRADE VERSION KEY, 400);
        peer_expect(peer, "Socket.IO is at /socket.io/");
    }
}

static void a_key_that_is_not_16_bytes_is_400(void **state)
{
    ask(*state, GET, UPGRADE VERSION, 400);
    ask(*state, GET, UPGRADE VERSION "Sec-WebSocket-Key: abcd\r\n", 400);
    ask(*state, GET, UPGRADE VERSION KEY KEY, 400);
}

static void other_methods_are_405(void **state)
{
    struct peer *peer = ask(*state, "POST /websocket HTTP/1.1\r\n",
                            UPGRADE VERSION KEY "Content-Length: 0\r\n", 405);
    peer_expect(peer, "Allow: GET, OPTIONS\r\n");
}

static void head_is_none_of_those_that_options_name(void **state)
{
    struct peer *peer =
        ask(*state, "HEAD /websocket HTTP/1.1\r\n", UPGRADE VERSION KEY, 405);
    peer_expect(peer, "Allow: GET, OPTIONS\r\n");
    peer = ask(*state, "OPTIONS /echo HTTP/1.1\r\n", "", 204);
    peer_expect(peer, "Allow: GET, OPTIONS\r\n");
}

static void http_1_0_cannot_upgrade(void **state)
{
    ask(*state, "GET /websocket HTTP/1.0\r\n", UPGRADE VERSION KEY, 400);
}

static void a_body_is_not_taken_for_frames(void **state)
{
    ask(*state, GET, UPGRADE VERSION KEY "Content-Length: 5\r\n", 400);
    ask(*state, GET, UPGRADE VERSION KEY "Content-Length: 0\r\n", 101);
}

static void pages_of_other_origins_are_403(void **state)
{
    struct stage *stage = *state;
    stage->server->options.origins[0] = "https://friend.example";
    stage->server->options.origin_count = 1;
    ask(stage, GET, UPGRADE VERSION KEY "Origin: http://evil.example\r\n", 403);
    ask(stage, GET, UPGRADE VERSION KEY "Origin: null\r\n", 403);
    ask(stage, GET, UPGRADE VERSION KEY "Origin: http://x\r\n", 101);
    ask(stage, GET, UPGRADE VERSION KEY "Origin: https://friend.example\r\n",
        101);
}

static void a_subprotocol_is_chosen_of_those_offered(void **state)
{
    struct peer *peer =
        ask(*state, GET,
            UPGRADE VERSION KEY "Sec-WebSocket-Protocol: unknown\r\n"
                                "Sec-WebSocket-Protocol: channel.v1, echo\r\n",
            101);
    peer_expect(peer, "Sec-WebSocket-Protocol: channel.v1\r\n");
    peer = ask(*state, GET,
               UPGRADE VERSION KEY "Sec-WebSocket-Protocol: unknown\r\n", 101);
    peer_expect_no(peer, "Sec-WebSocket-Protocol");
}

static void a_refusal_does_not_cost_the_connection(void **state)
{
    struct peer *peer = ask(*state, GET, UPGRADE KEY, 426);
    peer_expect(peer, "not 13\n");
    peer_upgrade(peer, "/websocket");
}

static void the_handshake_may_come_byte_by_byte(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say_slowly(peer, peer_handshake("/echo"));
    peer_expect_head(peer, 101);
    peer_say_frame(peer, WS_TEXT, "hi");
    peer_expect_message(peer, "hi");
}

/* A client should wait for the 101, but bytes are bytes. */
static void frames_may_come_with_the_handshake(void **state)
{
    struct peer *peer = peer_new(*state);
    const char *handshake = peer_handshake("/echo");
    buf_append_text(&peer->to_say, handshake);
    peer_add_frame(peer, WS_TEXT, "one");
    peer_say_frame(peer, WS_TEXT, "two");
    peer_expect_head(peer, 101);
    peer_expect_message(peer, "one");
    peer_expect_message(peer, "two");
}

static void a_request_may_come_before_the_handshake(void **state)
{
    struct peer *peer = peer_new(*state);
    buf_append_text(&peer->to_say, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    buf_append_text(&peer->to_say, peer_handshake("/echo"));
    peer_say_frame(peer, WS_TEXT, "one");
    peer_expect(peer, "\r\n\r\nok\n");
    peer_expect_head(peer, 101);
    peer_expect_message(peer, "one");
}

/* ------------------------------------------------------------- messages */

static void the_echo_returns_every_message(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_upgrade(peer, "/echo");
    peer_say_frame(peer, WS_TEXT, "hello");
    peer_expect_message(peer, "hello");
    peer_say_frame(peer, WS_BINARY, "\x01\xff");
    peer_expect_message(peer, "\x01\xff");
    peer_say_frame(peer, WS_PING, "ping");
    peer_expect_control(peer, WS_PONG, "ping");
}

static void what_one_says_everyone_hears(void **state)
{
    struct stage *stage = *state;
    struct peer *one = peer_new(stage), *two = peer_new(stage);
    struct peer *stream = peer_new(stage);
    peer_upgrade(one, "/websocket");
    peer_upgrade(two, "/websocket");
    peer_get(stream, "/streaming");
    peer_expect(stream, "retry:");
    peer_say_frame(one, WS_TEXT, "hello");
    peer_expect_message(one, "\"text\":\"hello\"}");
    peer_expect_message(two, "{\"id\":1,");
    peer_expect(stream, "\"hello\"}");
    peer_post(peer_new(stage), "/polling", "by post");
    peer_expect_message(one, "\"by post\"");
    peer_expect_message(two, "\"by post\"");
}

static void who_comes_back_gets_what_it_missed(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    peer_post(other, "/polling", "one");
    peer_post(other, "/polling", "two");
    peer_post(other, "/polling", "three");
    peer_upgrade(peer, "/websocket?after=1");
    peer_expect_message(peer, "{\"id\":2,");
    peer_expect_message(peer, "{\"id\":3,");
    peer_post(other, "/polling", "four");
    peer_expect_message(peer, "{\"id\":4,");
}

static void what_is_lost_is_told_first(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_post(peer_new(stage), "/polling", "one");
    peer_upgrade(peer, "/websocket?after=7");
    peer_expect_message(peer, "\"lost\":\"the server was restarted");
    peer_expect_message(peer, "{\"id\":1,");
}

static void binary_messages_are_not_for_a_channel(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_upgrade(peer, "/websocket");
    peer_say_frame(peer, WS_BINARY, "x");
    peer_expect_close(peer, WS_UNSUPPORTED);
}

/* Decided by the header: the payload never comes. */
static void a_message_too_big_is_1009_before_it_is_sent(void **state)
{
    static const unsigned char header[] = {0x81, 0xff, 0, 0, 0, 0, 0,
                                           0x20, 0,    1, 1, 2, 3, 4};
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    peer_say_bytes(peer, header, sizeof header);
    peer_expect_close(peer, WS_TOO_BIG);
    peer_expect_end(peer);
}

static void the_largest_message_can_be_set(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    stage->server->options.max_message = 4;
    peer_upgrade(peer, "/echo");
    peer_say_frame(peer, WS_TEXT, "1234");
    peer_expect_message(peer, "1234");
    peer_say_frame(peer, WS_TEXT, "12345");
    peer_expect_close(peer, WS_TOO_BIG);
}

static void a_frame_that_breaks_the_rules_is_1002(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_upgrade(peer, "/websocket");
    peer_say(peer, "\x81\x02hi"); /* not masked */
    peer_expect_close(peer, WS_PROTOCOL_ERROR);
    peer_expect_end(peer);
}

static void many_messages_at_once_are_returned_in_order(void **state)
{
    enum { MANY = 20000 };
    struct peer *peer = peer_new(*state);
    char text[16];
    peer_upgrade(peer, "/echo");
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%d.", i);
        peer_add_frame(peer, WS_TEXT, text);
    }
    peer_say_frame(peer, WS_TEXT, "last");
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%d.", i);
        peer_expect_message(peer, text);
    }
    peer_expect_message(peer, "last");
}

/* The masking key is 0: the payload stands in the frame as it is. */
static const char frame_one[] = "\x81\x83\0\0\0\0one",
                  frame_two[] = "\x81\x83\0\0\0\0two";
enum { FRAME_SIZE = sizeof frame_one - 1 };

static void unfinished_messages_of_two_peers_do_not_mix(void **state)
{
    struct peer *first = peer_new(*state), *second = peer_new(*state);
    peer_upgrade(first, "/echo");
    peer_upgrade(second, "/echo");
    for (size_t i = 1; i < FRAME_SIZE; i++) {
        peer_say_bytes(first, frame_one, i);
        peer_settle(*state);
        peer_say_bytes(second, frame_two, i);
        peer_settle(*state);
        /* and one is cut right behind another */
        peer_say_bytes(first, frame_one + i, FRAME_SIZE - i);
        peer_say_bytes(first, frame_two, i);
        peer_expect_message(first, "one");
        peer_say_bytes(second, frame_two + i, FRAME_SIZE - i);
        peer_expect_message(second, "two");
        peer_say_bytes(first, frame_two + i, FRAME_SIZE - i);
        peer_expect_message(first, "two");
    }
}

static void only_who_waits_for_the_rest_of_a_message_holds_memory(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    const struct buf *lent = &loop_lent(stage->loop)->message;
    peer_upgrade(peer, "/echo");
    peer_say_bytes(peer, frame_one, FRAME_SIZE - 1);
    peer_settle(stage);
    assert_null(lent->data); /* the peer's, with "on" in it */
    peer_say_bytes(peer, frame_one + FRAME_SIZE - 1, 1);
    peer_expect_message(peer, "one");
    const uint8_t *memory = lent->data;
    assert_non_null(memory);
    assert_int_equal(buf_size(lent), 0);
    peer_say_bytes(peer, frame_one, FRAME_SIZE - 1);
    peer_settle(stage);
    assert_null(lent->data);
    peer_say_bytes(peer, frame_one + FRAME_SIZE - 1, 1);
    peer_expect_message(peer, "one");
    assert_ptr_equal(lent->data, memory); /* the same again */
}

static void who_has_delivered_a_message_holds_no_memory(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new_small(stage);
    char *text = test_malloc(OUT_LIMIT);
    memset(text, 'x', OUT_LIMIT);
    text[OUT_LIMIT - 1] = '\0';
    peer_upgrade(peer, "/echo");
    peer_say_frame(peer, WS_TEXT, text);
    peer_say_frame(peer, WS_TEXT, text);
    peer_settle(stage); /* nobody reads the echoes: serving has stopped */
    assert_non_null(loop_lent(stage->loop)->message.data);
    peer_expect_message(peer, text);
    peer_expect_message(peer, text);
    test_free(text);
}

static void what_a_very_long_message_needed_is_not_kept(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    char *text = test_malloc(2 * LENT_WRITE_KEPT);
    memset(text, 'x', 2 * LENT_WRITE_KEPT);
    text[2 * LENT_WRITE_KEPT - 1] = '\0';
    peer_upgrade(peer, "/echo");
    peer_say_frame(peer, WS_TEXT, text);
    peer_expect_message(peer, text);
    assert_null(loop_lent(stage->loop)->message.data);
    test_free(text);
}

/* ------------------------------------------------------------- the trace */

static void a_trace_shows_all_of_it_happening(void **state)
{
    static const char *const lines[] = {
        " < GET /websocket?after=7 HTTP/1.1\n",
        " > HTTP/1.1 101 Switching Protocols\n",
        " > FIN=1 RSV=000 opcode=1 TEXT MASK=0 length=",
        " < FIN=1 RSV=000 opcode=9 PING MASK=1 key=12345678 length=2 \"hi\"\n",
        " > FIN=1 RSV=000 opcode=10 PONG MASK=0 length=2 \"hi\"\n",
        " < FIN=1 RSV=000 opcode=1 TEXT MASK=1 key=12345678 length=2 \"hi\"\n",
        " < FIN=1 RSV=000 opcode=8 CLOSE MASK=1 key=12345678 length=2 1000",
        " > FIN=1 RSV=000 opcode=8 CLOSE MASK=0 length=2 1000 \"\"\n",
    };
    catcher_begin(&(struct log_options){.level = LOG_TRACE_HEX});
    struct peer *peer = peer_new(*state);
    peer_upgrade(peer, "/websocket?after=7");
    peer_expect_message(peer, "\"lost\"");
    peer_say_frame(peer, WS_PING, "hi");
    peer_expect_control(peer, WS_PONG, "hi");
    peer_say_frame(peer, WS_TEXT, "hi");
    peer_expect_message(peer, "\"hi\"");
    peer_say_close(peer, WS_NORMAL);
    peer_expect_close(peer, WS_NORMAL);
    const char *at = catcher_end();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *found = strstr(at, lines[i]);
        if (found == NULL)
            fail_msg("no line with \"%s\" in:\n%s", lines[i], at);
        at = found;
    }
}

/* ------------------------------------------------------------- its end */

static void a_close_frame_is_answered_and_the_connection_closed(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    peer_say_close(peer, WS_NORMAL);
    peer_expect_close(peer, WS_NORMAL);
    peer_expect_end(peer);
    peer_close(peer);
    peer_expect_connections(stage, 0);
}

static void messages_and_a_close_at_once_are_all_handled(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    peer_upgrade(other, "/websocket");
    for (int i = 0; i < 200; i++)
        peer_add_frame(peer, WS_TEXT, "x");
    peer_say_close(peer, WS_NORMAL);
    peer_close(peer);
    for (int i = 0; i < 200; i++)
        peer_expect_message(other, "\"x\"");
    peer_expect_connections(stage, 1);
}

static void on_shutdown_it_says_1001(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    server_shutdown(stage->server);
    peer_expect_close(peer, WS_GOING_AWAY);
}

/* ------------------------------------------------------------- patience */

static void a_silent_peer_is_pinged(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    for (int i = 0; i < 3; i++) {
        loop_advance(stage->loop, PING_INTERVAL_MS - 1000);
        peer_expect_silence(peer);
        loop_advance(stage->loop, 1000);
        peer_expect_control(peer, WS_PING, "");
        peer_say_frame(peer, WS_PONG, "");
        peer_settle(stage);
    }
}

static void who_does_not_answer_a_ping_is_given_up(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    loop_advance(stage->loop, PING_INTERVAL_MS);
    peer_expect_control(peer, WS_PING, "");
    loop_advance(stage->loop, PING_TIMEOUT_MS - 1000);
    peer_expect_silence(peer);
    loop_advance(stage->loop, 1000);
    peer_expect_gone(peer);
    peer_expect_connections(stage, 0);
}

static void who_talks_is_not_pinged(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/echo");
    for (int i = 0; i < 5; i++) {
        loop_advance(stage->loop, PING_INTERVAL_MS - 1000);
        peer_say_frame(peer, WS_TEXT, "hi");
        peer_expect_message(peer, "hi");
    }
}

static void a_message_that_does_not_end_is_1008(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/echo");
    peer_say(peer, "\x81\x85\x01\x01\x01\x01h");
    for (int i = 0; i < MESSAGE_MS / 10000; i++) {
        peer_settle(stage);
        peer_say(peer, i % 2 ? "" : "h"); /* slowly, but never silent */
        peer_settle(stage);
        loop_advance(stage->loop, 10000);
    }
    peer_expect_close_at_last(peer, WS_POLICY);
}

static void who_does_not_answer_a_close_is_given_up(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    peer_say_frame(peer, WS_BINARY, "x");
    peer_settle(stage);
    loop_advance(stage->loop, CLOSING_MS);
    peer_expect_connections(stage, 0);
}

/* The last bytes have their own time: a ping that is due must not cut them
 * off. */
static void a_ping_that_is_due_does_not_cut_off_the_end(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    loop_advance(stage->loop, PING_INTERVAL_MS - 1000);
    peer_say_close(peer, WS_NORMAL);
    peer_expect_close(peer, WS_NORMAL);
    loop_advance(stage->loop, 1000);
    peer_settle(stage);
    peer_expect_connections(stage, 1);
    loop_advance(stage->loop, DRAIN_MS);
    peer_expect_connections(stage, 0);
}

/* ------------------------------------------------------------- slow readers */

static void publish_much(struct stage *stage, size_t bytes)
{
    enum { SIZE = 64 * 1024 };
    struct channel *lobby =
        channel_named(stage->server->channels, slice_of("lobby"));
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    for (size_t done = 0; done < bytes; done += SIZE) {
        channel_publish(lobby, (struct slice){text, SIZE});
        loop_turn(stage->loop, 0);
    }
    free(text);
}

static void a_slow_reader_is_closed_with_1013(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new_small(stage);
    peer_upgrade(peer, "/websocket");
    publish_much(stage, 4 * CHANNEL_BYTES);
    assert_true(buf_size(&stage->server->http.conns.first->out) <
                OUT_LIMIT + 2 * PORTION_SIZE);
    peer_expect_close_at_last(peer, WS_TRY_AGAIN_LATER);
}

/* Catching up, we keep no more for it than for who does not read. */
static void expect_message_in_portions(struct peer *peer)
{
    const struct conn *conn = peer->stage->server->http.conns.first;
    peer_expect_message(peer, "xxx");
    assert_true(buf_size(&conn->out) < OUT_LIMIT + 2 * PORTION_SIZE);
}

static void who_pauses_gets_everything_in_the_end(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new_small(stage);
    peer_upgrade(peer, "/websocket");
    publish_much(stage, CHANNEL_BYTES - 512 * 1024);
    for (size_t done = 0; done < CHANNEL_BYTES - 512 * 1024; done += 64 * 1024)
        expect_message_in_portions(peer);
    peer_say_frame(peer, WS_TEXT, "after");
    peer_expect_message(peer, "after");
}

/* Echoes that nobody reads: the server stops reading, and the rest waits. */
static void who_does_not_read_echoes_is_not_read_either(void **state)
{
    enum { MANY = 120, SIZE = 64 * 1024 };
    struct stage *stage = *state;
    struct peer *peer = peer_new_small(stage);
    char *text = calloc(1, SIZE + 1);
    memset(text, 'x', SIZE);
    peer_upgrade(peer, "/echo");
    for (int i = 0; i < 40; i++)
        peer_add_frame(peer, WS_TEXT, text);
    free(text);
    send(peer->fd, peer->to_say.data, buf_size(&peer->to_say), MSG_NOSIGNAL);
    peer_settle(stage);
    assert_true(buf_size(&stage->server->http.conns.first->out) <
                OUT_LIMIT + LENT_READ_SIZE);
    peer_expect_message(peer, "xxx");
}

/* Send what the kernel takes of peer->to_say, and forget what was answered. */
static void go_on_flooding(struct peer *peer)
{
    char bytes[4096];
    struct slice out = buf_slice(&peer->to_say);
    ssize_t sent = send(peer->fd, out.data, out.size, MSG_NOSIGNAL);
    if (sent > 0)
        buf_consume(&peer->to_say, (size_t)sent);
    while (recv(peer->fd, bytes, sizeof bytes, 0) > 0)
        continue;
}

/* More than is kept, and faster than it reads. */
static void who_goes_on_reading_gets_all_of_a_flood(void **state)
{
    enum { SIZE = 1000, MANY = 2 * CHANNEL_MESSAGES };
    struct stage *stage = *state;
    struct peer *reader = peer_new_small(stage), *flood = peer_new(stage);
    char text[SIZE + 1] = "";
    memset(text, 'x', SIZE);
    peer_upgrade(reader, "/websocket");
    for (int i = 0; i < MANY; i++)
        buf_printf(&flood->to_say,
                   "POST /polling HTTP/1.1\r\nHost: a\r\n"
                   "Content-Length: %d\r\n\r\n%s",
                   SIZE, text);
    for (int i = 0; i < MANY; i++) {
        go_on_flooding(flood);
        loop_advance(stage->loop, BRAKE_MS);
        peer_expect_message(reader, text);
    }
}

/* More than a channel keeps, in one turn: nobody could read so fast. */
static void a_burst_larger_than_the_log_reaches_everyone(void **state)
{
    struct stage *stage = *state;
    struct peer *publisher = peer_new(stage), *peer = peer_new(stage);
    peer_upgrade(publisher, "/websocket");
    peer_upgrade(peer, "/websocket");
    for (int i = 0; i < 2 * CHANNEL_MESSAGES; i++)
        peer_add_frame(publisher, WS_TEXT, "x");
    peer_say_frame(publisher, WS_TEXT, "last");
    for (int i = 0; i < 2 * CHANNEL_MESSAGES; i++)
        peer_expect_message(peer, "\"x\"");
    peer_expect_message(peer, "\"last\"");
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(the_answer_proves_that_we_mean_it),
    cmocka_unit_test(tokens_may_be_in_any_case_and_list),
    cmocka_unit_test(without_upgrade_it_is_426_and_says_how),
    cmocka_unit_test(another_version_is_426_and_says_which),
    cmocka_unit_test(a_handshake_of_engineio_is_told_where_to_go),
    cmocka_unit_test(a_key_that_is_not_16_bytes_is_400),
    cmocka_unit_test(other_methods_are_405),
    cmocka_unit_test(head_is_none_of_those_that_options_name),
    cmocka_unit_test(http_1_0_cannot_upgrade),
    cmocka_unit_test(a_body_is_not_taken_for_frames),
    cmocka_unit_test(pages_of_other_origins_are_403),
    cmocka_unit_test(a_subprotocol_is_chosen_of_those_offered),
    cmocka_unit_test(a_refusal_does_not_cost_the_connection),
    cmocka_unit_test(the_handshake_may_come_byte_by_byte),
    cmocka_unit_test(frames_may_come_with_the_handshake),
    cmocka_unit_test(a_request_may_come_before_the_handshake),
    cmocka_unit_test(the_echo_returns_every_message),
    cmocka_unit_test(what_one_says_everyone_hears),
    cmocka_unit_test(who_comes_back_gets_what_it_missed),
    cmocka_unit_test(what_is_lost_is_told_first),
    cmocka_unit_test(binary_messages_are_not_for_a_channel),
    cmocka_unit_test(a_message_too_big_is_1009_before_it_is_sent),
    cmocka_unit_test(the_largest_message_can_be_set),
    cmocka_unit_test(a_frame_that_breaks_the_rules_is_1002),
    cmocka_unit_test(many_messages_at_once_are_returned_in_order),
    cmocka_unit_test(unfinished_messages_of_two_peers_do_not_mix),
    cmocka_unit_test(only_who_waits_for_the_rest_of_a_message_holds_memory),
    cmocka_unit_test(who_has_delivered_a_message_holds_no_memory),
    cmocka_unit_test(what_a_very_long_message_needed_is_not_kept),
    cmocka_unit_test(a_trace_shows_all_of_it_happening),
    cmocka_unit_test(a_close_frame_is_answered_and_the_connection_closed),
    cmocka_unit_test(messages_and_a_close_at_once_are_all_handled),
    cmocka_unit_test(on_shutdown_it_says_1001),
    cmocka_unit_test(a_silent_peer_is_pinged),
    cmocka_unit_test(who_does_not_answer_a_ping_is_given_up),
    cmocka_unit_test(who_talks_is_not_pinged),
    cmocka_unit_test(a_message_that_does_not_end_is_1008),
    cmocka_unit_test(who_does_not_answer_a_close_is_given_up),
    cmocka_unit_test(a_ping_that_is_due_does_not_cut_off_the_end),
    cmocka_unit_test(a_slow_reader_is_closed_with_1013),
    cmocka_unit_test(who_goes_on_reading_gets_all_of_a_flood),
    cmocka_unit_test(who_pauses_gets_everything_in_the_end),
    cmocka_unit_test(who_does_not_read_echoes_is_not_read_either),
    cmocka_unit_test(a_burst_larger_than_the_log_reaches_everyone),
};

int main(void)
{
    return peer_run("websocket", tests, sizeof tests / sizeof *tests);
}
