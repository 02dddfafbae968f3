#include "tests/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/log.h"
#include "server/engineio.h"
#include "server/engineio_session.h"

/* ------------------------------------------------------------- helpers */

/* One client: a connection for its GET, one for its POST, one for WebSocket. */
struct client {
    struct stage *stage;
    struct peer *get, *post, *websocket;
    char sid[ID_SIZE];
    char target[128];
};

#define PATH "/engine.io/?EIO=4&transport="

/* "&sid=..." behind the path. */
static const char *target(struct client *client, const char *transport)
{
    snprintf(client->target, sizeof client->target, PATH "%s&sid=%s", transport,
             client->sid);
    return client->target;
}

static void take_sid(struct client *client, struct slice handshake)
{
    assert_true(slice_starts_with(handshake, "{\"sid\":\""));
    memcpy(client->sid, handshake.data + strlen("{\"sid\":\""), ID_SIZE - 1);
    client->sid[ID_SIZE - 1] = '\0';
}

/* A session that polls carry. */
static struct client open_polling(struct stage *stage)
{
    struct client client = {.stage = stage,
                            .get = peer_new(stage),
                            .post = peer_new(stage),
                            .websocket = peer_new(stage)};
    peer_get(client.get, PATH "polling");
    peer_expect_head(client.get, 200);
    peer_expect_next(client.get, "0");
    take_sid(&client, buf_slice(&client.get->got));
    peer_expect(client.get, "}");
    return client;
}

/* One that a WebSocket carries. */
static struct client open_websocket(struct stage *stage)
{
    struct client client = {.stage = stage, .websocket = peer_new(stage)};
    peer_upgrade(client.websocket, PATH "websocket");
    peer_expect_message(client.websocket, "\"upgrades\":[],");
    const struct ws_conn *newest = stage->server->http.conns.first->session;
    const struct eio_session *session = newest->user;
    memcpy(client.sid, session->id, ID_SIZE);
    return client;
}

static struct eio_session *session_of(const struct client *client)
{
    return eio_find(client->stage->server->engineio, slice_of(client->sid));
}

static void poll_for(struct client *client)
{
    peer_get(client->get, target(client, "polling"));
    peer_settle(client->stage);
}

static void expect_poll(struct client *client, const char *payload)
{
    char length[48];
    snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n",
             strlen(payload));
    peer_expect_status(client->get, 200);
    peer_expect(client->get, "Content-Type: text/plain; charset=UTF-8\r\n");
    peer_expect(client->get, length);
    peer_expect_next(client->get, payload);
}

static void begin_post(struct client *client, size_t size)
{
    char head[256];
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
             target(client, "polling"), size);
    peer_say(client->post, head);
}

static void expect_ok(struct client *client)
{
    peer_expect_status(client->post, 200);
    peer_expect(client->post, "Content-Type: text/html\r\n");
    peer_expect(client->post, "\r\n\r\n");
    peer_expect_next(client->post, "ok");
}

static void post(struct client *client, const char *payload)
{
    begin_post(client, strlen(payload));
    peer_say(client->post, payload);
    expect_ok(client);
}

static void expect_error(struct peer *peer, int status, const char *json)
{
    peer_expect_status(peer, status);
    peer_expect(peer, "Content-Type: application/json\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_expect_next(peer, json);
    peer_expect(peer, "\"}");
}

static void post_bad(struct client *client, const char *payload)
{
    begin_post(client, strlen(payload));
    peer_say(client->post, payload);
    expect_error(client->post, 400, "{\"code\":3,\"message\":\"Bad request\"");
}

/* ------------------------------------------------------ the application */

/* One that remembers what it was told, with the echo of the genuine one. */
static char last_reason[64];
static int closed_count;

static void on_open(struct eio_session *session,
                    const struct http_request *request)
{
    assert_non_null(request);
    eio_session_set_user(session, session);
}

static void on_message(struct eio_session *session, bool is_binary,
                       struct slice data)
{
    assert_ptr_equal(eio_session_user(session), session);
    assert_null(session->why); /* nothing comes behind a close */
    if (slice_is(data, "close me"))
        eio_close(session, "forced server close");
    eio_send(session, is_binary, data);
}

static void on_closed(struct eio_session *session, const char *reason)
{
    assert_ptr_equal(eio_session_user(session), session);
    snprintf(last_reason, sizeof last_reason, "%s", reason);
    closed_count++;
}

static const struct eio_app listening_app = {
    .name = "test",
    .on_open = on_open,
    .on_message = on_message,
    .on_closed = on_closed,
};

static struct stage *with_app(void **state)
{
    struct stage *stage = *state;
    stage->server->engineio->app = &listening_app;
    last_reason[0] = '\0';
    closed_count = 0;
    return stage;
}

/* The session is gone, once, and for this reason. */
static void expect_closed(struct client *client, const char *reason)
{
    struct peer *peer = peer_new(client->stage);
    peer_settle(client->stage);
    assert_string_equal(last_reason, reason);
    assert_int_equal(closed_count, 1);
    assert_int_equal(eio_hub_count(client->stage->server->engineio), 0);
    peer_get(peer, target(client, "polling"));
    expect_error(peer, 400, "{\"code\":1,\"message\":\"Session ID unknown\"");
    assert_int_equal(client->stage->server->engineio->sessions.count, 0);
}

/* ------------------------------------------------------------- handshake */

static void a_handshake_by_polling_opens_a_session(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_get(peer, PATH "polling");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: text/plain; charset=UTF-8\r\n"
                      "Cache-Control: no-store\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_expect_next(peer, "0{\"sid\":\"");
    peer_expect(peer, "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                      "\"pingTimeout\":20000,\"maxPayload\":1000000}");
    peer_expect_silence(peer);
    assert_int_equal(eio_hub_count(stage->server->engineio), 1);
}

static void a_handshake_over_websocket_opens_a_session(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, PATH "websocket");
    peer_expect_message(peer, "\",\"upgrades\":[],\"pingInterval\":25000,"
                              "\"pingTimeout\":20000,\"maxPayload\":1000000}");
    peer_expect_silence(peer);
    assert_int_equal(eio_hub_count(stage->server->engineio), 1);
}

