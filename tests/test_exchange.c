/* HTTP as a peer sees it (RFC 9112), whatever is asked for. */
#include "tests/peer.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/http_head.h"
#include "common/limits.h"

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

/* Say a request, and expect to be refused and left. */
static void expect_refusal(struct stage *stage, const char *request, int status)
{
    struct peer *peer = peer_new(stage);
    peer_say(peer, request);
    peer_expect_status(peer, status);
    peer_expect(peer, "Connection: close\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_expect(peer, "\n");
    peer_expect_end(peer);
}

static void expect_health(struct peer *peer)
{
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "ok\n");
}

/* ------------------------------------------------------------- requests */

static void a_connection_is_kept_for_the_next_request(void **state)
{
    struct peer *peer = peer_new(*state);
    for (int i = 0; i < 3; i++) {
        peer_say(peer, HEALTH);
        expect_health(peer);
    }
    peer_expect_silence(peer);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say_slowly(peer, HEALTH);
    expect_health(peer);
}

static void a_request_may_be_cut_anywhere(void **state)
{
    const char *post = "POST /polling HTTP/1.1\r\nHost: x\r\n"
                       "Content-Length: 2\r\n\r\nhi";
    struct peer *peer = peer_new(*state);
    for (size_t first = 1; first < strlen(post); first++) {
        peer_say_in_two(peer, post, first);
        peer_expect_head(peer, 201);
        peer_expect(peer, "}");
    }
    peer_expect_silence(peer);
}

static void requests_that_come_together_are_answered_in_order(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" HEALTH
                   "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\n\r\nhi" HEALTH);
    peer_expect_head(peer, 404);
    peer_expect(peer, "\n");
    expect_health(peer);
    peer_expect_head(peer, 201);
    peer_expect_next(peer, "{\"id\":1}");
    expect_health(peer);
    peer_expect_silence(peer);
}

static void requests_behind_one_that_waits_are_answered_after_it(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, "GET /long-polling HTTP/1.1\r\nHost: x\r\n\r\n" HEALTH);
    peer_say(peer, HEALTH);
    peer_expect_silence(peer);
    peer_post(peer_new(stage), "/polling", "news");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"news\"}]");
    expect_health(peer);
    expect_health(peer);
    peer_expect_silence(peer);
}

/* More than IN_LIMIT: the server stops reading, and goes on later. */
static void a_flood_behind_one_that_waits_is_answered_whole(void **state)
{
    enum { MANY = 5000 };
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    struct buf all = {0};
    peer_get(peer, "/long-polling");
    for (int i = 0; i < MANY; i++)
        buf_append_text(&all, HEALTH);
    peer_say_bytes(peer, all.data, buf_size(&all));
    buf_free(&all);
    peer_expect_silence(peer);
    peer_post(peer_new(stage), "/polling", "news");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"news\"}]");
    for (int i = 0; i < MANY; i++)
        expect_health(peer);
    peer_expect_silence(peer);
}

/* The answers fill every buffer on the way; none is lost when it reads on. */
static void who_does_not_read_answers_is_not_read_either(void **state)
{
    enum { MANY = 60, LONG = 64 * 1024 };
    struct stage *stage = *state;
    struct peer *peer = peer_new_small(stage);
    char *text = calloc(1, LONG + 1);
    memset(text, 'x', LONG);
    peer_post(peer_new(stage), "/polling", text);
    free(text);
    for (int i = 0; i < MANY; i++)
        peer_get(peer, "/polling");
    peer_settle(stage);
    struct conn *conn = peer->stage->server->http.conns.first->next;
    assert_true(conn_is_full(conn));
    assert_true(buf_size(&conn->out) < OUT_LIMIT + 2 * LONG);
    for (int i = 0; i < MANY; i++)
        peer_expect(peer, "xxx\"}]");
    peer_say(peer, HEALTH);
    expect_health(peer);
}

static void empty_lines_before_a_request_are_skipped(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "\r\n\r\n" HEALTH);
    expect_health(peer);
}

