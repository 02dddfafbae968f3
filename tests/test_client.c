#include "tests/fake.h"

#include <stdio.h>
#include <string.h>

#include "client/random.h"
#include "common/limits.h"

#define NOTHING "HTTP/1.1 204 No Content\r\n\r\n"
#define EVENTS                                                                 \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"                   \
    "Transfer-Encoding: chunked\r\n\r\n"

/* Say an array of messages as a response, with `fields`. */
static void say_array(struct fake *fake, const char *fields, const char *array)
{
    char text[1024];
    snprintf(text, sizeof text,
             "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n%s", fields,
             strlen(array), array);
    fake_say(fake, text);
}

/* Say a chunk. */
static void say_chunk(struct fake *fake, const char *data)
{
    char text[1024];
    snprintf(text, sizeof text, "%zx\r\n%s\r\n", strlen(data), data);
    fake_say(fake, text);
}

static struct fake *start(void **state, const struct technique *technique)
{
    struct fake *fake = *state;
    fake_listen(fake, technique);
    fake_accept(fake, 0);
    return fake;
}

/* ------------------------------------------------------ polling */

static void polling_asks_again_after_the_interval(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET /polling HTTP/1.1\r\n");
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, NOTHING);
    fake_heard(fake, "open");
    loop_advance(fake->loop, POLL_INTERVAL_MS - 100);
    fake_expect_no(fake, "GET");
    loop_advance(fake->loop, 100);
    fake_expect(fake, "GET /polling HTTP/1.1\r\n");
    assert_int_equal(fake->count, 1);
    assert_int_equal(listener_costs(fake->listener).requests, 2);
    assert_int_equal(listener_costs(fake->listener).empty, 1);
    assert_int_equal(listener_costs(fake->listener).connections, 1);
}

static void a_request_has_the_fields_that_it_must_have(void **state)
{
    struct fake *fake = start(state, &polling);
    char host[64];
    snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\n", fake->port);
    fake_expect(fake, host);
    fake_expect(fake, "User-Agent: ");
}

static void fields_of_the_user_replace_ours(void **state)
{
    static const char *const fields[] = {"host: example.org", "X-Own: 1", NULL};
    struct fake *fake = *state;
    fake->options.fields = fields;
    fake_listen(fake, &polling);
    fake_accept(fake, 0);
    fake_expect(fake, "host: example.org\r\nX-Own: 1\r\n");
    fake_expect_no(fake, "Host: 127");
}

static void messages_are_heard_once_and_in_order(void **state)
{
    struct fake *fake = start(state, &long_polling);
    fake_expect(fake, "GET /long-polling HTTP/1.1\r\n");
    say_array(fake, "",
              "[{\"id\":7,\"text\":\"a\"},{\"id\":8,\"text\":\"b\\n\"}]");
    fake_heard(fake, "open");
    fake_heard(fake, "message 7 a");
    fake_heard(fake, "message 8 b");
    fake_heard(fake, ""); /* the other half of its text */
    fake_expect(fake, "GET /long-polling?after=8 HTTP/1.1\r\n");
    say_array(fake, "",
              "[{\"id\":8,\"text\":\"b\"},{\"id\":9,\"text\":\"c\"}]");
    fake_heard(fake, "message 9 c");
    fake_expect(fake, "?after=9 ");
}

static void the_etag_of_an_empty_answer_is_sent_back(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 204 No Content\r\nETag: \"5\"\r\n\r\n");
    fake_heard(fake, "open");
    loop_advance(fake->loop, POLL_INTERVAL_MS);
    fake_expect(fake, "If-None-Match: \"5\"\r\n");
    fake_say(fake, "HTTP/1.1 304 Not Modified\r\nETag: \"5\"\r\n\r\n");
    fake_settle(fake);
    loop_advance(fake->loop, POLL_INTERVAL_MS);
    fake_expect(fake, "If-None-Match: \"5\"\r\n");
    say_array(fake, "ETag: \"6\"\r\n", "[{\"id\":1,\"text\":\"a\"}]");
    fake_heard(fake, "message 1 a");
    loop_advance(fake->loop, POLL_INTERVAL_MS);
    fake_expect(fake, "?after=1 ");
    fake_expect_no(fake, "If-None-Match");
}

