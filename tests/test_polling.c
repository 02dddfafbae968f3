#include "tests/peer.h"

#include <stdio.h>
#include <string.h>

#include "common/limits.h"

static void polling_is_answered_at_once_with_204(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_get(peer, "/polling");
    peer_expect_status(peer, 204);
    peer_expect_no(peer, "Content-Length");
    peer_expect(peer, "\r\n\r\n");
    peer_expect_silence(peer);
}

static void what_was_published_is_an_array_of_messages(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/polling", "one");
    peer_post(peer, "/polling", "two");
    peer_get(peer, "/polling?after=0");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: application/json\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_expect_next(peer, "[{\"id\":1,\"time\":");
    peer_expect(peer, ",\"text\":\"one\"},{\"id\":2,\"time\":");
    peer_expect(peer, ",\"text\":\"two\"}]");
    peer_expect_silence(peer);
}

static void after_says_what_one_has_already(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/polling", "one");
    peer_post(peer, "/polling", "two");
    peer_get(peer, "/polling?after=1");
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "[{\"id\":2,");
    peer_expect(peer, "}]");
    peer_get(peer, "/polling?after=2");
    peer_expect_head(peer, 204);
}

static void channels_are_apart(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/polling?channel=a", "one");
    peer_get(peer, "/polling?channel=b");
    peer_expect_head(peer, 204);
    peer_get(peer, "/polling?channel=%61");
    peer_expect_head(peer, 200);
    peer_expect(peer, "one\"}]");
}

static void expect_bad(struct peer *peer, const char *target)
{
    peer_get(peer, target);
    peer_expect_head(peer, 400);
    peer_expect(peer, "\n");
}

static void nonsense_in_the_query_is_400(void **state)
{
    struct peer *peer = peer_new(*state);
    expect_bad(peer, "/polling?after=x");
    expect_bad(peer, "/polling?after=-1");
    expect_bad(peer, "/polling?after=99999999999999999999");
    expect_bad(peer, "/polling?channel=");
    expect_bad(peer, "/polling?channel=a%2Fb");
    expect_bad(peer, "/polling?channel=%ff");
}

static void what_is_not_utf_8_is_not_published(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "POST /polling HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 1\r\n\r\n\xff");
    peer_expect_head(peer, 400);
    peer_expect(peer, "\n");
    peer_get(peer, "/polling");
    peer_expect_head(peer, 204);
}

static void what_json_must_escape_is_escaped(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/polling", "a\"b\\c\nd\x01 \xc3\xa9");
    peer_get(peer, "/polling");
    peer_expect(peer, "\"text\":\"a\\\"b\\\\c\\nd\\u0001 \xc3\xa9\"}]");
}

/* Copy the value of a field of the answer that comes. */
static void take_field(struct peer *peer, const char *name, char *value,
                       size_t size)
{
    char begin[64];
    snprintf(begin, sizeof begin, "\r\n%s: ", name);
    peer_expect(peer, begin);
    struct slice got = buf_slice(&peer->got);
    const char *end = memchr(got.data, '\r', got.size);
    assert_non_null(end);
    assert_true((size_t)(end - got.data) < size);
    memcpy(value, got.data, (size_t)(end - got.data));
    value[end - got.data] = '\0';
}

static void ask_with_etag(struct peer *peer, const char *etag)
{
    char request[256];
    snprintf(request, sizeof request,
             "GET /polling HTTP/1.1\r\nHost: x\r\nIf-None-Match: %s\r\n\r\n",
             etag);
    peer_say(peer, request);
}

static void who_has_this_very_answer_gets_304(void **state)
{
    struct peer *peer = peer_new(*state);
    char etag[64];
    peer_post(peer, "/polling", "one");
    peer_get(peer, "/polling");
    peer_expect_status(peer, 200);
    take_field(peer, "ETag", etag, sizeof etag);
    peer_expect(peer, "}]");
    ask_with_etag(peer, etag);
    peer_expect_status(peer, 304);
    peer_expect_no(peer, "Content-Length");
    peer_expect(peer, "\r\n\r\n");
    peer_post(peer, "/polling", "two");
    ask_with_etag(peer, etag);
    peer_expect_head(peer, 200);
    peer_expect(peer, "two\"}]");
    peer_expect_silence(peer);
}

static void an_id_from_the_future_tells_of_a_restart(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_post(peer, "/polling", "one");
    peer_get(peer, "/polling?after=7");
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "[{\"id\":0,");
    peer_expect(peer, "\"lost\":\"the server was restarted");
    peer_expect(peer, "},{\"id\":1,");
    peer_expect(peer, "\"one\"}]");
}

static void another_instance_tells_of_a_restart(void **state)
{
    struct peer *peer = peer_new(*state);
    char instance[64], target[128];
    peer_post(peer, "/polling", "one");
    peer_get(peer, "/polling");
    take_field(peer, "Server-Instance", instance, sizeof instance);
    peer_expect(peer, "}]");
    snprintf(target, sizeof target, "/polling?after=1&instance=%s", instance);
    peer_get(peer, target);
    peer_expect_head(peer, 204);
    peer_get(peer, "/polling?after=1&instance=0123456789abcdef");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"lost\":");
    peer_expect(peer, "\"one\"}]");
}

static void who_was_away_too_long_is_told_what_is_gone(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    struct channel *lobby =
        channel_named(stage->server->channels, slice_of("lobby"));
    for (int i = 0; i < CHANNEL_MESSAGES + 10; i++)
        channel_publish(lobby, slice_of("x"));
    peer_get(peer, "/polling?after=3");
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "[{\"id\":10,");
    peer_expect(peer, "\"lost\":\"messages up to this id are gone\"},"
                      "{\"id\":11,");
    peer_expect(peer, "}]");
}

/* While its body comes, others may need the place of the channel. */
static void a_channel_that_was_forgotten_is_made_anew(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, "POST /polling?channel=first HTTP/1.1\r\nHost: x\r\n"
                   "Content-Length: 2\r\n\r\nh");
    peer_settle(stage);
    for (int i = 0; i < CHANNELS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        assert_non_null(channel_named(stage->server->channels, slice_of(name)));
    }
    peer_say(peer, "i");
    peer_expect_head(peer, 201);
    peer_expect_next(peer, "{\"id\":1}");
    peer_get(peer, "/polling?channel=first");
    peer_expect(peer, "\"hi\"}]");
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(polling_is_answered_at_once_with_204),
    cmocka_unit_test(what_was_published_is_an_array_of_messages),
    cmocka_unit_test(after_says_what_one_has_already),
    cmocka_unit_test(channels_are_apart),
    cmocka_unit_test(nonsense_in_the_query_is_400),
    cmocka_unit_test(what_is_not_utf_8_is_not_published),
    cmocka_unit_test(what_json_must_escape_is_escaped),
    cmocka_unit_test(who_has_this_very_answer_gets_304),
    cmocka_unit_test(an_id_from_the_future_tells_of_a_restart),
    cmocka_unit_test(another_instance_tells_of_a_restart),
    cmocka_unit_test(who_was_away_too_long_is_told_what_is_gone),
    cmocka_unit_test(a_channel_that_was_forgotten_is_made_anew),
};

int main(void)
{
    return peer_run("polling", tests, sizeof tests / sizeof *tests);
}