static void an_id_is_20_characters_that_may_stand_in_a_target(void **state)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-_";
    struct client one = open_polling(*state);
    for (int i = 0; i < 50; i++) {
        struct client other = open_polling(*state);
        assert_int_equal(strlen(other.sid), 20);
        assert_int_equal(strspn(other.sid, allowed), 20);
        assert_string_not_equal(one.sid, other.sid);
    }
}

static void what_can_be_set_is_told(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    stage->server->options.patience.ping_interval_ms = 300;
    stage->server->options.patience.ping_timeout_ms = 200;
    stage->server->options.max_payload = 77;
    peer_get(peer, PATH "polling");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"pingInterval\":300,\"pingTimeout\":200,"
                      "\"maxPayload\":77}");
}

static void what_is_wrong_with_a_handshake_is_told(void **state)
{
    static const struct {
        const char *target, *json;
    } wrong[] = {
        {"/engine.io/", "{\"code\":0,\"message\":\"Transport unknown\""},
        {"/engine.io/?EIO=4", "{\"code\":0,"},
        {"/engine.io/?EIO=4&transport=", "{\"code\":0,"},
        {"/engine.io/?EIO=4&transport=webtransport", "{\"code\":0,"},
        {PATH "polling&sid=x",
         "{\"code\":1,\"message\":\"Session ID unknown\""},
        {PATH "websocket", "{\"code\":3,\"message\":\"Bad request\""},
        {"/engine.io/?transport=polling",
         "{\"code\":5,\"message\":\"Unsupported protocol version\""},
        {"/engine.io/?EIO=3&transport=polling", "{\"code\":5,"},
        {"/engine.io/?EIO=44&transport=polling", "{\"code\":5,"},
    };
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        peer_get(peer, wrong[i].target);
        expect_error(peer, 400, wrong[i].json);
    }
    assert_int_equal(stage->server->engineio->sessions.count, 0);
}

static void a_handshake_by_another_method_is_400(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH",
                                          "TRACE"};
    struct peer *peer = peer_new(*state);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        peer_say(peer, methods[i]);
        peer_say(peer, " " PATH "polling HTTP/1.1\r\nHost: x\r\n\r\n");
        expect_error(peer, 400,
                     "{\"code\":2,\"message\":\"Bad handshake method\"");
    }
    peer_say(peer, "HEAD " PATH "polling HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_head(peer, 400);
    peer_say(peer, "OPTIONS " PATH "polling HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_head(peer, 204);
}

static void a_plain_websocket_is_told_where_to_go(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, peer_handshake("/engine.io/"));
    expect_error(
        peer, 400,
        "{\"code\":0,\"message\":\"Transport unknown\","
        "\"help\":\"this page speaks Engine.IO or Socket.IO: add EIO=4 and "
        "transport=polling or transport=websocket; a plain "
        "WebSocket is served at /websocket and /echo");
}

static void a_websocket_with_a_polling_handshake_is_400(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, peer_handshake(PATH "polling"));
    expect_error(peer, 400, "{\"code\":3,");
    peer_say(peer, peer_handshake("/engine.io/?transport=websocket"));
    expect_error(peer, 400, "{\"code\":5,");
}

static void pages_of_other_origins_are_403(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    static const char asked[] = "GET " PATH "polling HTTP/1.1\r\nHost: x\r\n"
                                "Origin: http://evil.example\r\n\r\n";
    peer_say(peer, asked);
    expect_error(peer, 403, "{\"code\":4,\"message\":\"Forbidden\"");
    peer_say(peer, "POST " PATH "polling&sid=x HTTP/1.1\r\nHost: x\r\n"
                   "Origin: http://evil.example\r\n\r\n");
    expect_error(peer, 403, "{\"code\":4,");
    stage->server->options.origins[stage->server->options.origin_count++] =
        "http://evil.example";
    peer_say(peer, asked);
    peer_expect_status(peer, 200);
    peer_expect(peer, "Access-Control-Allow-Origin: http://evil.example\r\n");
}

static void sessions_over_the_limit_are_503(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    stage->server->options.max_sessions = 1;
    struct client client = open_polling(stage);
    peer_get(peer, PATH "polling");
    peer_expect_status(peer, 503);
    peer_expect(peer, "Retry-After: ");
    peer_expect(peer, "\n\r\n");
    peer_expect(peer, "\n");
    peer_say(peer, peer_handshake(PATH "websocket"));
    peer_expect_head(peer, 503);
    post(&client, "1");
    open_polling(stage);
}

/* ------------------------------------------------------------- polling */

static void messages_come_back_by_polling(void **state)
{
    static const char *const payloads[] = {
        "4hello",
        ("4test1\x1e"
         "4test2\x1e"
         "4test3"),
        ("4hello\x1e"
         "bAQIDBA=="),
        "4",
        "b",
        "4\xe2\x82\xac",
    };
    struct client client = open_polling(*state);
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        post(&client, payloads[i]);
        poll_for(&client);
        expect_poll(&client, payloads[i]);
    }
    peer_expect_silence(client.get);
}