static void long_polling_does_not_hurry_a_server_that_never_waits(void **state)
{
    struct fake *fake = start(state, &long_polling);
    fake_expect(fake, "GET");
    fake_say(fake, NOTHING);
    fake_heard(fake, "open");
    fake_expect_no(fake, "GET");
    loop_advance(fake->loop, POLL_INTERVAL_MS);
    fake_expect(fake, "GET");
    loop_advance(fake->loop, LONG_POLL_MS);
    fake_say(fake, NOTHING);
    fake_expect(fake, "GET");
}

static void channel_instance_and_query_are_in_the_target(void **state)
{
    struct fake *fake = *state;
    fake->options.channel = "a b";
    fake->options.has_after = true;
    strcat(fake->url_text, "/p?x=1");
    fake_listen(fake, &long_polling);
    fake_accept(fake, 0);
    fake_expect(fake, "GET /p?channel=a%20b&after=0&x=1 HTTP/1.1\r\n");
    say_array(fake, "Server-Instance: 1f\r\n", "[{\"id\":1,\"text\":\"a\"}]");
    fake_expect(fake, "GET /p?channel=a%20b&after=1&instance=1f&x=1 HTTP");
}

static void what_was_lost_sets_the_number_back(void **state)
{
    struct fake *fake = *state;
    fake->options.has_after = true;
    fake->options.after = 100;
    fake_listen(fake, &long_polling);
    fake_accept(fake, 0);
    fake_expect(fake, "?after=100 ");
    say_array(fake, "",
              "[{\"id\":2,\"lost\":\"gone\"},{\"id\":3,\"text\":\"a\"}]");
    fake_heard(fake, "open");
    fake_heard(fake, "lost 2 gone");
    fake_heard(fake, "message 3 a");
    fake_expect(fake, "?after=3 ");
}

/* ------------------------------------------------------ connections */

static void every_address_of_a_name_is_tried(void **state)
{
    struct fake *fake = *state;
    snprintf(fake->url_text, sizeof fake->url_text, "http://localhost:%d",
             fake->port);
    fake_listen(fake, &polling);
    fake_accept(fake, 0); /* where localhost is ::1 as well, nobody is there */
    fake_expect(fake, "Host: localhost:");
}

static void an_idle_connection_that_was_closed_is_opened_again(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, NOTHING);
    fake_heard(fake, "open");
    fake_close(fake);
    fake_settle(fake);
    loop_advance(fake->loop, POLL_INTERVAL_MS);
    fake_accept(fake, 1);
    fake_expect(fake, "GET");
    fake_heard_nothing(fake);
}

static void a_get_that_met_a_close_is_asked_again_once(void **state)
{
    struct fake *fake = start(state, &long_polling);
    fake_expect(fake, "GET");
    say_array(fake, "", "[{\"id\":1,\"text\":\"a\"}]");
    fake_heard(fake, "open");
    fake_heard(fake, "message 1 a");
    fake_expect(fake, "GET");
    fake_close(fake);
    fake_accept(fake, 1);
    fake_expect(fake, "GET /long-polling?after=1 ");
    fake_heard_nothing(fake);
    fake_close(fake);
    fake_heard(fake, "stopped 52");
}

static void
a_response_that_says_close_is_the_last_of_its_connection(void **state)
{
    struct fake *fake = start(state, &long_polling);
    fake_expect(fake, "GET");
    say_array(fake, "Connection: close\r\n", "[{\"id\":1,\"text\":\"a\"}]");
    fake_accept(fake, 1);
    fake_expect(fake, "GET /long-polling?after=1 ");
}

static void bytes_that_nobody_asked_for_end_the_connection(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, NOTHING "HTTP/1.1 200 OK\r\n");
    fake_heard(fake, "open");
    fake_settle(fake);
    loop_advance(fake->loop, POLL_INTERVAL_MS);
    fake_accept(fake, 1);
    fake_expect(fake, "GET");
}

/* ------------------------------------------------------ bodies */