static void an_absolute_target_is_understood(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "GET http://x/healthz?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_health(peer);
}

static void a_path_may_be_percent_encoded(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_get(peer, "/%68ealthz");
    expect_health(peer);
}

/* ------------------------------------------------------------- answers */

static void every_answer_has_a_date(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, HEALTH);
    peer_expect_status(peer, 200);
    peer_expect(peer, "Date: ");
    peer_expect(peer, " GMT\r\n");
}

static void head_gets_the_same_head_without_a_body(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n" HEALTH);
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Length: 3\r\n");
    peer_expect(peer, "\r\n");
    expect_health(peer);
}

static void head_of_an_error_has_no_body_either(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" HEALTH);
    peer_expect_head(peer, 404);
    expect_health(peer);
}

static void head_of_a_refused_head_has_no_body_either(void **state)
{
    static const char *const requests[] = {
        "HEAD / HTTP/1.1\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n",
    };
    static const int statuses[] = {400, 417};
    for (size_t i = 0; i < 2; i++) {
        struct peer *peer = peer_new(*state);
        peer_say(peer, requests[i]);
        peer_expect_head(peer, statuses[i]);
        peer_expect_end(peer);
    }
}

static void connection_close_is_obeyed(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "GET /healthz HTTP/1.1\r\nHost: x\r\n"
                   "Connection: close\r\n\r\n" HEALTH);
    peer_expect_status(peer, 200);
    peer_expect(peer, "Connection: close\r\n");
    peer_expect(peer, "\r\n\r\nok\n");
    peer_expect_end(peer);
}

static void http_1_0_is_closed_unless_it_asks_to_stay(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Connection: keep-alive\r\n");
    peer_expect(peer, "\r\n\r\nok\n");
    peer_say(peer, "GET /healthz HTTP/1.0\r\n\r\n");
    expect_health(peer);
    peer_expect_end(peer);
}

/* ------------------------------------------------------------- bodies */

static void a_body_may_come_in_chunks_with_trailers(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say_slowly(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n"
                          "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n");
    peer_expect_head(peer, 201);
    peer_expect_next(peer, "{\"id\":1}");
    peer_get(peer, "/polling");
    peer_expect(peer, "\"text\":\"hello\"}]");
}

static void a_connection_is_kept_behind_a_body_in_chunks(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n"
                   "2\r\nhi\r\n0\r\n\r\n" HEALTH);
    peer_expect_head(peer, 201);
    peer_expect_next(peer, "{\"id\":1}");
    expect_health(peer);
    peer_expect_silence(peer);
}

static void an_empty_body_is_a_text_too(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/polling", "");
    peer_get(peer, "/polling");
    peer_expect(peer, "\"text\":\"\"}]");
}

static void who_waits_for_100_gets_it(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    peer_expect_next(peer, "HTTP/1.1 100 Continue\r\n\r\n");
    peer_say(peer, "hi");
    peer_expect_head(peer, 201);
}

static void who_sent_the_body_already_gets_no_100(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
    peer_expect_head(peer, 201);
}

static void a_body_too_large_is_413_before_it_is_sent(void **state)
{
    expect_refusal(*state,
                   "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 999999999\r\n"
                   "Expect: 100-continue\r\n\r\n",
                   413);
}

static void chunks_that_grow_too_large_are_413(void **state)
{
    struct stage *stage = *state;
    stage->server->options.max_message = 4;
    expect_refusal(stage,
                   "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                   413);
}

/* Else the body would be taken for the next request. */
static void a_body_nobody_reads_ends_the_connection(void **state)
{
    expect_refusal(*state,
                   "POST /nowhere HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 44\r\n\r\n" HEALTH,
                   404);
}

static void a_get_with_an_empty_body_keeps_the_connection(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "GET /healthz HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 0\r\n\r\n" HEALTH);
    expect_health(peer);
    expect_health(peer);
}

/* ------------------------------------------------------------- refusals */