static void a_poll_waits_and_gets_what_one_turn_sends(void **state)
{
    struct client client = open_polling(*state);
    poll_for(&client);
    peer_expect_silence(client.get);
    eio_send(session_of(&client), false, slice_of("one"));
    eio_send(session_of(&client), true, slice_of("two"));
    eio_send(session_of(&client), false, slice_of("three"));
    expect_poll(&client, "4one\x1e"
                         "bdHdv\x1e"
                         "4three");
    peer_expect_silence(client.get);
}

static void what_is_sent_between_two_polls_waits(void **state)
{
    struct client client = open_polling(*state);
    eio_send(session_of(&client), false, slice_of("one"));
    peer_settle(client.stage);
    eio_send(session_of(&client), false, slice_of("two"));
    peer_settle(client.stage);
    poll_for(&client);
    expect_poll(&client, "4one\x1e"
                         "4two");
}

static void volatile_messages_need_a_poll_that_waits(void **state)
{
    struct client client = open_polling(*state);
    assert_false(eio_is_writable(session_of(&client)));
    poll_for(&client);
    assert_true(eio_is_writable(session_of(&client)));
    struct client other = open_websocket(*state);
    assert_true(eio_is_writable(session_of(&other)));
}

static void a_post_may_be_cut_anywhere(void **state)
{
    static const char payload[] = "4one\x1e"
                                  "bAQIDBA==\x1e"
                                  "4\xc3\xa9";
    char request[256];
    struct client client = open_polling(*state);
    int size =
        snprintf(request, sizeof request,
                 "POST %s HTTP/1.1\r\nHost: x\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 target(&client, "polling"), sizeof payload - 1, payload);
    for (size_t cut = 1; cut < (size_t)size; cut++) {
        peer_say_in_two(client.post, request, cut);
        expect_ok(&client);
        poll_for(&client);
        expect_poll(&client, payload);
    }
}

static void a_post_may_come_in_chunks(void **state)
{
    char head[256];
    struct client client = open_polling(*state);
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: x\r\n"
             "Transfer-Encoding: chunked\r\n\r\n",
             target(&client, "polling"));
    peer_say(client.post, head);
    peer_say_slowly(client.post, "3\r\n4he\r\n3\r\nllo\r\n0\r\n\r\n");
    expect_ok(&client);
    poll_for(&client);
    expect_poll(&client, "4hello");
}

static void a_second_poll_closes_the_session(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    peer_get(client.post, target(&client, "polling"));
    expect_error(client.post, 400, "{\"code\":3,");
    expect_poll(&client, "1");
    expect_closed(&client, "transport error");
}

static void a_second_post_closes_the_session(void **state)
{
    struct client client = open_polling(with_app(state));
    struct client second = client;
    second.post = peer_new(client.stage);
    begin_post(&client, 10);
    peer_say(client.post, "4");
    peer_settle(client.stage);
    post_bad(&second, "4hello");
    expect_error(client.post, 400, "{\"code\":3,");
    expect_closed(&client, "transport error");
}

static void who_leaves_a_poll_leaves_the_session(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    peer_close(client.get);
    peer_settle(client.stage);
    expect_closed(&client, "transport error");
}

static void a_post_that_breaks_off_closes_the_session(void **state)
{
    for (int is_reset = 0; is_reset < 2; is_reset++) {
        struct client client = open_polling(with_app(state));
        begin_post(&client, 10);
        peer_say(client.post, "4he");
        peer_settle(client.stage);
        if (is_reset)
            peer_reset(client.post);
        else
            peer_close(client.post);
        peer_settle(client.stage);
        expect_closed(&client, "transport error");
    }
}

static void what_is_no_payload_closes_the_session(void **state)
{
    static const char *const bad[] = {
        "",
        "abc",
        "7",
        "\x1e",
        "4a\x1e",
        "bAQI",
        "4\xff",
        ("4a\x1e"
         "x"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct client client = open_polling(with_app(state));
        poll_for(&client);
        post_bad(&client, bad[i]);
        peer_expect_head(client.get, 200);
        peer_expect(client.get, "1");
        expect_closed(&client, "parse error");
    }
}

static void what_comes_before_a_mistake_counts(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    post_bad(&client, "4one\x1e"
                      "4two\x1e"
                      "x\x1e"
                      "4three");
    expect_poll(&client, "4one\x1e"
                         "4two\x1e"
                         "1");
    expect_closed(&client, "parse error");
}

static void a_body_of_bytes_closes_the_session(void **state)
{
    char head[256];
    struct client client = open_polling(with_app(state));
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
             "Content-Type: Application/Octet-Stream; x=y\r\n\r\n4a",
             target(&client, "polling"));
    peer_say(client.post, head);
    expect_error(client.post, 400, "{\"code\":3,");
    expect_closed(&client, "transport error");
}

static void a_body_over_the_limit_is_413_and_no_more(void **state)
{
    struct client client = open_polling(with_app(state));
    client.stage->server->options.max_payload = 6;
    post(&client, "4hello");
    begin_post(&client, 7);
    peer_expect_status(client.post, 413);
    poll_for(&client);
    expect_poll(&client, "4hello");
    assert_int_equal(closed_count, 0);
}

static void a_ping_of_a_client_closes_the_session(void **state)
{
    struct client client = open_polling(with_app(state));
    post_bad(&client, "2");
    expect_closed(&client, "transport error");
    client = open_websocket(with_app(state));
    peer_say_frame(client.websocket, WS_TEXT, "2");
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "transport error");
}

static void packets_that_mean_nothing_are_passed_over(void **state)
{
    struct client client = open_polling(*state);
    post(&client, "6\x1e"
                  "5\x1e"
                  "0\x1e"
                  "4hello");
    poll_for(&client);
    expect_poll(&client, "4hello");
}

