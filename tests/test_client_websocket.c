#include "tests/fake.h"

#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "common/websocket.h"

static struct fake *start(void **state)
{
    struct fake *fake = *state;
    fake_listen(fake, &websocket);
    fake_accept(fake, 0);
    return fake;
}

#define FIELDS "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static struct fake *open(void **state)
{
    struct fake *fake = start(state);
    fake_upgrade(fake, FIELDS);
    fake_heard(fake, "open");
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n\r\n");
    return fake;
}

/* ------------------------------------------------------ the handshake */

static void a_handshake_asks_for_all_that_it_must(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "GET /websocket HTTP/1.1\r\n");
    fake_expect(fake, "Host: ");
    fake_expect(fake, "Upgrade: websocket\r\n");
    fake_expect(fake, "Connection: Upgrade\r\n");
    fake_expect(fake, "Sec-WebSocket-Key: ");
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n");
    fake_expect_no(fake, "Sec-WebSocket-Protocol");
}

static void each_handshake_has_a_key_of_its_own(void **state)
{
    char first[64];
    struct fake *fake = *state;
    fake->options.attempts = -1;
    start(state);
    snprintf(first, sizeof first, "%s", fake_accept_key(fake));
    fake_close(fake);
    fake_heard(fake, "cut");
    loop_advance(fake->loop, RECONNECT_MS);
    fake_accept(fake, 1);
    assert_string_not_equal(first, fake_accept_key(fake));
}

static void names_in_the_answer_have_no_case_and_may_be_lists(void **state)
{
    struct fake *fake = start(state);
    fake_upgrade(fake,
                 "upgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n");
    fake_heard(fake, "open");
}

static void expect_refusal(void **state, const char *fields, const char *why)
{
    struct fake *fake = start(state);
    char heard[128];
    fake_upgrade(fake, fields);
    snprintf(heard, sizeof heard, "stopped 8 %s", why);
    fake_heard(fake, heard);
}

static void an_answer_without_upgrade_is_refused(void **state)
{
    expect_refusal(state, "Connection: Upgrade\r\n", "Upgrade");
}

static void an_answer_that_upgrades_to_something_else_is_refused(void **state)
{
    expect_refusal(state, "Upgrade: h2c\r\nConnection: Upgrade\r\n", "Upgrade");
}

static void an_answer_without_connection_is_refused(void **state)
{
    expect_refusal(state, "Upgrade: websocket\r\n", "Connection");
}

static void an_accept_value_that_comes_twice_is_refused(void **state)
{
    expect_refusal(state, FIELDS "Sec-WebSocket-Accept: x\r\n",
                   "Sec-WebSocket-Accept");
}

static void an_extension_that_was_not_offered_is_refused(void **state)
{
    expect_refusal(state,
                   FIELDS "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                   "Sec-WebSocket-Extensions");
}

static void a_subprotocol_that_was_not_offered_is_refused(void **state)
{
    expect_refusal(state, FIELDS "Sec-WebSocket-Protocol: chat\r\n",
                   "Sec-WebSocket-Protocol");
}

static void one_of_the_offered_subprotocols_is_taken(void **state)
{
    static const char *const offered[] = {"a", "b", NULL};
    struct fake *fake = *state;
    fake->options.subprotocols = offered;
    start(state);
    fake_upgrade(fake, FIELDS "Sec-WebSocket-Protocol: b\r\n");
    fake_heard(fake, "open");
    fake_expect(fake, "Sec-WebSocket-Protocol: a, b\r\n");
}

static void two_subprotocols_at_once_are_refused(void **state)
{
    static const char *const offered[] = {"a", "b", NULL};
    struct fake *fake = *state;
    fake->options.subprotocols = offered;
    start(state);
    fake_upgrade(fake, FIELDS "Sec-WebSocket-Protocol: a\r\n"
                              "Sec-WebSocket-Protocol: b\r\n");
    fake_heard(fake, "stopped 8 Sec-WebSocket-Protocol");
}

static void a_wrong_accept_value_is_refused(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, "HTTP/1.1 101 Switching Protocols\r\n" FIELDS
                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                   "\r\n");
    fake_heard(fake, "stopped 8 Sec-WebSocket-Accept");
}

static void a_missing_accept_value_is_refused(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, "HTTP/1.1 101 Switching Protocols\r\n" FIELDS "\r\n");
    fake_heard(fake, "stopped 8 Sec-WebSocket-Accept");
}

