#include "tests/fake.h"

#include <stdio.h>
#include <string.h>

#include "common/limits.h"

#define FIELDS    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define HANDSHAKE HANDSHAKE_WITH("\"websocket\"", 1000000)
#define HANDSHAKE_WITH(upgrades, max_payload)                                  \
    "0{\"sid\":\"abc\",\"upgrades\":[" upgrades "],\"pingInterval\":25000,"    \
    "\"pingTimeout\":20000,\"maxPayload\":" #max_payload "}"

enum { GETTER, SECOND, THIRD }; /* connections, in the order that they came */

static struct fake *start(void **state)
{
    struct fake *fake = *state;
    fake_listen(fake, &engineio);
    fake_accept(fake, GETTER);
    return fake;
}

/* A session that polls and has no other transport. */
static struct fake *open_polling(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_say_body(fake, HANDSHAKE_WITH("", 1000000));
    fake_heard(fake, "open");
    fake_expect(fake, "transport=polling&sid=abc HTTP/1.1\r\n");
    fake_expect(fake, "\r\n\r\n");
    return fake;
}

static struct fake *open_websocket(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_upgrade(fake, FIELDS);
    fake_say_frame(fake, WS_TEXT, HANDSHAKE);
    fake_heard(fake, "open");
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n\r\n");
    return fake;
}

/* A session that polls on the first connection and probes on the second. */
static struct fake *open_probing(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_say_body(fake, HANDSHAKE);
    fake_heard(fake, "open");
    fake_expect(fake, "\r\n\r\n");
    fake_accept(fake, SECOND);
    fake_expect(fake, "GET /engine.io/?EIO=4&transport=websocket&sid=abc ");
    return fake;
}

static struct fake *open_probed(void **state)
{
    struct fake *fake = open_probing(state);
    fake_upgrade(fake, FIELDS);
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n\r\n");
    fake_expect_frame(fake, WS_TEXT, "2probe");
    return fake;
}

static void say(struct fake *fake, const char *text)
{
    listener_publish(fake->listener, slice_of(text));
}

/* ------------------------------------------------------ polling */

static void a_session_begins_with_a_handshake(void **state)
{
    struct fake *fake = start(state);
    fake_expect(fake, "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n");
    fake_heard_nothing(fake);
    fake_say_body(fake, HANDSHAKE_WITH("", 1000000));
    fake_heard(fake, "open");
    fake_expect(fake, "GET /engine.io/?EIO=4&transport=polling&sid=abc ");
}

static void path_and_query_of_the_url_are_kept(void **state)
{
    struct fake *fake = *state;
    size_t size = strlen(fake->url_text);
    snprintf(fake->url_text + size, sizeof fake->url_text - size, "/x/?a=b");
    start(state);
    fake_expect(fake, "GET /x/?a=b&EIO=4&transport=polling HTTP/1.1\r\n");
}

static void packets_of_a_payload_are_heard_in_order(void **state)
{
    struct fake *fake = open_polling(state);
    fake_say_body(fake, "4one\x1e"
                        "6\x1e"
                        "bdHdv\x1e"
                        "4");
    fake_heard(fake, "raw one");
    fake_heard(fake, "binary two");
    fake_heard(fake, "raw ");
    fake_expect(fake, "GET ");
}

static void messages_may_come_along_with_the_handshake(void **state)
{
    struct fake *fake = start(state);
    fake_say_body(fake, HANDSHAKE "\x1e"
                                  "4hi");
    fake_heard(fake, "open");
    fake_heard(fake, "raw hi");
}

static void an_answer_may_come_byte_by_byte(void **state)
{
    struct fake *fake = open_polling(state);
    const char *text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "6\r\n4one\x1e"
                       "4\r\n3\r\ntwo\r\n0\r\n\r\n";
    for (size_t i = 0; text[i] != '\0'; i++) {
        fake_say_bytes(fake, &text[i], 1);
        fake_settle(fake);
    }
    fake_heard(fake, "raw one");
    fake_heard(fake, "raw two");
}

