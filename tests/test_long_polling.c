#include "tests/peer.h"

#include <stdio.h>

#include "common/limits.h"

static void a_question_waits_for_its_answer(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/long-polling");
    peer_expect_silence(peer);
    peer_post(peer_new(stage), "/long-polling", "news");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: application/json\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_expect_next(peer, "[{\"id\":1,");
    peer_expect(peer, "\"news\"}]");
    peer_expect_silence(peer);
}

static void what_is_there_already_is_answered_at_once(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/long-polling", "old");
    peer_get(peer, "/long-polling?after=0");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"old\"}]");
}

static void after_the_newest_one_waits(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    peer_post(other, "/long-polling", "old");
    peer_get(peer, "/long-polling?after=1");
    peer_expect_silence(peer);
    peer_post(other, "/long-polling", "new");
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "[{\"id\":2,");
}

static void everyone_who_waits_gets_it(void **state)
{
    enum { MANY = 50 };
    struct stage *stage = *state;
    struct peer *peers[MANY];
    for (int i = 0; i < MANY; i++) {
        peers[i] = peer_new(stage);
        peer_get(peers[i], "/long-polling");
    }
    peer_settle(stage);
    peer_post(peer_new(stage), "/polling", "news");
    for (int i = 0; i < MANY; i++) {
        peer_expect_head(peers[i], 200);
        peer_expect(peers[i], "\"news\"}]");
    }
}

static void nothing_new_is_204_in_time(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/long-polling");
    peer_settle(stage);
    loop_advance(stage->loop, LONG_POLL_MS - 1000);
    peer_expect_silence(peer);
    loop_advance(stage->loop, 1000);
    peer_expect_head(peer, 204);
    peer_get(peer, "/healthz"); /* and the connection is kept */
    peer_expect_head(peer, 200);
}

static void the_wait_can_be_set(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    stage->server->options.long_poll_timeout_ms = 1;
    peer_get(peer, "/long-polling");
    peer_expect_silence(peer);
    loop_advance(stage->loop, 1);
    peer_expect_head(peer, 204);
}

/* What is published in one turn goes out in one answer, and no one misses what
 * is published while it is on its way back. */
static void nothing_is_lost_between_two_questions(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *other = peer_new(stage);
    char target[64];
    uint64_t seen = 0;
    for (int i = 0; i < 20; i++) {
        snprintf(target, sizeof target, "/long-polling?after=%d", (int)seen);
        peer_post(other, "/polling", "a");
        peer_get(peer, target);
        peer_expect_head(peer, 200);
        snprintf(target, sizeof target, "[{\"id\":%d,", (int)++seen);
        peer_expect_next(peer, target);
        peer_expect(peer, "}]");
    }
}

static void who_gave_up_is_not_answered(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/long-polling");
    peer_settle(stage);
    peer_end(peer);
    peer_expect_end(peer);
    peer_post(peer_new(stage), "/polling", "news");
    peer_expect_connections(stage, 1);
}

static void head_does_not_wait(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "HEAD /long-polling HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_head(peer, 204);
}

static void http_1_0_is_answered_and_closed(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, "GET /long-polling HTTP/1.0\r\n\r\n");
    peer_expect_silence(peer);
    peer_post(peer_new(stage), "/polling", "news");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"news\"}]");
    peer_expect_end(peer);
}

static void a_restart_is_told_at_once(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_get(peer, "/long-polling?after=5");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"lost\":\"the server was restarted");
}

/* More messages in one turn than a channel keeps: the ones who wait had no
 * chance to read slowly. */
static void a_burst_larger_than_the_log_answers_who_waits(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage), *publisher = peer_new(stage);
    peer_get(peer, "/long-polling");
    peer_upgrade(publisher, "/websocket");
    for (int i = 0; i < 2 * CHANNEL_MESSAGES; i++)
        peer_add_frame(publisher, WS_TEXT, "x");
    peer_say_frame(publisher, WS_TEXT, "last");
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "[{\"id\":1,");
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(a_question_waits_for_its_answer),
    cmocka_unit_test(what_is_there_already_is_answered_at_once),
    cmocka_unit_test(after_the_newest_one_waits),
    cmocka_unit_test(everyone_who_waits_gets_it),
    cmocka_unit_test(nothing_new_is_204_in_time),
    cmocka_unit_test(the_wait_can_be_set),
    cmocka_unit_test(nothing_is_lost_between_two_questions),
    cmocka_unit_test(who_gave_up_is_not_answered),
    cmocka_unit_test(head_does_not_wait),
    cmocka_unit_test(http_1_0_is_answered_and_closed),
    cmocka_unit_test(a_restart_is_told_at_once),
    cmocka_unit_test(a_burst_larger_than_the_log_answers_who_waits),
};

int main(void)
{
    return peer_run("long polling", tests, sizeof tests / sizeof *tests);
}