static void a_page_instead_of_101_is_an_http_error(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html");
    fake_heard(fake, "stopped 22 the server answered 200 OK");
}

static void a_close_instead_of_101_is_an_empty_reply(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_close(fake);
    fake_heard(fake, "stopped 52");
}

/* ------------------------------------------------------ messages */

static void frames_that_came_along_with_the_101_are_heard(void **state)
{
    struct fake *fake = start(state);
    char text[512];
    snprintf(text, sizeof text,
             "HTTP/1.1 101 Switching Protocols\r\n" FIELDS
             "Sec-WebSocket-Accept: %s\r\n\r\n"
             "\x81\x02hi\x81\x03you\x82",
             fake_accept_key(fake));
    fake_say(fake, text);
    fake_heard(fake, "open");
    fake_heard(fake, "raw hi");
    fake_heard(fake, "raw you");
    fake_say(fake, "\x01!");
    fake_heard(fake, "binary !");
}

static void message_objects_are_numbered_and_heard_once(void **state)
{
    struct fake *fake = open(state);
    fake_say_frame(fake, WS_TEXT, "{\"id\":8,\"text\":\"a\"}");
    fake_say_frame(fake, WS_TEXT, "{\"id\":8,\"text\":\"a\"}");
    fake_say_frame(fake, WS_TEXT, "{\"id\":9,\"text\":\"b\"}");
    fake_heard(fake, "message 8 a");
    fake_heard(fake, "message 9 b");
}

static void what_is_published_is_a_masked_text_message(void **state)
{
    struct fake *fake = start(state);
    listener_publish(fake->listener, slice_of("early"));
    fake_upgrade(fake, FIELDS);
    fake_heard(fake, "open");
    fake_heard(fake, "published");
    listener_publish(fake->listener, slice_of("late"));
    fake_heard(fake, "published");
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n\r\n");
    fake_expect_frame(fake, WS_TEXT, "early");
    fake_expect_frame(fake, WS_TEXT, "late");
}

static void an_echo_returns_messages_with_their_own_opcode(void **state)
{
    struct fake *fake = *state;
    fake->options.is_echo = true;
    open(state);
    fake_say_frame(fake, WS_TEXT, "a");
    fake_say_frame(fake, WS_BINARY, "b");
    fake_expect_frame(fake, WS_TEXT, "a");
    fake_expect_frame(fake, WS_BINARY, "b");
    fake_heard_nothing(fake);
}

static void a_ping_is_answered(void **state)
{
    struct fake *fake = open(state);
    fake_say_frame(fake, WS_PING, "?");
    fake_expect_frame(fake, WS_PONG, "?");
}

/* ------------------------------------------------------ the end */

static void a_masked_frame_fails_the_connection(void **state)
{
    struct fake *fake = open(state);
    fake_say(fake, "\x81\x81\x01\x02\x03\x04x");
    fake_expect(fake, "\x88");
    fake_close(fake);
    fake_heard(fake, "stopped 8 WebSocket failed: masked frame");
}

static void a_message_over_the_limit_fails_the_connection(void **state)
{
    struct fake *fake = *state;
    fake->options.max_message = 4;
    open(state);
    fake_say_frame(fake, WS_TEXT, "12345");
    fake_expect(fake, "\x88");
    fake_close(fake);
    fake_heard(fake, "stopped 8");
}

static void a_close_of_1000_or_1001_is_the_end(void **state)
{
    struct fake *fake = open(state);
    fake_say(fake, "\x88\x02\x03\xe9");
    fake_expect_frame(fake, WS_CLOSE, "\x03\xe9");
    fake_close(fake);
    fake_heard(fake, "stopped 0 the server closed with 1001");
}

static void any_other_close_code_is_a_broken_connection(void **state)
{
    struct fake *fake = open(state);
    fake_say(fake, "\x88\x02\x03\xf5");
    fake_expect(fake, "\x88");
    fake_close(fake);
    fake_heard(fake, "stopped 56 the server closed with 1013");
}

static void the_reason_of_a_close_is_said(void **state)
{
    struct fake *fake = open(state);
    fake_say(fake, "\x88\x09\x03\xf0not \x1b[1");
    fake_expect(fake, "\x88");
    fake_close(fake);
    fake_heard(fake, "stopped 56 the server closed with 1008: not \\x1b[1");
}