static void what_is_not_http_is_400(void **state)
{
    expect_refusal(*state, "hello\r\n\r\n", 400);
    expect_refusal(*state, "GET /\nHost: x\n\n", 400);
    expect_refusal(*state, "GET / HTTP/1.1\r\n\r\n", 400);
    expect_refusal(*state, "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400);
}

static void what_could_be_read_in_two_ways_is_400(void **state)
{
    expect_refusal(*state,
                   "POST /polling HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   400);
    expect_refusal(*state,
                   "POST /polling HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                   "Content-Length: 2\r\n\r\nhi",
                   400);
}

static void a_chunk_that_is_none_is_400(void **state)
{
    expect_refusal(*state,
                   "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
                   400);
}

static void a_post_without_length_is_411(void **state)
{
    expect_refusal(*state, "POST /polling HTTP/1.1\r\nHost: x\r\n\r\n", 411);
}

static void long_line(char *line, size_t size)
{
    memset(line, 'a', size);
    line[size] = '\0';
}

static void a_target_too_long_is_414(void **state)
{
    char request[HTTP_LINE_MAX + 64] = "GET /";
    long_line(request + 5, HTTP_LINE_MAX);
    expect_refusal(*state, request, 414);
}

static void an_expectation_that_is_not_100_is_417(void **state)
{
    expect_refusal(*state, "GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n",
                   417);
}

static void a_head_too_large_is_431(void **state)
{
    static char request[HTTP_HEAD_MAX + 64];
    strcpy(request, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
    long_line(request + strlen(request), HTTP_HEAD_MAX);
    expect_refusal(*state, request, 431);
}

static void a_method_that_nobody_knows_is_501(void **state)
{
    expect_refusal(*state, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501);
}

static void a_transfer_coding_that_nobody_knows_is_501(void **state)
{
    expect_refusal(*state,
                   "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Transfer-Encoding: gzip, chunked\r\n\r\n",
                   501);
}

static void another_major_version_is_505(void **state)
{
    expect_refusal(*state, "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505);
}

/* ------------------------------------------------------------- patience */

static void a_request_that_does_not_end_is_408(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, "GET / HT");
    peer_settle(stage);
    loop_advance(stage->loop, REQUEST_MS);
    peer_expect_status(peer, 408);
    peer_expect(peer, "\r\n\r\n");
    peer_expect(peer, "\n");
    peer_expect_end(peer);
}

static void a_byte_now_and_then_gains_no_time(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    for (int i = 0; i < 10; i++) {
        peer_say(peer, "G");
        peer_settle(stage);
        loop_advance(stage->loop, REQUEST_MS / 10);
    }
    peer_expect_status(peer, 408);
}

static void a_body_that_does_not_come_is_408(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\n\r\nh");
    peer_settle(stage);
    loop_advance(stage->loop, REQUEST_MS);
    peer_expect_status(peer, 408);
}

static void a_late_request_has_its_whole_time(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say_in_two(peer, HEALTH, 5);
    expect_health(peer);
    loop_advance(stage->loop, KEEP_ALIVE_MS - 1000);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\n\r\nh");
    peer_settle(stage);
    loop_advance(stage->loop, REQUEST_MS - 1000);
    peer_expect_silence(peer);
    peer_say(peer, "i");
    peer_expect_head(peer, 201);
}

static void an_idle_connection_is_closed_without_a_word(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, HEALTH);
    expect_health(peer);
    loop_advance(stage->loop, KEEP_ALIVE_MS - 1000);
    peer_expect_silence(peer);
    loop_advance(stage->loop, 1000);
    peer_expect_end(peer);
}

static void who_never_asks_is_closed_without_a_word(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_settle(stage);
    loop_advance(stage->loop, REQUEST_MS);
    peer_expect_end(peer);
}

/* ------------------------------------------------------------- ends */

static void who_is_done_asking_gets_the_answers(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, HEALTH HEALTH);
    peer_end(peer);
    expect_health(peer);
    expect_health(peer);
    peer_expect_end(peer);
}

static void a_request_that_was_broken_off_is_400(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\n\r\nh");
    peer_end(peer);
    peer_expect_status(peer, 400);
}

static void who_goes_away_is_forgotten(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, "/long-polling");
    peer_expect_connections(stage, 1);
    peer_reset(peer);
    peer_expect_connections(stage, 0);
}