static void a_client_that_closes_ends_its_poll_with_a_noop(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    post(&client, "1");
    expect_poll(&client, "6");
    expect_closed(&client, "transport close");
}

static void what_comes_behind_a_close_is_dropped(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    post(&client, "4one\x1e"
                  "1\x1e"
                  "4two");
    expect_poll(&client, "4one\x1e"
                         "6");
    expect_closed(&client, "transport close");
}

static void requests_that_do_not_fit_the_session_are_400(void **state)
{
    char request[256];
    struct client client = open_polling(*state);
    snprintf(request, sizeof request, "/engine.io/?transport=polling&sid=%s",
             client.sid);
    peer_get(client.post, request);
    expect_error(client.post, 400, "{\"code\":3,");
    peer_get(client.post, target(&client, "websocket"));
    expect_error(client.post, 400, "{\"code\":3,");
    snprintf(request, sizeof request, "PUT %s HTTP/1.1\r\nHost: x\r\n\r\n",
             target(&client, "polling"));
    peer_say(client.post, request);
    expect_error(client.post, 400, "{\"code\":3,");
    post(&client, "4hello"); /* and it is still there */
    poll_for(&client);
    expect_poll(&client, "4hello");
}

static void who_does_not_poll_is_given_up_in_the_end(void **state)
{
    enum { SIZE = 64 * 1024 };
    static char text[SIZE];
    struct client client = open_polling(with_app(state));
    struct eio_session *session = session_of(&client);
    memset(text, 'x', SIZE);
    for (int i = 0; i <= OUT_LIMIT / SIZE && closed_count == 0; i++) {
        eio_send(session, false, (struct slice){text, SIZE});
        peer_settle(client.stage);
    }
    expect_closed(&client, "transport error");
}

/* ------------------------------------------------------------- WebSocket */

static void messages_come_back_over_websocket(void **state)
{
    struct client client = open_websocket(*state);
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
    peer_say_frame(client.websocket, WS_BINARY, "\x01\x02\x03");
    peer_expect_message(client.websocket, "\x01\x02\x03");
    peer_say_frame(client.websocket, WS_TEXT, "4");
    peer_expect_message(client.websocket, "4");
}

static void binary_messages_may_be_base64_over_websocket(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_upgrade(peer, PATH "websocket&b64=1");
    peer_expect_message(peer, "0{");
    peer_say_frame(peer, WS_TEXT, "bAQIDBA==");
    peer_expect_message(peer, "bAQIDBA==");
    peer_say_frame(peer, WS_BINARY, "\x01\x02\x03\x04");
    peer_expect_message(peer, "bAQIDBA==");
}

static void what_is_no_packet_closes_the_websocket(void **state)
{
    static const char *const bad[] = {"", "abc", "7", "bAQI"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct client client = open_websocket(with_app(state));
        peer_say_frame(client.websocket, WS_TEXT, bad[i]);
        peer_expect_close(client.websocket, WS_NORMAL);
        expect_closed(&client, "parse error");
    }
}

static void a_message_over_the_limit_is_1009(void **state)
{
    struct stage *stage = with_app(state);
    stage->server->options.max_payload = 6;
    struct client client = open_websocket(stage);
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
    peer_say_frame(client.websocket, WS_TEXT, "4hello!");
    peer_expect_close(client.websocket, WS_TOO_BIG);
    peer_close(client.websocket);
    peer_settle(stage);
    expect_closed(&client, "transport error");
}

static void a_client_may_close_by_packet_by_frame_or_by_leaving(void **state)
{
    struct client client = open_websocket(with_app(state));
    peer_say_frame(client.websocket, WS_TEXT, "1");
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "transport close");
    client = open_websocket(with_app(state));
    peer_say_close(client.websocket, WS_NORMAL);
    peer_expect_close(client.websocket, WS_NORMAL);
    peer_close(client.websocket);
    peer_settle(client.stage);
    expect_closed(&client, "transport close");
    client = open_websocket(with_app(state));
    peer_close(client.websocket);
    peer_settle(client.stage);
    expect_closed(&client, "transport close");
}

static void a_session_over_websocket_takes_no_polls_and_no_probe(void **state)
{
    struct client client = open_websocket(*state);
    struct peer *peer = peer_new(client.stage);
    peer_get(peer, target(&client, "polling"));
    expect_error(peer, 400, "{\"code\":3,");
    peer_upgrade(peer, target(&client, "websocket"));
    peer_expect_close(peer, WS_NORMAL);
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
}

static void a_slow_reader_is_closed(void **state)
{
    enum { SIZE = 64 * 1024 };
    static char text[SIZE];
    struct stage *stage = with_app(state);
    struct peer *peer = peer_new_small(stage);
    peer_upgrade(peer, PATH "websocket");
    peer_expect_message(peer, "0{");
    struct eio_session *session =
        CONTAINER(table_next(&stage->server->engineio->sessions, NULL),
                  struct eio_session, link);
    for (int i = 0; i < 64 && closed_count == 0; i++) {
        eio_send(session, true, (struct slice){text, SIZE});
        peer_settle(stage);
    }
    assert_string_equal(last_reason, "transport error");
    assert_int_equal(closed_count, 1);
}

/* ------------------------------------------------------------- heartbeat */