/* Its answer, and the packets in it, may have been lost on the way. */
static void a_poll_that_was_lost_is_not_repeated(void **state)
{
    struct fake *fake = open_polling(state);
    fake_say_body(fake, "4one");
    fake_heard(fake, "raw one");
    fake_expect(fake, "GET /engine.io/?EIO=4&transport=polling&sid=abc ");
    fake_reset(fake);
    fake_heard(fake, "stopped 52 the server closed without an answer");
    assert_int_equal(fake->count, 1);
}

static void there_is_one_post_at_a_time(void **state)
{
    struct fake *fake = open_polling(state);
    say(fake, "one");
    fake_accept(fake, SECOND);
    fake_expect(fake, "POST /engine.io/?EIO=4&transport=polling&sid=abc ");
    fake_expect(fake, "Content-Type: text/plain;charset=UTF-8\r\n");
    fake_expect(fake, "\r\n\r\n4one");
    say(fake, "two");
    say(fake, "three");
    fake_expect_no(fake, "two");
    fake_say_body(fake, "ok");
    fake_expect(fake, "\r\n\r\n4two\x1e"
                      "4three");
    assert_int_equal(fake->count, 2);
}

static void what_is_said_in_one_turn_is_one_post(void **state)
{
    struct fake *fake = open_polling(state);
    say(fake, "one");
    say(fake, "two");
    fake_accept(fake, SECOND);
    fake_expect(fake, "\r\n\r\n4one\x1e"
                      "4two");
}

static void the_servers_limit_of_a_payload_is_kept(void **state)
{
    struct fake *fake = start(state);
    fake_say_body(fake, HANDSHAKE_WITH("", 9));
    fake_heard(fake, "open");
    say(fake, "abc");
    say(fake, "def"); /* 4abc|4def: nine bytes */
    say(fake, "g");
    fake_accept(fake, SECOND);
    fake_expect(fake, "Content-Length: 9\r\n\r\n4abc\x1e"
                      "4def");
    fake_say_body(fake, "ok");
    fake_expect(fake, "\r\n\r\n4g");
}

static void what_is_over_the_limit_by_itself_goes_alone(void **state)
{
    struct fake *fake = start(state);
    fake_say_body(fake, HANDSHAKE_WITH("", 9));
    fake_heard(fake, "open");
    say(fake, "a");
    say(fake, "0123456789");
    fake_heard(fake, "published");
    fake_heard(fake, "published");
    fake_accept(fake, SECOND);
    fake_expect(fake, "Content-Length: 2\r\n\r\n4a");
    fake_say_body(fake, "ok");
    fake_expect(fake, "Content-Length: 11\r\n\r\n40123456789");
    fake_say(fake, "HTTP/1.1 413 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "stopped 22 the server answered 413 Content Too Large");
}

static void what_is_said_before_the_handshake_waits(void **state)
{
    struct fake *fake = start(state);
    say(fake, "early");
    fake_expect_no(fake, "early");
    fake_say_body(fake, HANDSHAKE_WITH("", 1000000));
    fake_accept(fake, SECOND);
    fake_expect(fake, "\r\n\r\n4early");
}

/* ------------------------------------------------------ the heartbeat */

static void a_ping_is_answered_with_a_pong(void **state)
{
    struct fake *fake = open_polling(state);
    fake_say_body(fake, "2");
    fake_accept(fake, SECOND);
    fake_expect(fake, "\r\n\r\n3");
}

static void a_session_without_ping_is_dead(void **state)
{
    struct fake *fake = open_polling(state);
    loop_advance(fake->loop, 44000);
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 1000);
    fake_heard(fake, "stopped 28 the server sent no ping in time");
}