static void bodies_end_as_their_framing_says(void **state)
{
    struct fake *fake = start(state, &long_polling);
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    say_chunk(fake, "[{\"id\":1,\"te");
    say_chunk(fake, "xt\":\"a\"}]");
    fake_say(fake, "0\r\nTrailer: x\r\n\r\n");
    fake_heard(fake, "open");
    fake_heard(fake, "message 1 a");
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 200 OK\r\n\r\n[{\"id\":2,\"text\":\"b\"}]");
    fake_settle(fake);
    fake_close(fake);
    fake_heard(fake, "message 2 b");
    fake_accept(fake, 1);
    fake_expect(fake, "GET");
}

static void interim_responses_are_passed_over(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 100 Continue\r\n\r\n"
                   "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    say_array(fake, "", "[{\"id\":1,\"text\":\"a\"}]");
    fake_heard(fake, "open");
    fake_heard(fake, "message 1 a");
}

static void a_response_may_come_byte_by_byte(void **state)
{
    static const char text[] =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "17\r\n[{\"id\":1,\"text\":\"slow\"}\r\n1\r\n]\r\n0\r\n\r\n";
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET");
    for (size_t i = 0; i < sizeof text - 1; i++) {
        fake_say_bytes(fake, text + i, 1);
        loop_turn(fake->loop, 5);
    }
    fake_heard(fake, "open");
    fake_heard(fake, "message 1 slow");
}

/* ------------------------------------------------------ what goes wrong */

/* Answer the first request with `text` and the end of the connection. */
static void expect_end(void **state, const char *text, const char *heard)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, text);
    fake_close(fake);
    fake_heard(fake, heard);
}

static void a_close_without_an_answer_is_an_empty_reply(void **state)
{
    expect_end(state, "", "stopped 52");
}

static void a_close_in_the_head_is_a_broken_connection(void **state)
{
    expect_end(state, "HTTP/1.1 200 OK\r\nCon", "stopped 56");
}

static void a_close_in_the_body_is_a_broken_connection(void **state)
{
    struct fake *fake = *state;
    expect_end(state, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[{", "open");
    fake_heard(fake, "stopped 56 in the middle of the body");
}

static void a_close_between_chunks_is_a_broken_connection(void **state)
{
    struct fake *fake = *state;
    expect_end(state,
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "2\r\n[]\r\n",
               "open");
    fake_heard(fake, "stopped 56");
}

static void a_reset_is_a_broken_connection(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, "HTTP/1.1 200 OK\r\n");
    fake_settle(fake);
    fake_reset(fake);
    fake_heard(fake, "stopped 56");
}

static void what_is_not_http_is_a_weird_reply(void **state)
{
    expect_end(state, "SSH-2.0-OpenSSH_9.2\r\n", "stopped 8");
}

static void what_might_become_http_but_does_not_is_a_weird_reply(void **state)
{
    expect_end(state, "hello", "stopped 8");
}

static void a_status_that_is_no_number_is_a_weird_reply(void **state)
{
    expect_end(state, "HTTP/1.1 OK 200\r\n\r\n", "stopped 8");
}

static void two_lengths_are_a_weird_reply(void **state)
{
    expect_end(state,
               "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
               "Content-Length: 2\r\n\r\n",
               "stopped 8");
}

static void an_upgrade_that_nobody_asked_for_is_a_weird_reply(void **state)
{
    expect_end(state, "HTTP/1.1 101 Switching Protocols\r\n\r\n", "stopped 8");
}

static void a_page_instead_of_messages_is_a_weird_reply(void **state)
{
    struct fake *fake = *state;
    expect_end(state, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
               "open");
    fake_heard(fake, "stopped 8");
}

static void an_error_status_is_said_with_its_name(void **state)
{
    expect_end(state, "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n",
               "stopped 22 the server answered 404 Not Found");
}

static void an_error_is_said_with_what_the_server_says_about_it(void **state)
{
    expect_end(state,
               "HTTP/1.1 404 x\r\nContent-Length: 32\r\n\r\n"
               "404 Not Found: no such\x1b channel\n",
               "stopped 22 the server answered 404 Not Found: no such\\x1b "
               "channel");
}

static void an_error_in_json_is_said_with_its_help(void **state)
{
    expect_end(state,
               "HTTP/1.1 400 x\r\nContent-Length: 40\r\n\r\n"
               "{\"code\":0,\"message\":\"no\",\"help\":\"go on\"}",
               "stopped 22 the server answered 400 Bad Request: go on");
}

static void an_error_that_breaks_off_is_said(void **state)
{
    expect_end(state, "HTTP/1.1 503 x\r\nContent-Length: 100\r\n\r\nfull",
               "stopped 22 the server answered 503 Service Unavailable: full");
}

static void an_error_with_a_page_is_said_alone(void **state)
{
    struct refusal refusal = {.status = 404};
    char why[CLIENT_WHY_MAX];
    (void)state;
    buf_append_text(&refusal.body, "<html>\n");
    refusal_write(&refusal, why);
    assert_string_equal(why, "the server answered 404 Not Found");
    buf_free(&refusal.body);
}

static void silence_is_a_timeout(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "\r\n\r\n");
    loop_advance(fake->loop, ANSWER_MS - 1000);
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 1000);
    fake_heard(fake, "stopped 28");
}