static void a_ping_comes_after_the_interval_and_wants_a_pong(void **state)
{
    struct client client = open_polling(*state);
    for (int i = 0; i < 3; i++) {
        poll_for(&client);
        loop_advance(client.stage->loop, PING_INTERVAL_MS - 1000);
        peer_expect_silence(client.get);
        loop_advance(client.stage->loop, 1000);
        expect_poll(&client, "2");
        loop_advance(client.stage->loop, PING_TIMEOUT_MS - 1000);
        client.post = peer_new(client.stage); /* idle ones are closed */
        post(&client, "3");
    }
    client = open_websocket(*state);
    for (int i = 0; i < 3; i++) {
        loop_advance(client.stage->loop, PING_INTERVAL_MS - 1000);
        peer_expect_silence(client.websocket);
        loop_advance(client.stage->loop, 1000);
        peer_expect_message(client.websocket, "2");
        loop_advance(client.stage->loop, PING_TIMEOUT_MS - 1000);
        peer_say_frame(client.websocket, WS_TEXT, "3");
        peer_settle(client.stage);
    }
}

static void who_does_not_answer_a_ping_is_closed(void **state)
{
    struct client client = open_polling(with_app(state));
    loop_advance(client.stage->loop, PING_INTERVAL_MS);
    poll_for(&client);
    expect_poll(&client, "2");
    poll_for(&client);
    loop_advance(client.stage->loop, PING_TIMEOUT_MS - 1000);
    peer_expect_silence(client.get);
    loop_advance(client.stage->loop, 1000);
    expect_poll(&client, "1");
    expect_closed(&client, "ping timeout");
    client = open_websocket(with_app(state));
    loop_advance(client.stage->loop, PING_INTERVAL_MS);
    peer_expect_message(client.websocket, "2");
    loop_advance(client.stage->loop, PING_TIMEOUT_MS);
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "ping timeout");
}

static void who_never_polls_is_closed_in_time(void **state)
{
    struct client client = open_polling(with_app(state));
    loop_advance(client.stage->loop, PING_INTERVAL_MS);
    peer_settle(client.stage);
    loop_advance(client.stage->loop, PING_TIMEOUT_MS);
    expect_closed(&client, "ping timeout");
}

static void a_message_puts_off_the_timeout_once(void **state)
{
    struct client client = open_websocket(with_app(state));
    loop_advance(client.stage->loop, PING_INTERVAL_MS);
    peer_expect_message(client.websocket, "2");
    for (int i = 0; i < 2; i++) {
        loop_advance(client.stage->loop, PING_TIMEOUT_MS - 1000);
        peer_say_frame(client.websocket, WS_TEXT, "4hello");
        peer_expect_message(client.websocket, "4hello");
    }
    assert_int_equal(closed_count, 0);
    loop_advance(client.stage->loop, 1000);
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "ping timeout");
}

static void a_heartbeat_cannot_be_turned_off(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    stage->server->options.patience = (struct ws_patience){0};
    peer_get(peer, PATH "polling");
    peer_expect_head(peer, 200);
    peer_expect(peer, "\"pingInterval\":25000,\"pingTimeout\":20000,");
}

/* ------------------------------------------------------------- the upgrade */

static void probe(struct client *client)
{
    peer_upgrade(client->websocket, target(client, "websocket"));
    peer_say_frame(client->websocket, WS_TEXT, "2probe");
    peer_expect_message(client->websocket, "3probe");
}

static void upgrade(struct client *client)
{
    peer_say_frame(client->websocket, WS_TEXT, "5");
    peer_settle(client->stage);
}

static void a_session_goes_over_to_websocket(void **state)
{
    struct client client = open_polling(*state);
    probe(&client);
    upgrade(&client);
    peer_expect_silence(client.websocket);
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
    assert_null(session_of(&client)->polls);
}

static void a_poll_that_waits_is_released_by_the_probe(void **state)
{
    struct client client = open_polling(*state);
    poll_for(&client);
    peer_expect_silence(client.get);
    probe(&client);
    expect_poll(&client, "6");
    poll_for(&client); /* another one, before the client pauses */
    peer_expect_silence(client.get);
    loop_advance(client.stage->loop, PROBED_POLL_MS);
    expect_poll(&client, "6");
}

static void what_waits_for_a_poll_follows_the_upgrade(void **state)
{
    struct client client = open_polling(*state);
    probe(&client);
    eio_send(session_of(&client), false, slice_of("one"));
    eio_send(session_of(&client), true, slice_of("two"));
    eio_send(session_of(&client), false,
             slice_of("a\x1ez")); /* its own fault */
    peer_settle(client.stage);
    eio_send(session_of(&client), false, slice_of("three"));
    peer_add_frame(client.websocket, WS_TEXT, "5");
    peer_say_frame(client.websocket, WS_TEXT, "4four");
    peer_expect_message(client.websocket, "4one");
    peer_expect_message(client.websocket, "two");
    peer_expect_message(client.websocket, "4a");
    peer_expect_message(client.websocket, "4three");
    peer_expect_message(client.websocket, "4four");
}

static void a_poll_at_the_upgrade_ends_with_a_noop(void **state)
{
    struct client client = open_polling(*state);
    probe(&client);
    poll_for(&client);
    upgrade(&client);
    expect_poll(&client, "6");
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
}

static void a_post_that_is_under_way_is_taken_after_the_upgrade(void **state)
{
    struct client client = open_polling(*state);
    probe(&client);
    begin_post(&client, strlen("4hello"));
    peer_say(client.post, "4hel");
    poll_for(&client);
    upgrade(&client);
    expect_poll(&client, "6");
    peer_say(client.post, "lo");
    expect_ok(&client);
    peer_expect_message(client.websocket, "4hello");
    assert_null(session_of(&client)->polls);
}

static void requests_after_the_upgrade_are_refused(void **state)
{
    struct client client = open_polling(*state);
    struct peer *other = peer_new(client.stage);
    probe(&client);
    upgrade(&client);
    peer_get(client.get, target(&client, "polling"));
    expect_error(client.get, 400, "{\"code\":3,");
    post_bad(&client, "4hello");
    peer_upgrade(other, target(&client, "websocket"));
    peer_expect_close(other, WS_NORMAL);
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
}

