#include "tests/peer.h"

#include <stdlib.h>
#include <string.h>

#include "common/limits.h"

#define NDJSON                                                                 \
    "GET /streaming HTTP/1.1\r\nHost: x\r\n"                                   \
    "Accept: application/x-ndjson\r\n\r\n"

static void a_stream_says_what_it_is(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_get(peer, "/streaming");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: text/event-stream");
    peer_expect(peer, "Cache-Control: no-store\r\n");
    peer_expect(peer, "X-Accel-Buffering: no\r\n");
    peer_expect(peer, "Transfer-Encoding: chunked\r\n\r\n");
    peer_expect_next(peer, "c\r\nretry: 2000\n\r\n");
}

static void messages_are_events(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    peer_get(peer, "/streaming");
    peer_expect(peer, "retry: 2000\n");
    peer_post(other, "/streaming", "one");
    peer_expect(peer, "id: 1\ndata: {\"id\":1,");
    peer_expect(peer, "\"one\"}\n\n\r\n");
    peer_post(other, "/streaming", "two");
    peer_expect(peer, "id: 2\ndata: {\"id\":2,");
    peer_expect(peer, "\"two\"}\n\n\r\n");
    peer_expect_silence(peer);
}

static void messages_are_lines_for_who_wants_lines(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, NDJSON);
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: application/x-ndjson\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_post(peer_new(stage), "/polling", "one");
    peer_expect(peer, "\r\n{\"id\":1,");
    peer_expect_next(peer, "\"time\":");
    peer_expect(peer, "\"one\"}\n\r\n");
}

static void who_comes_late_gets_the_backlog(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    peer_post(other, "/polling", "one");
    peer_post(other, "/polling", "two");
    peer_get(peer, "/streaming?after=1");
    peer_expect(peer, "id: 2\n");
    peer_post(other, "/polling", "three");
    peer_expect(peer, "id: 3\n");
    peer_expect(peer, "\n\n\r\n");
    peer_expect_silence(peer);
}

/* A browser that reconnects keeps the URL, and adds the field. */
static void last_event_id_counts_more_than_after(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    peer_post(other, "/polling", "one");
    peer_post(other, "/polling", "two");
    peer_say(peer, "GET /streaming?after=0 HTTP/1.1\r\nHost: x\r\n"
                   "Last-Event-ID: 1\r\n\r\n");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\n\r\n"); /* retry */
    peer_expect(peer, "\r\nid: 2\n");
    peer_expect_no(peer, "id: 1\n");
}

static void a_restart_is_told_first(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_post(peer_new(stage), "/polling", "one");
    peer_get(peer, "/streaming?after=9");
    peer_expect(peer, "id: 0\ndata: {\"id\":0,");
    peer_expect(peer, "\"lost\":");
    peer_expect(peer, "id: 1\n");
}

static void a_silent_stream_has_a_heart(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/streaming");
    peer_expect(peer, "retry: 2000\n");
    peer_expect(peer, "\r\n");
    loop_advance(stage->loop, HEARTBEAT_MS - 1000);
    peer_expect_silence(peer);
    for (int i = 0; i < 3; i++) {
        loop_advance(stage->loop, HEARTBEAT_MS);
        peer_expect_next(peer, "3\r\n:\n\n\r\n");
    }
}

static void a_stream_of_lines_has_a_heart_too(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, NDJSON);
    peer_expect_head(peer, 200);
    loop_advance(stage->loop, HEARTBEAT_MS);
    peer_expect_next(peer, "1\r\n\n\r\n");
}

static void http_1_0_gets_it_without_chunks(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, "GET /streaming HTTP/1.0\r\n"
                   "Connection: keep-alive\r\n\r\n");
    peer_expect_status(peer, 200);
    peer_expect_no(peer, "Transfer-Encoding");
    peer_expect(peer, "Connection: close\r\n\r\n");
    peer_expect_next(peer, "retry: 2000\n");
    peer_post(peer_new(stage), "/polling", "one");
    peer_expect(peer, "\"one\"}\n\n");
    server_shutdown(stage->server);
    peer_expect_end(peer);
}

static void head_says_what_it_would_be(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "HEAD /streaming HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_status(peer, 200);
    peer_expect_no(peer, "Content-Length"); /* a GET has none either */
    peer_expect(peer, "Content-Type: text/event-stream; charset=utf-8\r\n"
                      "Cache-Control: no-store\r\n"
                      "X-Accel-Buffering: no\r\n"
                      "Server-Instance: ");
    peer_get(peer, "/healthz");
    peer_expect(peer, "\r\n\r\nok\n");
}