static void a_ping_keeps_it_alive_and_messages_do_not(void **state)
{
    struct fake *fake = open_polling(state);
    loop_advance(fake->loop, 40000);
    fake_say_body(fake, "2");
    fake_expect(fake, "GET ");
    loop_advance(fake->loop, 40000);
    fake_say_body(fake, "4x");
    fake_heard(fake, "raw x");
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 5000);
    fake_heard(fake, "stopped 28");
}

static void a_websocket_has_the_same_heartbeat(void **state)
{
    struct fake *fake = open_websocket(state);
    fake_say_frame(fake, WS_TEXT, "2");
    fake_expect_frame(fake, WS_TEXT, "3");
    loop_advance(fake->loop, 45000);
    fake_heard(fake, "stopped 28 the server sent no ping in time");
}

/* ------------------------------------------------------ what goes wrong */

static void a_close_packet_ends_the_session(void **state)
{
    struct fake *fake = open_polling(state);
    fake_say_body(fake, "4x\x1e"
                        "1\x1e"
                        "4y");
    fake_heard(fake, "raw x");
    fake_heard(fake, "stopped 56 the server closed the session");
}

static void a_status_that_is_not_200_ends_the_session(void **state)
{
    struct fake *fake = open_polling(state);
    fake_say(fake, "HTTP/1.1 400 Bad Request\r\nContent-Length: 41\r\n\r\n"
                   "{\"code\":1,\"message\":\"Session ID unknown\"}");
    fake_heard(fake,
               "stopped 22 the server answered 400 Bad Request: Session ID "
               "unknown");
}

static void what_is_not_http_any_more_ends_the_session(void **state)
{
    struct fake *fake = open_polling(state);
    fake_close(fake);
    fake_settle(fake); /* it may ask once more */
    if (fake->count > 1) {
        fake_accept(fake, SECOND);
        fake_close(fake);
    }
    fake_heard(fake, "stopped 52");
}

static void expect_refusal(void **state, const char *response, const char *why)
{
    struct fake *fake = start(state);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, response);
    fake_heard(fake, why);
}

static void a_page_that_is_not_there_is_no_engineio(void **state)
{
    expect_refusal(state, "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n",
                   "stopped 22 not Engine.IO at /engine.io/: the server "
                   "answered 404 Not Found");
}

static void what_a_server_says_about_it_is_told(void **state)
{
    expect_refusal(state,
                   "HTTP/1.1 400 x\r\nContent-Length: 9\r\n\r\nno\x1b way\nx",
                   "stopped 22 not Engine.IO at /engine.io/: the server "
                   "answered 400 Bad Request: no\\x1b way");
}

static void who_speaks_json_may_well_be_engineio(void **state)
{
    expect_refusal(state,
                   "HTTP/1.1 403 x\r\nContent-Length: 30\r\n\r\n"
                   "{\"code\":4,\"message\":\"not you\"}",
                   "stopped 22 the server answered 403 Forbidden: not you");
}

static void a_page_is_no_engineio(void **state)
{
    expect_refusal(state, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
                   "stopped 8 not Engine.IO at /engine.io/: ");
}

static void bytes_that_are_no_text_are_no_engineio(void **state)
{
    expect_refusal(state, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n4\xff",
                   "stopped 8 not Engine.IO at /engine.io/: ");
}

static void a_first_packet_must_be_the_handshake(void **state)
{
    expect_refusal(state, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n4x",
                   "stopped 8 not Engine.IO at /engine.io/: the first packet");
}

static void a_handshake_needs_a_sid(void **state)
{
    expect_refusal(state, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n0{}",
                   "stopped 8 not Engine.IO at /engine.io/: the handshake");
}

static void a_server_that_says_nothing_is_given_up(void **state)
{
    struct fake *fake = start(state);
    loop_advance(fake->loop, EIO_OPEN_MS);
    fake_heard(fake, "stopped 28 no handshake");
}

static void a_payload_that_is_none_ends_the_session(void **state)
{
    struct fake *fake = open_polling(state);
    fake_say_body(fake, "4x\x1e"
                        "9y");
    fake_heard(fake, "raw x");
    fake_heard(fake, "stopped 8 the answer to a poll is no payload");
}