static void a_second_probe_is_refused(void **state)
{
    struct client client = open_polling(*state);
    struct peer *other = peer_new(client.stage);
    probe(&client);
    peer_upgrade(other, target(&client, "websocket"));
    peer_expect_close(other, WS_NORMAL);
    upgrade(&client);
    peer_say_frame(client.websocket, WS_TEXT, "4hello");
    peer_expect_message(client.websocket, "4hello");
}

/* Polls go on, and another probe may come. */
static void expect_still_polling(struct client *client)
{
    peer_settle(client->stage);
    assert_null(session_of(client)->polls->probe);
    post(client, "4hello");
    poll_for(client);
    expect_poll(client, "4hello");
    poll_for(client);
    loop_advance(client->stage->loop, PROBED_POLL_MS);
    peer_expect_silence(client->get);
    client->websocket = peer_new(client->stage);
    probe(client);
    expect_poll(client, "6");
    upgrade(client);
    peer_say_frame(client->websocket, WS_TEXT, "4hello");
    peer_expect_message(client->websocket, "4hello");
}

static void an_upgrade_that_stalls_is_dropped(void **state)
{
    struct client client = open_polling(*state);
    probe(&client);
    loop_advance(client.stage->loop, UPGRADE_MS - 1000);
    peer_expect_silence(client.websocket);
    loop_advance(client.stage->loop, 1000);
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_still_polling(&client);
}

static void a_probe_that_says_nothing_is_dropped(void **state)
{
    struct client client = open_polling(*state);
    peer_upgrade(client.websocket, target(&client, "websocket"));
    loop_advance(client.stage->loop, UPGRADE_MS);
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_still_polling(&client);
}

static void a_probe_that_leaves_is_forgotten(void **state)
{
    struct client client = open_polling(*state);
    probe(&client);
    peer_close(client.websocket);
    expect_still_polling(&client);
}

static void a_probe_that_says_something_else_is_dropped(void **state)
{
    static const char *const other[] = {"4hello", "2", "3", "1", "x", ""};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        struct client client = open_polling(*state);
        probe(&client);
        peer_say_frame(client.websocket, WS_TEXT, other[i]);
        peer_expect_close(client.websocket, WS_NORMAL);
        expect_still_polling(&client);
    }
}

static void a_session_that_ends_ends_its_probe(void **state)
{
    struct client client = open_polling(with_app(state));
    probe(&client);
    post(&client, "1");
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "transport close");
}

static void a_ping_may_cross_the_upgrade(void **state)
{
    struct client client = open_polling(with_app(state));
    loop_advance(client.stage->loop, PING_INTERVAL_MS);
    peer_settle(client.stage);
    client.websocket = peer_new(client.stage); /* idle ones are closed */
    probe(&client);
    upgrade(&client);
    peer_expect_message(client.websocket, "2");
    peer_say_frame(client.websocket, WS_TEXT, "3");
    peer_settle(client.stage);
    loop_advance(client.stage->loop, PING_TIMEOUT_MS);
    peer_settle(client.stage);
    assert_int_equal(closed_count, 0);
}

/* The server counts up while the client posts and polls and upgrades; each side
 * must see the other's numbers in order. */
static void send_number(struct client *client, int number)
{
    char text[16];
    snprintf(text, sizeof text, "s%d.", number);
    eio_send(session_of(client), number % 2 == 0, slice_of(text));
}

static void expect_number(struct client *client, int number)
{
    char text[16];
    snprintf(text, sizeof text, "s%d.", number);
    peer_expect_message(client->websocket, text);
}

static void nothing_is_lost_while_both_sides_talk(void **state)
{
    struct client client = open_polling(*state);
    send_number(&client, 0);
    poll_for(&client);
    expect_poll(&client, "bczAu");
    probe(&client);
    send_number(&client, 1);
    post(&client, "4c1");
    poll_for(&client);
    expect_poll(&client, "4s1.\x1e"
                         "4c1");
    send_number(&client, 2);
    post(&client, "4c2");
    send_number(&client, 3);
    peer_add_frame(client.websocket, WS_TEXT, "5");
    peer_say_frame(client.websocket, WS_TEXT, "4c3");
    expect_number(&client, 2);
    peer_expect_message(client.websocket, "4c2");
    expect_number(&client, 3);
    peer_expect_message(client.websocket, "4c3");
    for (int i = 4; i < 100; i++) {
        send_number(&client, i);
        expect_number(&client, i);
    }
}

/* ------------------------------------------------------ the server closes */

static void a_session_is_closed_behind_what_was_sent(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    eio_send(session_of(&client), false, slice_of("last"));
    eio_close(session_of(&client), "forced close");
    expect_poll(&client, "4last");
    poll_for(&client);
    expect_poll(&client, "1");
    expect_closed(&client, "forced close");
    client = open_websocket(with_app(state));
    eio_send(session_of(&client), false, slice_of("last"));
    eio_close(session_of(&client), "forced close");
    peer_expect_message(client.websocket, "4last");
    peer_expect_message(client.websocket, "1");
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "forced close");
}

static void what_was_sent_before_a_close_waits_for_a_poll(void **state)
{
    struct client client = open_polling(with_app(state));
    eio_send(session_of(&client), false, slice_of("last"));
    eio_close(session_of(&client), "forced close");
    eio_send(session_of(&client), false, slice_of("dropped"));
    peer_settle(client.stage);
    assert_int_equal(closed_count, 1);
    assert_int_equal(eio_hub_count(client.stage->server->engineio), 0);
    post(&client, "4dropped too"); /* the client does not know yet */
    poll_for(&client);
    expect_poll(&client, "4last");
    poll_for(&client);
    expect_poll(&client, "1");
    expect_closed(&client, "forced close");
}