static void head_of_lines_says_that_they_are_lines(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "HEAD /streaming HTTP/1.1\r\nHost: x\r\n"
                   "Accept: application/x-ndjson\r\n\r\n");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: application/x-ndjson\r\n");
}

static void who_goes_away_is_unsubscribed(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/streaming");
    peer_expect(peer, "retry:");
    peer_reset(peer);
    peer_expect_connections(stage, 0);
    peer_post(peer_new(stage), "/polling", "one");
}

/* ------------------------------------------------------------- slow readers */

static struct channel *lobby_of(struct stage *stage)
{
    return channel_named(stage->server->channels, slice_of("lobby"));
}

/* Publish 64 KiB a time, with a turn after each. */
static void publish_much(struct stage *stage, int count)
{
    enum { SIZE = 64 * 1024 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    for (int i = 0; i < count; i++) {
        channel_publish(lobby_of(stage), (struct slice){text, SIZE});
        loop_turn(stage->loop, 0);
    }
    free(text);
}

static struct peer *open_slow_stream(struct stage *stage)
{
    struct peer *peer = peer_new_small(stage);
    peer_get(peer, "/streaming");
    peer_expect(peer, "retry: 2000\n");
    return peer;
}

static void who_pauses_gets_everything_in_the_end(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = open_slow_stream(stage);
    publish_much(stage, CHANNEL_BYTES / (64 * 1024) - 8);
    peer_expect(peer, "\nid: 56\n");
    peer_expect(peer, "\n\n\r\n");
    peer_expect_silence(peer);
}

/* Without the last chunk: its client must not think that it has everything. */
static bool ended_incomplete(void *user)
{
    struct peer *peer = user;
    peer_expect_no(peer, "\r\n0\r\n\r\n");
    return peer->has_ended;
}

static void who_never_reads_is_cut_off_when_messages_are_gone(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = open_slow_stream(stage);
    publish_much(stage, 4 * CHANNEL_BYTES / (64 * 1024));
    assert_true(buf_size(&stage->server->http.conns.first->out) <
                OUT_LIMIT + 2 * PORTION_SIZE);
    peer_turn_until(stage->loop, ended_incomplete, peer, "for the end");
}

static void who_never_reads_is_given_up_in_time(void **state)
{
    struct stage *stage = *state;
    open_slow_stream(stage);
    publish_much(stage, 60);
    peer_expect_connections(stage, 1);
    loop_advance(stage->loop, STALL_MS); /* the kernel has taken some of it */
    peer_settle(stage);
    loop_advance(stage->loop, STALL_MS);
    peer_expect_connections(stage, 0);
}

static void one_slow_reader_delays_nobody(void **state)
{
    struct stage *stage = *state;
    open_slow_stream(stage);
    publish_much(stage, 60);
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/streaming?after=60");
    peer_expect(peer, "retry:");
    peer_post(peer_new(stage), "/polling", "news");
    peer_expect(peer, "\"news\"}");
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(a_stream_says_what_it_is),
    cmocka_unit_test(messages_are_events),
    cmocka_unit_test(messages_are_lines_for_who_wants_lines),
    cmocka_unit_test(who_comes_late_gets_the_backlog),
    cmocka_unit_test(last_event_id_counts_more_than_after),
    cmocka_unit_test(a_restart_is_told_first),
    cmocka_unit_test(a_silent_stream_has_a_heart),
    cmocka_unit_test(a_stream_of_lines_has_a_heart_too),
    cmocka_unit_test(http_1_0_gets_it_without_chunks),
    cmocka_unit_test(head_says_what_it_would_be),
    cmocka_unit_test(head_of_lines_says_that_they_are_lines),
    cmocka_unit_test(who_goes_away_is_unsubscribed),
    cmocka_unit_test(who_pauses_gets_everything_in_the_end),
    cmocka_unit_test(who_never_reads_is_cut_off_when_messages_are_gone),
    cmocka_unit_test(who_never_reads_is_given_up_in_time),
    cmocka_unit_test(one_slow_reader_delays_nobody),
};

int main(void)
{
    return peer_run("streaming", tests, sizeof tests / sizeof *tests);
}