static void nobody_there_is_not_connected(void **state)
{
    struct fake *fake = *state;
    snprintf(fake->url_text, sizeof fake->url_text, "http://127.0.0.1:1");
    fake_listen(fake, &polling);
    fake_heard(fake, "stopped 7 127.0.0.1:1");
}

static void a_host_without_a_name_is_not_resolved(void **state)
{
    struct fake *fake = *state;
    snprintf(fake->url_text, sizeof fake->url_text, "http://a..b");
    fake_listen(fake, &polling);
    fake_heard(fake, "stopped 6");
}

/* ------------------------------------------------------ coming back */

static void a_cut_client_comes_back_with_its_last_number(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = 2;
    start(state, &streaming);
    fake_expect(fake, "GET /streaming HTTP/1.1\r\n");
    fake_expect(fake, "Accept: text/event-stream\r\n");
    fake_say(fake, EVENTS);
    say_chunk(fake, "id: 5\ndata: {\"id\":5,\"text\":\"a\"}\n\ndata: half");
    fake_heard(fake, "open");
    fake_heard(fake, "message 5 a");
    fake_close(fake);
    fake_heard(fake, "cut in the middle of the body");
    loop_advance(fake->loop, RECONNECT_MS);
    fake_accept(fake, 1);
    fake_expect(fake, "GET /streaming?after=5 HTTP/1.1\r\n");
    fake_expect(fake, "Last-Event-ID: 5\r\n");
    fake_say(fake, EVENTS);
    say_chunk(fake, "id: 6\ndata: {\"id\":6,\"text\":\"b\"}\n\n");
    fake_heard(fake, "open");
    fake_heard(fake, "message 6 b");
}

static void attempts_are_counted_in_a_row(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = 2;
    start(state, &polling);
    for (size_t i = 0; i < 2; i++) {
        fake_accept(fake, i);
        fake_expect(fake, "GET");
        fake_close(fake);
        fake_heard(fake, "cut");
        loop_advance(fake->loop, RECONNECT_MAX_MS);
    }
    fake_accept(fake, 2);
    fake_close(fake);
    fake_heard(fake, "stopped 52");
}

static void equal_seeds_wait_equally_long(void **state)
{
    struct fake *fake = *state;
    struct backoff backoff = {0};
    uint64_t seed = 7;
    fake->options.attempts = -1;
    start(state, &polling);
    fake->listener->random = seed;
    for (size_t i = 0; i < 5; i++) {
        char cut[128];
        fake_accept(fake, i);
        fake_expect(fake, "GET");
        fake_close(fake);
        snprintf(cut, sizeof cut,
                 "cut the server closed without an answer, "
                 "%d ms",
                 backoff_next(&backoff, (uint32_t)(random_next(&seed) >> 32)));
        fake_heard(fake, cut);
        loop_advance(fake->loop, RECONNECT_MAX_MS);
    }
}

static void retry_after_of_503_is_honoured(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 503 x\r\nRetry-After: 20\r\n"
                   "Content-Length: 0\r\n\r\n");
    fake_heard(fake, "cut the server answered 503 Service Unavailable");
    loop_advance(fake->loop, 19900);
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
    loop_advance(fake->loop, 100 + RECONNECT_MS);
    fake_accept(fake, 1);
}

static void refusals_that_last_are_not_tried_again(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "stopped 22");
}

/* ------------------------------------------------------ streaming */

static void a_stream_that_ends_is_done(void **state)
{
    struct fake *fake = start(state, &streaming);
    fake_expect(fake, "GET");
    fake_say(fake, EVENTS "0\r\n\r\n");
    fake_heard(fake, "open");
    fake_heard(fake, "stopped 0 the server ended the stream");
}