static void a_session_that_is_closed_upgrades_no_more(void **state)
{
    struct client client = open_polling(with_app(state));
    probe(&client);
    eio_send(session_of(&client), false, slice_of("last"));
    eio_close(session_of(&client), "forced close");
    peer_expect_close(client.websocket, WS_NORMAL);
    upgrade(&client);
    poll_for(&client);
    expect_poll(&client, "4last");
    poll_for(&client);
    expect_poll(&client, "1");
    expect_closed(&client, "forced close");
}

static void a_close_that_nobody_fetches_is_forgotten(void **state)
{
    struct client client = open_polling(with_app(state));
    eio_close(session_of(&client), "forced close");
    peer_settle(client.stage);
    loop_advance(client.stage->loop, FAREWELL_MS);
    expect_closed(&client, "forced close");
}

static void an_application_may_close_while_it_is_called(void **state)
{
    struct client client = open_polling(with_app(state));
    poll_for(&client);
    post(&client, "4one\x1e"
                  "4close me\x1e"
                  "4two");
    expect_poll(&client, "4one");
    poll_for(&client);
    expect_poll(&client, "1");
    expect_closed(&client, "forced server close");
    client = open_websocket(with_app(state));
    peer_add_frame(client.websocket, WS_TEXT, "4one");
    peer_add_frame(client.websocket, WS_TEXT, "4close me");
    peer_say_frame(client.websocket, WS_TEXT, "4two");
    peer_expect_message(client.websocket, "4one");
    peer_expect_message(client.websocket, "1");
    peer_expect_close(client.websocket, WS_NORMAL);
    expect_closed(&client, "forced server close");
}

static void everybody_is_told_of_a_shutdown(void **state)
{
    struct stage *stage = with_app(state);
    struct client polling_client = open_polling(stage);
    struct client websocket_client = open_websocket(stage);
    struct client probing_client = open_polling(stage);
    poll_for(&polling_client);
    probe(&probing_client);
    server_shutdown(stage->server);
    expect_poll(&polling_client, "1");
    peer_expect_close(websocket_client.websocket, WS_GOING_AWAY);
    peer_expect_close(probing_client.websocket, WS_GOING_AWAY);
    peer_settle(stage);
    assert_int_equal(closed_count, 3);
    assert_string_equal(last_reason, "server shutting down");
}

/* ------------------------------------------------------------- for many */

static void messages_for_many_are_encoded_once(void **state)
{
    struct client polled = open_polling(*state);
    struct client framed = open_websocket(*state);
    struct eio_messages messages = {0};
    poll_for(&polled);
    eio_messages_add(&messages, false, slice_of("one"));
    eio_messages_add(&messages, true, slice_of("two"));
    eio_messages_add(&messages, false, slice_of("three"));
    assert_int_equal(buf_size(&messages.frames), 19);
    assert_memory_equal(buf_head(&messages.frames),
                        "\x81\x04"
                        "4one\x82\x03two\x81\x06"
                        "4three",
                        19);
    for (int i = 0; i < 2; i++) {
        eio_send_messages(session_of(&polled), &messages);
        eio_send_messages(session_of(&framed), &messages);
    }
    eio_messages_free(&messages);
    expect_poll(&polled, "4one\x1e"
                         "bdHdv\x1e"
                         "4three\x1e"
                         "4one\x1e"
                         "bdHdv\x1e"
                         "4three");
    for (int i = 0; i < 2; i++) {
        peer_expect_message(framed.websocket, "4one");
        peer_expect_message(framed.websocket, "two");
        peer_expect_message(framed.websocket, "4three");
    }
}

static void no_messages_are_no_packet(void **state)
{
    struct client client = open_polling(*state);
    struct eio_messages messages = {0};
    poll_for(&client);
    eio_send_messages(session_of(&client), &messages);
    peer_expect_silence(client.get);
    eio_send(session_of(&client), false, slice_of("one"));
    eio_send_messages(session_of(&client), &messages);
    expect_poll(&client, "4one");
}

/* ------------------------------------------------------------- its cost */

static void an_idle_session_over_websocket_costs_little(void **state)
{
    enum { OVERHEAD = 8 }; /* of malloc, rounded up to 16 */
    struct client client = open_polling(*state);
    probe(&client);
    upgrade(&client);
    const struct eio_session *session = session_of(&client);
    assert_null(session->polls);
    assert_int_equal(session->ws_conn->conn->in.capacity, 0);
    assert_int_equal(session->ws_conn->conn->out.capacity, 0);
    assert_true((sizeof *session + OVERHEAD + 15) / 16 * 16 <= 180);
}

/* ------------------------------------------------------------- the trace */