/* No reset may overtake the answer (RFC 9112, 9.6). */
static void a_refusal_reaches_who_goes_on_sending(void **state)
{
    struct peer *peer = peer_new(*state);
    char *body = calloc(1, 1 << 20);
    peer_say(peer, "POST /nowhere HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 1048576\r\n\r\n");
    peer_say_bytes(peer, body, 1 << 20);
    free(body);
    peer_expect_head(peer, 404);
    peer_expect(peer, "\n");
    peer_end(peer);
    peer_expect_end(peer);
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(a_connection_is_kept_for_the_next_request),
    cmocka_unit_test(a_request_may_come_byte_by_byte),
    cmocka_unit_test(a_request_may_be_cut_anywhere),
    cmocka_unit_test(requests_that_come_together_are_answered_in_order),
    cmocka_unit_test(requests_behind_one_that_waits_are_answered_after_it),
    cmocka_unit_test(a_flood_behind_one_that_waits_is_answered_whole),
    cmocka_unit_test(who_does_not_read_answers_is_not_read_either),
    cmocka_unit_test(empty_lines_before_a_request_are_skipped),
    cmocka_unit_test(an_absolute_target_is_understood),
    cmocka_unit_test(a_path_may_be_percent_encoded),
    cmocka_unit_test(every_answer_has_a_date),
    cmocka_unit_test(head_gets_the_same_head_without_a_body),
    cmocka_unit_test(head_of_an_error_has_no_body_either),
    cmocka_unit_test(head_of_a_refused_head_has_no_body_either),
    cmocka_unit_test(connection_close_is_obeyed),
    cmocka_unit_test(http_1_0_is_closed_unless_it_asks_to_stay),
    cmocka_unit_test(a_body_may_come_in_chunks_with_trailers),
    cmocka_unit_test(a_connection_is_kept_behind_a_body_in_chunks),
    cmocka_unit_test(an_empty_body_is_a_text_too),
    cmocka_unit_test(who_waits_for_100_gets_it),
    cmocka_unit_test(who_sent_the_body_already_gets_no_100),
    cmocka_unit_test(a_body_too_large_is_413_before_it_is_sent),
    cmocka_unit_test(chunks_that_grow_too_large_are_413),
    cmocka_unit_test(a_body_nobody_reads_ends_the_connection),
    cmocka_unit_test(a_get_with_an_empty_body_keeps_the_connection),
    cmocka_unit_test(what_is_not_http_is_400),
    cmocka_unit_test(what_could_be_read_in_two_ways_is_400),
    cmocka_unit_test(a_chunk_that_is_none_is_400),
    cmocka_unit_test(a_post_without_length_is_411),
    cmocka_unit_test(a_target_too_long_is_414),
    cmocka_unit_test(an_expectation_that_is_not_100_is_417),
    cmocka_unit_test(a_head_too_large_is_431),
    cmocka_unit_test(a_method_that_nobody_knows_is_501),
    cmocka_unit_test(a_transfer_coding_that_nobody_knows_is_501),
    cmocka_unit_test(another_major_version_is_505),
    cmocka_unit_test(a_request_that_does_not_end_is_408),
    cmocka_unit_test(a_byte_now_and_then_gains_no_time),
    cmocka_unit_test(a_body_that_does_not_come_is_408),
    cmocka_unit_test(a_late_request_has_its_whole_time),
    cmocka_unit_test(an_idle_connection_is_closed_without_a_word),
    cmocka_unit_test(who_never_asks_is_closed_without_a_word),
    cmocka_unit_test(who_is_done_asking_gets_the_answers),
    cmocka_unit_test(a_request_that_was_broken_off_is_400),
    cmocka_unit_test(who_goes_away_is_forgotten),
    cmocka_unit_test(a_refusal_reaches_who_goes_on_sending),
};

int main(void)
{
    return peer_run("exchange", tests, sizeof tests / sizeof *tests);
}