static void lines_of_json_are_messages_too(void **state)
{
    static const char *const fields[] = {"Accept: application/x-ndjson", NULL};
    struct fake *fake = *state;
    fake->options.fields = fields;
    start(state, &streaming);
    fake_expect(fake, "Accept: application/x-ndjson\r\n");
    fake_expect_no(fake, "event-stream");
    fake_say(fake, "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson; "
                   "charset=utf-8\r\n\r\n\n{\"id\":1,\"te");
    fake_heard(fake, "open");
    fake_heard_nothing(fake);
    fake_say(fake, "xt\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n\n");
    fake_heard(fake, "message 1 a");
    fake_heard(fake, "message 2 b");
}

static void events_of_other_servers_are_handed_on_as_they_are(void **state)
{
    struct fake *fake = start(state, &streaming);
    fake_expect(fake, "GET");
    fake_say(fake, EVENTS);
    say_chunk(fake, "event: tick\ndata: 12:00\n\n: comment\n\n");
    fake_heard(fake, "open");
    fake_heard(fake, "raw 12:00");
    fake_heard_nothing(fake);
}

static void a_page_instead_of_a_stream_is_a_weird_reply(void **state)
{
    struct fake *fake = start(state, &streaming);
    fake_expect(fake, "GET");
    fake_say(fake, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
    fake_heard(fake, "stopped 8");
}

static void a_line_over_the_limit_is_a_weird_reply(void **state)
{
    struct fake *fake = *state;
    fake->options.max_message = 100;
    start(state, &streaming);
    fake_expect(fake, "GET");
    fake_say(fake, EVENTS);
    char data[300] = "data: ";
    memset(data + 6, 'x', 200);
    say_chunk(fake, data);
    fake_heard(fake, "open");
    fake_heard(fake, "stopped 8 an event is too long");
}

static void a_silent_stream_is_given_up(void **state)
{
    struct fake *fake = start(state, &streaming);
    fake_expect(fake, "GET");
    fake_say(fake, EVENTS);
    fake_heard(fake, "open");
    loop_advance(fake->loop, 3 * HEARTBEAT_MS);
    fake_heard_nothing(fake);
    say_chunk(fake, ":\n\n");
    fake_settle(fake);
    loop_advance(fake->loop, 3 * HEARTBEAT_MS);
    fake_heard_nothing(fake);
    loop_advance(fake->loop, HEARTBEAT_MS);
    fake_heard(fake, "stopped 28");
}

/* ------------------------------------------------------ publishing */

static struct fake *open_stream(void **state)
{
    struct fake *fake = start(state, &streaming);
    fake_expect(fake, "GET");
    fake_say(fake, EVENTS);
    fake_heard(fake, "open");
    return fake;
}

static void messages_are_posted_one_after_another(void **state)
{
    struct fake *fake = open_stream(state);
    listener_publish(fake->listener, slice_of("one"));
    listener_publish(fake->listener, slice_of(""));
    fake_accept(fake, 1);
    fake_expect(fake, "POST /streaming HTTP/1.1\r\n");
    fake_expect(fake, "Content-Length: 3\r\n\r\none");
    fake_expect_no(fake, "POST");
    fake_heard_nothing(fake);
    assert_int_equal(listener_unsent(fake->listener), 2);
    fake_say(fake, "HTTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\n"
                   "{\"id\":8}");
    fake_heard(fake, "published");
    assert_int_equal(fake->listener->published_id, 8);
    fake_expect(fake, "Content-Length: 0\r\n\r\n");
    fake_say(fake, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "published");
    assert_int_equal(listener_unsent(fake->listener), 0);
}

static void messages_wait_until_the_listener_is_open(void **state)
{
    struct fake *fake = start(state, &streaming);
    listener_publish(fake->listener, slice_of("one"));
    fake_expect(fake, "GET");
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
    fake_say(fake, EVENTS);
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\none");
}

static void messages_do_not_wait_for_the_answer_to_a_long_poll(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    start(state, &long_polling);
    listener_publish(fake->listener, slice_of("one"));
    fake_expect(fake, "GET");
    loop_advance(fake->loop, LONG_POLL_MS / 2);
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\none");
    fake_say(fake, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "published");
    listener_publish(fake->listener, slice_of("two"));
    fake_expect(fake, "\r\n\r\ntwo");
}

static void after_a_cut_messages_wait_for_the_next_question(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    start(state, &long_polling);
    fake_expect(fake, "GET");
    loop_advance(fake->loop, LONG_POLL_MS / 2);
    fake_settle(fake);
    fake_close(fake);
    fake_heard(fake, "cut");
    loop_advance(fake->loop, RECONNECT_MS);
    fake_accept(fake, 1);
    listener_publish(fake->listener, slice_of("one"));
    fake_expect(fake, "GET");
    fake_settle(fake);
    assert_int_equal(fake->count, 2);
    loop_advance(fake->loop, LONG_POLL_MS / 2);
    fake_accept(fake, 2);
    fake_expect(fake, "\r\n\r\none");
}

static void a_refused_message_is_reported_and_the_next_one_sent(void **state)
{
    struct fake *fake = open_stream(state);
    listener_publish(fake->listener, slice_of("one"));
    listener_publish(fake->listener, slice_of("two"));
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\none");
    fake_say(fake, "HTTP/1.1 413 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "refused 22 413 Content Too Large");
    fake_expect(fake, "\r\n\r\ntwo");
}

static void a_post_that_broke_is_not_repeated(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    open_stream(state);
    listener_publish(fake->listener, slice_of("one"));
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\none");
    fake_say(fake, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "published");
    listener_publish(fake->listener, slice_of("two"));
    fake_expect(fake, "\r\n\r\ntwo");
    fake_close(fake);
    fake_heard(fake, "refused 52");
    fake_settle(fake);
    assert_int_equal(fake->count, 2);
}

static void a_post_that_met_503_is_repeated_later(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    open_stream(state);
    listener_publish(fake->listener, slice_of("one"));
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\none");
    fake_say(fake, "HTTP/1.1 503 x\r\nRetry-After: 1\r\n"
                   "Content-Length: 0\r\n\r\n");
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 1000 + RECONNECT_MS);
    fake_expect(fake, "\r\n\r\none");
}

/* ------------------------------------------------------ the end */

static void stopping_closes_every_connection(void **state)
{
    struct fake *fake = open_stream(state);
    listener_publish(fake->listener, slice_of("one"));
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\none");
    listener_stop(fake->listener);
    fake_heard(fake, "stopped 0");
    assert_int_equal(fake->listener->conns.count, 0);
}

static void a_listener_may_be_stopped_at_once(void **state)
{
    struct fake *fake = *state;
    fake_listen(fake, &long_polling);
    listener_stop(fake->listener);
    fake_heard(fake, "stopped 0");
}

static void a_cut_within_the_first_word_is_one_too(void **state)
{
    struct fake *fake = start(state, &polling);
    fake_expect(fake, "GET");
    fake_say(fake, "HTT");
    fake_close(fake);
    fake_heard(fake, "stopped 56 in the middle of the head");
}

static void a_cut_is_a_fault_like_any_other(void **state)
{
    struct fake *fake = *state;
    fake->options.attempts = -1;
    open_stream(state);
    listener_cut(fake->listener, "a fault");
    fake_heard(fake, "cut in the middle of the body: a fault");
    loop_advance(fake->loop, RECONNECT_MS);
    fake_accept(fake, 1);
    assert_int_equal(listener_costs(fake->listener).connections, 2);
}

static void costs_count_bytes_and_packets(void **state)
{
    struct fake *fake = open_stream(state);
    struct costs costs = listener_costs(fake->listener);
    assert_true(costs.bytes_up > 50);
    assert_int_equal(costs.bytes_down, strlen(EVENTS));
#ifdef __linux__
    assert_true(costs.traffic.segments_up >= 2);
    assert_int_equal(costs.traffic.bytes_down, costs.bytes_down);
    listener_stop(fake->listener);
    fake_heard(fake, "stopped 0");
    costs = listener_costs(fake->listener);
    assert_int_equal(costs.traffic.bytes_down, costs.bytes_down);
#endif
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(polling_asks_again_after_the_interval),
        cmocka_unit_test(a_request_has_the_fields_that_it_must_have),
        cmocka_unit_test(fields_of_the_user_replace_ours),
        cmocka_unit_test(messages_are_heard_once_and_in_order),
        cmocka_unit_test(the_etag_of_an_empty_answer_is_sent_back),
        cmocka_unit_test(long_polling_does_not_hurry_a_server_that_never_waits),
        cmocka_unit_test(channel_instance_and_query_are_in_the_target),
        cmocka_unit_test(what_was_lost_sets_the_number_back),
        cmocka_unit_test(every_address_of_a_name_is_tried),
        cmocka_unit_test(an_idle_connection_that_was_closed_is_opened_again),
        cmocka_unit_test(a_get_that_met_a_close_is_asked_again_once),
        cmocka_unit_test(
            a_response_that_says_close_is_the_last_of_its_connection),
        cmocka_unit_test(bytes_that_nobody_asked_for_end_the_connection),
        cmocka_unit_test(bodies_end_as_their_framing_says),
        cmocka_unit_test(interim_responses_are_passed_over),
        cmocka_unit_test(a_response_may_come_byte_by_byte),
        cmocka_unit_test(a_close_without_an_answer_is_an_empty_reply),
        cmocka_unit_test(a_close_in_the_head_is_a_broken_connection),
        cmocka_unit_test(a_close_in_the_body_is_a_broken_connection),
        cmocka_unit_test(a_close_between_chunks_is_a_broken_connection),
        cmocka_unit_test(a_reset_is_a_broken_connection),
        cmocka_unit_test(what_is_not_http_is_a_weird_reply),
        cmocka_unit_test(what_might_become_http_but_does_not_is_a_weird_reply),
        cmocka_unit_test(a_status_that_is_no_number_is_a_weird_reply),
        cmocka_unit_test(two_lengths_are_a_weird_reply),
        cmocka_unit_test(an_upgrade_that_nobody_asked_for_is_a_weird_reply),
        cmocka_unit_test(a_page_instead_of_messages_is_a_weird_reply),
        cmocka_unit_test(an_error_status_is_said_with_its_name),
        cmocka_unit_test(an_error_is_said_with_what_the_server_says_about_it),
        cmocka_unit_test(an_error_in_json_is_said_with_its_help),
        cmocka_unit_test(an_error_that_breaks_off_is_said),
        cmocka_unit_test(an_error_with_a_page_is_said_alone),
        cmocka_unit_test(silence_is_a_timeout),
        cmocka_unit_test(nobody_there_is_not_connected),
        cmocka_unit_test(a_host_without_a_name_is_not_resolved),
        cmocka_unit_test(a_cut_client_comes_back_with_its_last_number),
        cmocka_unit_test(attempts_are_counted_in_a_row),
        cmocka_unit_test(equal_seeds_wait_equally_long),
        cmocka_unit_test(retry_after_of_503_is_honoured),
        cmocka_unit_test(refusals_that_last_are_not_tried_again),
        cmocka_unit_test(a_stream_that_ends_is_done),
        cmocka_unit_test(lines_of_json_are_messages_too),
        cmocka_unit_test(events_of_other_servers_are_handed_on_as_they_are),
        cmocka_unit_test(a_page_instead_of_a_stream_is_a_weird_reply),
        cmocka_unit_test(a_line_over_the_limit_is_a_weird_reply),
        cmocka_unit_test(a_silent_stream_is_given_up),
        cmocka_unit_test(messages_are_posted_one_after_another),
        cmocka_unit_test(messages_wait_until_the_listener_is_open),
        cmocka_unit_test(messages_do_not_wait_for_the_answer_to_a_long_poll),
        cmocka_unit_test(after_a_cut_messages_wait_for_the_next_question),
        cmocka_unit_test(a_refused_message_is_reported_and_the_next_one_sent),
        cmocka_unit_test(a_post_that_broke_is_not_repeated),
        cmocka_unit_test(a_post_that_met_503_is_repeated_later),
        cmocka_unit_test(stopping_closes_every_connection),
        cmocka_unit_test(a_listener_may_be_stopped_at_once),
        cmocka_unit_test(a_cut_within_the_first_word_is_one_too),
        cmocka_unit_test(a_cut_is_a_fault_like_any_other),
        cmocka_unit_test(costs_count_bytes_and_packets),
    };
    return fake_run("client", tests, sizeof tests / sizeof *tests);
}