static void who_reconnects_begins_a_new_session(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    open_polling(state);
    fake_say_body(fake, "1");
    fake_heard(fake, "cut");
    loop_advance(fake->loop, RECONNECT_MS);
    fake_accept(fake, SECOND);
    fake_expect(fake, "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n");
}

/* ------------------------------------------------------ WebSocket */

static void a_session_may_begin_with_websocket(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_expect(fake, "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n");
    fake_upgrade(fake, FIELDS);
    fake_heard_nothing(fake);
    fake_say_frame(fake, WS_TEXT, HANDSHAKE);
    fake_heard(fake, "open");
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
}

static void each_packet_is_a_message(void **state)
{
    struct fake *fake = open_websocket(state);
    fake_say_frame(fake, WS_TEXT, "4one");
    fake_say_frame(fake, WS_BINARY, "two");
    fake_heard(fake, "raw one");
    fake_heard(fake, "binary two");
    say(fake, "three");
    fake_expect_frame(fake, WS_TEXT, "4three");
}

static void a_message_without_type_ends_the_session(void **state)
{
    struct fake *fake = open_websocket(state);
    fake_say_frame(fake, WS_TEXT, "");
    fake_heard(fake, "stopped 8 a message came that is no packet");
}

static void a_close_frame_ends_the_session(void **state)
{
    struct fake *fake = open_websocket(state);
    fake_say(fake, "\x88\x02\x03\xe8");
    fake_expect(fake, "\x88");
    fake_close(fake);
    fake_heard(fake, "stopped 56 the server closed the WebSocket with 1000");
}

static void a_websocket_of_another_kind_is_no_engineio(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_upgrade(fake, FIELDS);
    fake_say_frame(fake, WS_TEXT, "welcome");
    fake_heard(fake, "stopped 8 not Engine.IO at /engine.io/");
}

static void a_websocket_that_says_nothing_is_given_up(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_upgrade(fake, FIELDS);
    fake_settle(fake);
    loop_advance(fake->loop, EIO_OPEN_MS);
    fake_heard(fake, "stopped 8 no handshake of Engine.IO in time, though a "
                     "WebSocket opened");
}

static void who_gets_no_websocket_falls_back_to_polling(void **state)
{
    struct fake *fake = *state;
    fake->options.transports =
        (struct eio_transports){EIO_WEBSOCKET, EIO_POLLING, false};
    start(state);
    fake_expect(fake, "transport=websocket ");
    fake_say(fake, "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n");
    fake_accept(fake, SECOND);
    fake_expect(fake, "transport=polling HTTP");
    fake_say_body(fake, HANDSHAKE);
    fake_heard(fake, "open");
    fake_settle(fake);
    assert_int_equal(fake->count, 2); /* and no probe: we know the answer */
}

static void who_wants_websocket_only_gets_the_error(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_expect(fake, "transport=websocket ");
    fake_say(fake, "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "stopped 22 not Engine.IO at /engine.io/: the server "
                     "answered 404 Not Found");
}

static void what_a_server_says_about_a_websocket_is_told(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_expect(fake, "transport=websocket ");
    fake_say(fake, "HTTP/1.1 400 x\r\nContent-Length: 5\r\n\r\n");
    fake_heard_nothing(fake);
    fake_say(fake, "later");
    fake_heard(fake, "stopped 22 not Engine.IO at /engine.io/: the server "
                     "answered 400 Bad Request: later");
}

static void a_status_counts_when_its_text_does_not_come(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_WEBSOCKET;
    start(state);
    fake_expect(fake, "transport=websocket ");
    fake_say(fake, "HTTP/1.1 403 x\r\nContent-Length: 5\r\n\r\nno");
    fake_close(fake);
    fake_heard(fake, "stopped 22 not Engine.IO at /engine.io/: the server "
                     "answered 403 Forbidden: no");
}