static void an_end_without_close_frame_is_a_broken_connection(void **state)
{
    struct fake *fake = open(state);
    fake_close(fake);
    fake_heard(fake, "stopped 56 without a close frame");
}

static void a_reset_is_a_broken_connection(void **state)
{
    struct fake *fake = open(state);
    fake_reset(fake);
    fake_heard(fake, "stopped 56 without a close frame");
}

static void a_cut_client_comes_back_behind_its_last_message(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    open(state);
    fake_say_frame(fake, WS_TEXT, "{\"id\":8,\"text\":\"a\"}");
    fake_heard(fake, "message 8 a");
    fake_close(fake);
    fake_heard(fake, "cut without a close frame");
    loop_advance(fake->loop, RECONNECT_MS);
    fake_accept(fake, 1);
    fake_expect(fake, "GET /websocket?after=8 HTTP/1.1\r\n");
}

static void who_stops_says_so_and_waits_for_the_answer(void **state)
{
    struct fake *fake = open(state);
    listener_stop(fake->listener);
    fake_expect(fake, "\x88");
    fake_heard_nothing(fake);
    fake_say(fake, "\x88\x02\x03\xe8");
    fake_heard_nothing(fake);
    fake_close(fake);
    fake_heard(fake, "stopped 0");
}

static void who_stops_does_not_wait_for_ever(void **state)
{
    struct fake *fake = open(state);
    listener_stop(fake->listener);
    fake_expect(fake, "\x88");
    loop_advance(fake->loop, CLOSING_MS);
    fake_heard(fake, "stopped 0");
}

static void a_silent_server_is_pinged_and_then_given_up(void **state)
{
    struct fake *fake = *state;
    fake->options.ping_interval_ms = 1000;
    open(state);
    loop_advance(fake->loop, 1000);
    fake_expect_frame(fake, WS_PING, "");
    loop_advance(fake->loop, PING_TIMEOUT_MS);
    fake_heard(fake, "stopped 56 without a close frame: no answer to our ping");
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_asks_for_all_that_it_must),
        cmocka_unit_test(each_handshake_has_a_key_of_its_own),
        cmocka_unit_test(names_in_the_answer_have_no_case_and_may_be_lists),
        cmocka_unit_test(an_answer_without_upgrade_is_refused),
        cmocka_unit_test(an_answer_that_upgrades_to_something_else_is_refused),
        cmocka_unit_test(an_answer_without_connection_is_refused),
        cmocka_unit_test(an_accept_value_that_comes_twice_is_refused),
        cmocka_unit_test(an_extension_that_was_not_offered_is_refused),
        cmocka_unit_test(a_subprotocol_that_was_not_offered_is_refused),
        cmocka_unit_test(one_of_the_offered_subprotocols_is_taken),
        cmocka_unit_test(two_subprotocols_at_once_are_refused),
        cmocka_unit_test(a_wrong_accept_value_is_refused),
        cmocka_unit_test(a_missing_accept_value_is_refused),
        cmocka_unit_test(a_page_instead_of_101_is_an_http_error),
        cmocka_unit_test(a_close_instead_of_101_is_an_empty_reply),
        cmocka_unit_test(frames_that_came_along_with_the_101_are_heard),
        cmocka_unit_test(message_objects_are_numbered_and_heard_once),
        cmocka_unit_test(what_is_published_is_a_masked_text_message),
        cmocka_unit_test(an_echo_returns_messages_with_their_own_opcode),
        cmocka_unit_test(a_ping_is_answered),
        cmocka_unit_test(a_masked_frame_fails_the_connection),
        cmocka_unit_test(a_message_over_the_limit_fails_the_connection),
        cmocka_unit_test(a_close_of_1000_or_1001_is_the_end),
        cmocka_unit_test(any_other_close_code_is_a_broken_connection),
        cmocka_unit_test(the_reason_of_a_close_is_said),
        cmocka_unit_test(an_end_without_close_frame_is_a_broken_connection),
        cmocka_unit_test(a_reset_is_a_broken_connection),
        cmocka_unit_test(a_cut_client_comes_back_behind_its_last_message),
        cmocka_unit_test(who_stops_says_so_and_waits_for_the_answer),
        cmocka_unit_test(who_stops_does_not_wait_for_ever),
        cmocka_unit_test(a_silent_server_is_pinged_and_then_given_up),
    };
    return fake_run("client websocket", tests, sizeof tests / sizeof *tests);
}