static void a_trace_spells_each_packet(void **state)
{
    static char caught[64 * 1024];
    static const char *const lines[] = {
        " > 0{\"sid\":\"",      " < 4hello\n",    " < bAQIDBA==\n",
        " > 4hello\n",          " > bAQIDBA==\n", " < 2probe\n",
        " > 3probe\n",          " < 5\n",         " < 4over websocket\n",
        " > 4over websocket\n",
    };
    FILE *catcher = tmpfile();
    int saved = dup(STDERR_FILENO);
    dup2(fileno(catcher), STDERR_FILENO);
    log_set(&(struct log_options){.level = LOG_TRACE});
    struct client client = open_polling(*state);
    post(&client, "4hello\x1e"
                  "bAQIDBA==");
    poll_for(&client);
    peer_expect_head(client.get, 200);
    probe(&client);
    upgrade(&client);
    peer_say_frame(client.websocket, WS_TEXT, "4over websocket");
    peer_expect_message(client.websocket, "4over websocket");
    log_set(&(struct log_options){.level = LOG_ERROR});
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(catcher);
    caught[fread(caught, 1, sizeof caught - 1, catcher)] = '\0';
    fclose(catcher);
    const char *at = caught;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *found = strstr(at, lines[i]);
        if (found == NULL)
            fail_msg("expected \"%s\" in:\n%s", lines[i], at);
        at = found;
    }
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(a_handshake_by_polling_opens_a_session),
    cmocka_unit_test(a_handshake_over_websocket_opens_a_session),
    cmocka_unit_test(an_id_is_20_characters_that_may_stand_in_a_target),
    cmocka_unit_test(what_can_be_set_is_told),
    cmocka_unit_test(what_is_wrong_with_a_handshake_is_told),
    cmocka_unit_test(a_handshake_by_another_method_is_400),
    cmocka_unit_test(a_plain_websocket_is_told_where_to_go),
    cmocka_unit_test(a_websocket_with_a_polling_handshake_is_400),
    cmocka_unit_test(pages_of_other_origins_are_403),
    cmocka_unit_test(sessions_over_the_limit_are_503),
    cmocka_unit_test(messages_come_back_by_polling),
    cmocka_unit_test(a_poll_waits_and_gets_what_one_turn_sends),
    cmocka_unit_test(what_is_sent_between_two_polls_waits),
    cmocka_unit_test(volatile_messages_need_a_poll_that_waits),
    cmocka_unit_test(a_post_may_be_cut_anywhere),
    cmocka_unit_test(a_post_may_come_in_chunks),
    cmocka_unit_test(a_second_poll_closes_the_session),
    cmocka_unit_test(a_second_post_closes_the_session),
    cmocka_unit_test(who_leaves_a_poll_leaves_the_session),
    cmocka_unit_test(a_post_that_breaks_off_closes_the_session),
    cmocka_unit_test(what_is_no_payload_closes_the_session),
    cmocka_unit_test(what_comes_before_a_mistake_counts),
    cmocka_unit_test(a_body_of_bytes_closes_the_session),
    cmocka_unit_test(a_body_over_the_limit_is_413_and_no_more),
    cmocka_unit_test(a_ping_of_a_client_closes_the_session),
    cmocka_unit_test(packets_that_mean_nothing_are_passed_over),
    cmocka_unit_test(a_client_that_closes_ends_its_poll_with_a_noop),
    cmocka_unit_test(what_comes_behind_a_close_is_dropped),
    cmocka_unit_test(requests_that_do_not_fit_the_session_are_400),
    cmocka_unit_test(who_does_not_poll_is_given_up_in_the_end),
    cmocka_unit_test(messages_come_back_over_websocket),
    cmocka_unit_test(binary_messages_may_be_base64_over_websocket),
    cmocka_unit_test(what_is_no_packet_closes_the_websocket),
    cmocka_unit_test(a_message_over_the_limit_is_1009),
    cmocka_unit_test(a_client_may_close_by_packet_by_frame_or_by_leaving),
    cmocka_unit_test(a_session_over_websocket_takes_no_polls_and_no_probe),
    cmocka_unit_test(a_slow_reader_is_closed),
    cmocka_unit_test(a_ping_comes_after_the_interval_and_wants_a_pong),
    cmocka_unit_test(who_does_not_answer_a_ping_is_closed),
    cmocka_unit_test(who_never_polls_is_closed_in_time),
    cmocka_unit_test(a_message_puts_off_the_timeout_once),
    cmocka_unit_test(a_heartbeat_cannot_be_turned_off),
    cmocka_unit_test(a_session_goes_over_to_websocket),
    cmocka_unit_test(a_poll_that_waits_is_released_by_the_probe),
    cmocka_unit_test(what_waits_for_a_poll_follows_the_upgrade),
    cmocka_unit_test(a_poll_at_the_upgrade_ends_with_a_noop),
    cmocka_unit_test(a_post_that_is_under_way_is_taken_after_the_upgrade),
    cmocka_unit_test(requests_after_the_upgrade_are_refused),
    cmocka_unit_test(a_second_probe_is_refused),
    cmocka_unit_test(an_upgrade_that_stalls_is_dropped),
    cmocka_unit_test(a_probe_that_says_nothing_is_dropped),
    cmocka_unit_test(a_probe_that_leaves_is_forgotten),
    cmocka_unit_test(a_probe_that_says_something_else_is_dropped),
    cmocka_unit_test(a_session_that_ends_ends_its_probe),
    cmocka_unit_test(a_ping_may_cross_the_upgrade),
    cmocka_unit_test(nothing_is_lost_while_both_sides_talk),
    cmocka_unit_test(a_session_is_closed_behind_what_was_sent),
    cmocka_unit_test(what_was_sent_before_a_close_waits_for_a_poll),
    cmocka_unit_test(a_session_that_is_closed_upgrades_no_more),
    cmocka_unit_test(a_close_that_nobody_fetches_is_forgotten),
    cmocka_unit_test(an_application_may_close_while_it_is_called),
    cmocka_unit_test(everybody_is_told_of_a_shutdown),
    cmocka_unit_test(messages_for_many_are_encoded_once),
    cmocka_unit_test(no_messages_are_no_packet),
    cmocka_unit_test(an_idle_session_over_websocket_costs_little),
    cmocka_unit_test(a_trace_spells_each_packet),
};

int main(void)
{
    return peer_run("Engine.IO", tests, sizeof tests / sizeof *tests);
}