/* ------------------------------------------------------ the upgrade */

static void an_upgrade_loses_and_reorders_nothing(void **state)
{
    struct fake *fake = open_probed(state);
    say(fake, "one");
    fake_heard(fake, "published");
    fake_accept(fake, THIRD);
    fake_expect(fake, "\r\n\r\n4one");
    fake_accept(fake, SECOND);
    fake_say_frame(fake, WS_TEXT, "3probe");
    fake_settle(fake);
    say(fake, "two");
    fake_expect_no(fake, "5"); /* GET and POST are not done */
    fake_accept(fake, GETTER);
    fake_say_body(fake, "4last\x1e"
                        "6");
    fake_heard(fake, "raw last");
    fake_expect_no(fake, "GET");
    fake_accept(fake, THIRD);
    fake_expect_no(fake, "two");
    fake_say_body(fake, "ok");
    fake_accept(fake, SECOND);
    fake_expect_frame(fake, WS_TEXT, "5");
    fake_expect_frame(fake, WS_TEXT, "4two");
    fake_heard(fake, "published");
    fake_say_frame(fake, WS_TEXT, "4first");
    fake_heard(fake, "raw first");
}

static void polling_goes_on_until_the_probe_is_answered(void **state)
{
    struct fake *fake = open_probed(state);
    fake_accept(fake, GETTER);
    fake_say_body(fake, "4x");
    fake_heard(fake, "raw x");
    fake_expect(fake, "GET ");
}

/* Both directions still work on polling. */
static void expect_polling(struct fake *fake, size_t poster)
{
    fake_accept(fake, GETTER);
    fake_say_body(fake, "4still");
    fake_heard(fake, "raw still");
    say(fake, "here");
    fake_accept(fake, poster);
    fake_expect(fake, "\r\n\r\n4here");
}

static void a_probe_that_is_refused_leaves_polling_as_it_is(void **state)
{
    struct fake *fake = open_probing(state);
    fake_say(fake, "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n");
    fake_settle(fake);
    expect_polling(fake, THIRD);
}

static void a_probe_with_another_answer_leaves_polling_as_it_is(void **state)
{
    struct fake *fake = open_probed(state);
    fake_say_frame(fake, WS_TEXT, "3");
    fake_settle(fake);
    expect_polling(fake, THIRD);
}

static void a_probe_that_stalls_leaves_polling_as_it_is(void **state)
{
    struct fake *fake = open_probed(state);
    loop_advance(fake->loop, UPGRADE_MS);
    fake_settle(fake);
    fake_say_frame(fake, WS_TEXT, "3probe"); /* too late */
    expect_polling(fake, THIRD);
}

static void a_probe_that_breaks_while_polling_rests_lets_it_go_on(void **state)
{
    struct fake *fake = open_probed(state);
    say(fake, "one");
    fake_heard(fake, "published");
    fake_accept(fake, THIRD);
    fake_expect(fake, "\r\n\r\n4one");
    fake_accept(fake, SECOND);
    fake_say_frame(fake, WS_TEXT, "3probe");
    fake_settle(fake);
    fake_accept(fake, GETTER);
    fake_say_body(fake, "6");
    fake_expect_no(fake, "GET"); /* it rests, and the POST does not end */
    fake_accept(fake, SECOND);
    fake_close(fake);
    fake_accept(fake, GETTER);
    fake_expect(fake, "GET ");
    fake_accept(fake, THIRD);
    fake_say_body(fake, "ok");
    expect_polling(fake, THIRD);
}

static void a_poll_that_does_not_end_ends_the_upgrade(void **state)
{
    struct fake *fake = open_probed(state);
    fake_say_frame(fake, WS_TEXT, "3probe");
    fake_settle(fake);
    loop_advance(fake->loop, UPGRADE_MS);
    fake_settle(fake);
    expect_polling(fake, THIRD);
}

static void a_session_may_close_while_polling_rests(void **state)
{
    struct fake *fake = open_probed(state);
    fake_say_frame(fake, WS_TEXT, "3probe");
    fake_settle(fake);
    fake_accept(fake, GETTER);
    fake_say_body(fake, "1");
    fake_heard(fake, "stopped 56 the server closed the session");
}

static void who_wants_no_upgrade_does_not_probe(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.has_no_upgrade = true;
    start(state);
    fake_say_body(fake, HANDSHAKE);
    fake_heard(fake, "open");
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
}

static void a_server_without_upgrades_is_not_probed(void **state)
{
    struct fake *fake = open_polling(state);
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
}

static void who_wants_polling_only_does_not_probe(void **state)
{
    struct fake *fake = *state;
    fake->options.transports.first = EIO_POLLING;
    start(state);
    fake_say_body(fake, HANDSHAKE);
    fake_heard(fake, "open");
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
}

/* ------------------------------------------------------ the end */

static void who_leaves_polling_says_so_behind_the_rest(void **state)
{
    struct fake *fake = open_polling(state);
    say(fake, "last");
    fake_heard(fake, "published");
    listener_stop(fake->listener);
    fake_accept(fake, SECOND);
    fake_expect(fake, "\r\n\r\n4last");
    fake_expect_no(fake, "1");
    fake_say_body(fake, "ok");
    fake_expect(fake, "\r\n\r\n1");
    fake_heard_nothing(fake);
    fake_say_body(fake, "ok");
    fake_heard(fake, "stopped 0");
}

static void who_leaves_a_websocket_says_so_behind_the_rest(void **state)
{
    struct fake *fake = open_websocket(state);
    say(fake, "last");
    fake_heard(fake, "published");
    listener_stop(fake->listener);
    fake_expect_frame(fake, WS_TEXT, "4last");
    fake_expect_frame(fake, WS_CLOSE,
                      "\x03\xe8"
                      "done");
    fake_say(fake, "\x88\x02\x03\xe8");
    fake_close(fake);
    fake_heard(fake, "stopped 0");
}

static void who_leaves_does_not_wait_for_ever(void **state)
{
    struct fake *fake = open_polling(state);
    listener_stop(fake->listener);
    fake_accept(fake, SECOND);
    fake_expect(fake, "\r\n\r\n1");
    loop_advance(fake->loop, CLOSING_MS);
    fake_heard(fake, "stopped 0");
}

static void who_leaves_during_a_probe_leaves_by_polling(void **state)
{
    struct fake *fake = open_probed(state);
    listener_stop(fake->listener);
    fake_accept(fake, THIRD);
    fake_expect(fake, "\r\n\r\n1");
    fake_say_body(fake, "ok");
    fake_heard(fake, "stopped 0");
}

static void transports_are_a_list_of_one_or_two(void **state)
{
    struct eio_transports transports = {0};
    (void)state;
    assert_true(
        eio_read_transports(slice_of("polling,websocket"), &transports));
    assert_int_equal(transports.first, EIO_POLLING);
    assert_int_equal(transports.second, EIO_WEBSOCKET);
    assert_true(eio_read_transports(slice_of("websocket"), &transports));
    assert_int_equal(transports.first, EIO_WEBSOCKET);
    assert_int_equal(transports.second, EIO_NO_TRANSPORT);
    assert_false(eio_read_transports(slice_of(""), &transports));
    assert_false(eio_read_transports(slice_of("pigeon"), &transports));
    assert_false(eio_read_transports(slice_of("polling,pigeon"), &transports));
    assert_false(eio_read_transports(slice_of("polling,polling"), &transports));
    assert_false(eio_read_transports(slice_of("polling,websocket,polling"),
                                     &transports));
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_begins_with_a_handshake),
        cmocka_unit_test(path_and_query_of_the_url_are_kept),
        cmocka_unit_test(packets_of_a_payload_are_heard_in_order),
        cmocka_unit_test(messages_may_come_along_with_the_handshake),
        cmocka_unit_test(an_answer_may_come_byte_by_byte),
        cmocka_unit_test(a_poll_that_was_lost_is_not_repeated),
        cmocka_unit_test(there_is_one_post_at_a_time),
        cmocka_unit_test(what_is_said_in_one_turn_is_one_post),
        cmocka_unit_test(the_servers_limit_of_a_payload_is_kept),
        cmocka_unit_test(what_is_over_the_limit_by_itself_goes_alone),
        cmocka_unit_test(what_is_said_before_the_handshake_waits),
        cmocka_unit_test(a_ping_is_answered_with_a_pong),
        cmocka_unit_test(a_session_without_ping_is_dead),
        cmocka_unit_test(a_ping_keeps_it_alive_and_messages_do_not),
        cmocka_unit_test(a_websocket_has_the_same_heartbeat),
        cmocka_unit_test(a_close_packet_ends_the_session),
        cmocka_unit_test(a_status_that_is_not_200_ends_the_session),
        cmocka_unit_test(what_is_not_http_any_more_ends_the_session),
        cmocka_unit_test(a_page_that_is_not_there_is_no_engineio),
        cmocka_unit_test(what_a_server_says_about_it_is_told),
        cmocka_unit_test(who_speaks_json_may_well_be_engineio),
        cmocka_unit_test(a_page_is_no_engineio),
        cmocka_unit_test(bytes_that_are_no_text_are_no_engineio),
        cmocka_unit_test(a_first_packet_must_be_the_handshake),
        cmocka_unit_test(a_handshake_needs_a_sid),
        cmocka_unit_test(a_server_that_says_nothing_is_given_up),
        cmocka_unit_test(a_payload_that_is_none_ends_the_session),
        cmocka_unit_test(who_reconnects_begins_a_new_session),
        cmocka_unit_test(a_session_may_begin_with_websocket),
        cmocka_unit_test(each_packet_is_a_message),
        cmocka_unit_test(a_message_without_type_ends_the_session),
        cmocka_unit_test(a_close_frame_ends_the_session),
        cmocka_unit_test(a_websocket_of_another_kind_is_no_engineio),
        cmocka_unit_test(a_websocket_that_says_nothing_is_given_up),
        cmocka_unit_test(who_gets_no_websocket_falls_back_to_polling),
        cmocka_unit_test(who_wants_websocket_only_gets_the_error),
        cmocka_unit_test(what_a_server_says_about_a_websocket_is_told),
        cmocka_unit_test(a_status_counts_when_its_text_does_not_come),
        cmocka_unit_test(an_upgrade_loses_and_reorders_nothing),
        cmocka_unit_test(polling_goes_on_until_the_probe_is_answered),
        cmocka_unit_test(a_probe_that_is_refused_leaves_polling_as_it_is),
        cmocka_unit_test(a_probe_with_another_answer_leaves_polling_as_it_is),
        cmocka_unit_test(a_probe_that_stalls_leaves_polling_as_it_is),
        cmocka_unit_test(a_probe_that_breaks_while_polling_rests_lets_it_go_on),
        cmocka_unit_test(a_poll_that_does_not_end_ends_the_upgrade),
        cmocka_unit_test(a_session_may_close_while_polling_rests),
        cmocka_unit_test(who_wants_no_upgrade_does_not_probe),
        cmocka_unit_test(a_server_without_upgrades_is_not_probed),
        cmocka_unit_test(who_wants_polling_only_does_not_probe),
        cmocka_unit_test(who_leaves_polling_says_so_behind_the_rest),
        cmocka_unit_test(who_leaves_a_websocket_says_so_behind_the_rest),
        cmocka_unit_test(who_leaves_does_not_wait_for_ever),
        cmocka_unit_test(who_leaves_during_a_probe_leaves_by_polling),
        cmocka_unit_test(transports_are_a_list_of_one_or_two),
    };
    return fake_run("engine.io client", tests, sizeof tests / sizeof *tests);
}
