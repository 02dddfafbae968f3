#include "tests/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "server/application.h"
#include "server/socketio.h"
#include "server/socketio_parts.h"

/* ------------------------------------------------------------- helpers */

#define WEBSOCKET "/socket.io/?EIO=4&transport=websocket"
#define POLLING   "/socket.io/?EIO=4&transport=polling"

static struct sio *io_of(struct stage *stage)
{
    return stage->server->socketio;
}

/* A client that has joined nothing. */
static struct peer *open_client(struct stage *stage)
{
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, WEBSOCKET);
    peer_expect_message(peer, "0{\"sid\":\"");
    return peer;
}

static void say(struct peer *peer, const char *packet)
{
    peer_say_frame(peer, WS_TEXT, packet);
}

static void expect(struct peer *peer, const char *packet)
{
    peer_expect_message(peer, packet);
}

/* One that has joined this namespace: "/" or "/name,". */
static struct peer *join_client(struct stage *stage, const char *name)
{
    char packet[128];
    struct peer *peer = open_client(stage);
    snprintf(packet, sizeof packet, "40%s", strcmp(name, "/") ? name : "");
    say(peer, packet);
    snprintf(packet, sizeof packet, "40%s{\"sid\":\"",
             strcmp(name, "/") ? name : "");
    expect(peer, packet);
    return peer;
}

static void expect_closed(struct peer *peer)
{
    peer_expect_close_at_last(peer, WS_NORMAL);
}

/* What handlers note, one behind the other. */
enum { CHAT = 1 }; /* namespace that a server has by itself */

static struct buf noted;

static void note(const char *text)
{
    buf_append_text(&noted, text);
    buf_append_text(&noted, ";");
}

static void note_slice(struct slice text)
{
    buf_append_slice(&noted, text);
    buf_append_text(&noted, ";");
}

static void assert_noted(struct stage *stage, const char *expected)
{
    peer_settle(stage);
    buf_append(&noted, "", 1);
    assert_string_equal((char *)buf_head(&noted), expected);
    buf_free(&noted);
}

static void note_event(struct sio_socket *socket, const struct sio_event *event,
                       void *user)
{
    (void)socket;
    note(user != NULL ? user : "event");
    note_slice(event->name);
    note_slice(event->args.json);
}

static void note_disconnect(struct sio_socket *socket, const char *reason,
                            void *user)
{
    (void)user;
    assert_int_not_equal(socket->state, SIO_JOINED);
    note(reason);
}

/* The newest socket of a namespace. */
static struct sio_socket *newest;

static void note_socket(struct sio_socket *socket, void *user)
{
    (void)user;
    newest = socket;
    sio_on_disconnect(socket, note_disconnect, NULL);
}

/* A socket of a namespace whose handlers the test sets. */
static struct sio_socket *join_socket(struct stage *stage, struct peer **peer)
{
    struct sio_namespace *nsp = sio_of(io_of(stage), "/test");
    if (nsp->hooks == NULL)
        sio_on_connection(nsp, note_socket, NULL);
    *peer = join_client(stage, "/test,");
    return newest;
}

static struct sio_args args_of(const char *json)
{
    return (struct sio_args){.json = slice_of(json)};
}

static struct stage *with_application(void **state)
{
    struct stage *stage = *state;
    buf_free(&noted);
    application_start(io_of(stage));
    return stage;
}

static struct stage *with_recovery(void **state)
{
    struct stage *stage = with_application(state);
    io_of(stage)->recovery = sio_recovery_new(io_of(stage), 1000);
    return stage;
}

/* -------------------------------------------------- the default application */

static void a_client_that_connects_is_told_an_id_of_its_own(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = open_client(stage);
    say(peer, "40");
    expect(peer, "40{\"sid\":\"");
    expect(peer, "42[\"auth\",{}]");
    const struct sio_namespace *nsp = sio_of(io_of(stage), "/");
    assert_int_equal(nsp->count, 1);
    const struct sio_socket *socket = nsp->sockets[0];
    assert_int_equal(strlen(sio_id(socket)), 20);
    assert_string_not_equal(sio_id(socket),
                            eio_session_id(socket->client->session));
}

static void auth_is_what_connect_said(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = open_client(stage);
    say(peer, "40/custom,{ \"token\": \"123\" }");
    expect(peer, "40/custom,{\"sid\":\"");
    expect(peer, "42/custom,[\"auth\",{ \"token\": \"123\" }]");
    say(peer, "40{\"a\":[1]}");
    expect(peer, "40{\"sid\":\"");
    expect(peer, "42[\"auth\",{\"a\":[1]}]");
}

static struct peer *join_default(struct stage *stage)
{
    struct peer *peer = join_client(stage, "/");
    expect(peer, "42[\"auth\",{}]");
    return peer;
}

static void a_message_comes_back(void **state)
{
    struct peer *peer = join_default(with_application(state));
    say(peer, "42[\"message\",1,\"2\",{\"3\":[true]}]");
    expect(peer, "42[\"message-back\",1,\"2\",{\"3\":[true]}]");
    say(peer, "42[\"message\"]");
    expect(peer, "42[\"message-back\"]");
    say(peer, "42[\"\\u006dessage\",1.50]");
    expect(peer, "42[\"message-back\",1.50]");
}

static void a_message_is_acknowledged(void **state)
{
    struct peer *peer = join_default(with_application(state));
    say(peer, "42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
    expect(peer, "43456[1,\"2\",{\"3\":[false]}]");
    say(peer, "42[\"message-with-ack\",\"nobody asks\"]");
    say(peer, "420[\"message-with-ack\"]");
    expect(peer, "430[]");
}

static void attachments_come_back(void **state)
{
    struct peer *peer = join_default(with_application(state));
    say(peer, "452-[\"message\",{\"_placeholder\":true,\"num\":0},"
              "{\"_placeholder\":true,\"num\":1}]");
    peer_say_frame(peer, WS_BINARY, "\x01\x02");
    peer_say_frame(peer, WS_BINARY, "\x03");
    expect(peer, "452-[\"message-back\",{\"_placeholder\":true,\"num\":0},"
                 "{\"_placeholder\":true,\"num\":1}]");
    expect(peer, "\x01\x02");
    expect(peer, "\x03");
    say(peer, "451-7[\"message-with-ack\",{\"_placeholder\":true,\"num\":0}]");
    peer_say_frame(peer, WS_BINARY, "abc");
    expect(peer, "461-7[{\"_placeholder\":true,\"num\":0}]");
    expect(peer, "abc");
}

static void attachments_of_two_clients_do_not_mix(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *a = join_default(stage), *b = join_default(stage);
    say(a, "451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
    peer_settle(stage);
    say(b, "42[\"message\",1]");
    expect(b, "42[\"message-back\",1]");
    say(b, "451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
    peer_settle(stage);
    peer_say_frame(a, WS_BINARY, "of a");
    expect(a, "451-");
    expect(a, "of a");
    peer_say_frame(b, WS_BINARY, "of b");
    expect(b, "451-");
    expect(b, "of b");
}

static void what_nobody_handles_is_ignored(void **state)
{
    struct peer *peer = join_default(with_application(state));
    say(peer, "421[\"other\",1]");
    say(peer, "42[1,2]");
    say(peer, "43[\"of nothing\"]");
    say(peer, "4399[\"never asked\"]");
    say(peer, "422[\"message-with-ack\"]");
    expect(peer, "432[]");
}

/* ------------------------------------------------------------- CONNECT */

static void an_unknown_namespace_is_refused(void **state)
{
    struct peer *peer = open_client(with_application(state));
    say(peer, "40/random");
    expect(peer, "44/random,{\"message\":\"Invalid namespace\"}");
    say(peer, "40/custom?a=b,");
    expect(peer, "44/custom?a=b,{\"message\":\"Invalid namespace\"}");
    say(peer, "40");
    expect(peer, "40{\"sid\":\"");
}

/* What a client may not say, when it has joined the main namespace. */
static void what_makes_no_sense_closes_the_connection(void **state)
{
    struct stage *stage = with_application(state);
    static const char *const bad[] = {
        "40",                /* joined already */
        "42/custom,[\"a\"]", /* not joined */
        "41/custom,",
        "43/custom,1[]",
        "44{\"message\":\"no\"}", /* only we say that */
        "4abc",
        "42{}",
        "42abc[\"message-with-ack\",1]",
        "42[\"connect\"]",
        "451-[\"a\"",
        "4",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct peer *peer = join_default(stage);
        say(peer, bad[i]);
        expect_closed(peer);
    }
    struct peer *peer = join_default(stage);
    say(peer, "451-[\"a\"]");
    say(peer, "42[\"message\"]");
    expect_closed(peer);
    peer = join_default(stage);
    peer_say_frame(peer, WS_BINARY, "not due");
    expect_closed(peer);
    peer_settle(stage);
    assert_int_equal(sio_of(io_of(stage), "/")->count, 0);
}

static bool is_counted(struct slice name)
{
    return slice_starts_with(name, "/dyn-");
}

static void who_has_joined_nothing_may_only_connect(void **state)
{
    struct stage *stage = with_application(state);
    static const char *const early[] = {
        "42[\"message\",1]",
        "41",
        "430[]",
        "451-[\"message\",{\"_placeholder\":true,\"num\":0}]",
    };
    for (size_t i = 0; i < sizeof early / sizeof *early; i++) {
        struct peer *peer = open_client(stage);
        say(peer, early[i]);
        if (early[i][1] == '5')
            peer_say_frame(peer, WS_BINARY, "due");
        expect_closed(peer);
    }
}

static void answers_that_nobody_asked_for_are_ignored(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    say(peer, "430[1]");
    say(peer, "439007199254740991[]");
    say(peer, "42[\"message\",1]");
    expect(peer, "42[\"message-back\",1]");
}

static void who_goes_on_answering_what_nobody_asked_is_closed(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    for (int i = 0; i < SIO_UNASKED_MAX; i++)
        say(peer, "4317[]");
    say(peer, "42[\"message\",1]");
    expect(peer, "42[\"message-back\",1]");
    say(peer, "4317[]");
    expect_closed(peer);
}

static void what_is_nested_too_deeply_closes_the_connection(void **state)
{
    struct stage *stage = with_application(state);
    struct buf packet = {0};
    struct peer *peer = join_default(stage);
    buf_append_text(&packet, "42[\"message\",");
    for (int i = 0; i < 100000; i++)
        buf_append_text(&packet, "[");
    buf_append(&packet, "", 1);
    say(peer, (const char *)buf_head(&packet));
    buf_free(&packet);
    expect_closed(peer);
}

static void one_attachment_too_many_closes_the_connection(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    say(peer, "4511-[\"message\",{\"_placeholder\":true,\"num\":10}]");
    expect_closed(peer);
    peer = join_default(stage);
    say(peer, "452-[\"message\",{\"_placeholder\":true,\"num\":2}]");
    peer_say_frame(peer, WS_BINARY, "first");
    peer_say_frame(peer, WS_BINARY, "second, and there is no third");
    expect_closed(peer);
}

/* What never comes is waited for as long as the client is alive. */
static void
attachments_that_never_come_are_freed_with_their_client(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    say(peer, "452-[\"message\",{\"_placeholder\":true,\"num\":0}]");
    peer_say_frame(peer, WS_BINARY, "first");
    peer_settle(stage);
    loop_advance(stage->loop, PING_INTERVAL_MS);
    peer_expect_message(peer, "2");
    loop_advance(stage->loop, PING_TIMEOUT_MS);
    expect_closed(peer);
    assert_int_equal(sio_of(io_of(stage), "/")->count, 0);
}

static void ten_thousand_namespaces_are_as_many_as_are_in_use(void **state)
{
    struct stage *stage = with_application(state);
    /* under valgrind it takes long enough to be pinged */
    stage->server->options.patience.ping_interval_ms = 3600 * 1000;
    struct peer *peer = open_client(stage);
    char packet[64];
    sio_of_matching(io_of(stage), is_counted);
    for (int i = 0; i < 10000; i++) {
        snprintf(packet, sizeof packet, "40/dyn-%d,", i);
        say(peer, packet);
        expect(peer, packet);
        snprintf(packet, sizeof packet, "41/dyn-%d,", i);
        say(peer, packet);
    }
    peer_settle(stage);
    assert_int_equal(io_of(stage)->namespaces.count, CHAT + 2);
}

static void nothing_is_heard_behind_what_closes_a_connection(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    peer_add_frame(peer, WS_TEXT, "4abc");
    peer_add_frame(peer, WS_TEXT, "42[\"message\",1]");
    peer_say_frame(peer, WS_TEXT, "40/custom,");
    expect(peer, "1");
    peer_expect_close(peer, WS_NORMAL);
}

static void who_joins_nothing_is_closed_in_time(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *idle = open_client(stage);
    struct peer *refused = open_client(stage);
    struct peer *joined = join_default(stage);
    say(refused, "40/random");
    expect(refused, "44/random,");
    loop_advance(stage->loop, PING_INTERVAL_MS);
    expect(joined, "2");
    say(joined, "3");
    peer_settle(stage);
    loop_advance(stage->loop, JOIN_MS - PING_INTERVAL_MS);
    expect_closed(idle);
    expect_closed(refused);
    say(joined, "42[\"message\",1]");
    expect(joined, "42[\"message-back\",1]");
}

/* A ping that is answered in the meantime is no excuse. */
static void attachments_that_do_not_come_close_the_connection(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    loop_advance(stage->loop, PING_INTERVAL_MS);
    expect(peer, "2");
    say(peer, "451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
    peer_settle(stage);
    for (int pings = 0; pings < MESSAGE_MS / PING_INTERVAL_MS; pings++) {
        say(peer, "3");
        peer_settle(stage);
        loop_advance(stage->loop, PING_INTERVAL_MS);
        expect(peer, "2");
    }
    say(peer, "3");
    peer_settle(stage);
    loop_advance(stage->loop, MESSAGE_MS % PING_INTERVAL_MS);
    expect(peer, "1");
    expect_closed(peer);
}

static void who_left_may_stay_and_join_again(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    for (int i = 0; i < 3; i++) {
        say(peer, "41");
        peer_settle(stage);
        assert_int_equal(sio_of(io_of(stage), "/")->count, 0);
        peer_add_frame(peer, WS_TEXT, "40");
        peer_add_frame(peer, WS_TEXT, "41");
        peer_say_frame(peer, WS_TEXT, "40");
        expect(peer, "40{\"sid\":\"");
        expect(peer, "42[\"auth\",{}]");
        expect(peer, "40{\"sid\":\"");
        expect(peer, "42[\"auth\",{}]");
    }
}

static void one_client_is_in_so_many_namespaces(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = open_client(stage);
    sio_of_matching(io_of(stage), is_counted);
    for (int i = 0; i <= SIO_JOINED_MAX; i++) {
        char packet[32];
        snprintf(packet, sizeof packet, "40/dyn-%d,", i);
        say(peer, packet);
        if (i < SIO_JOINED_MAX)
            expect(peer, packet);
    }
    expect_closed(peer);
    peer_settle(stage);
    assert_int_equal(io_of(stage)->namespaces.count, CHAT + 2);
}

static void who_is_refused_too_often_is_closed(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = open_client(stage);
    for (int i = 0; i <= SIO_REFUSALS_MAX; i++) {
        say(peer, "40/no,");
        expect(peer, "44/no,{\"message\":\"Invalid namespace\"}");
    }
    expect_closed(peer);
}

static void a_name_that_is_long_is_of_no_namespace(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = open_client(stage);
    char packet[SIO_NAME_MAX + 32];
    sio_of_matching(io_of(stage), is_counted);
    memset(packet, 'x', sizeof packet);
    memcpy(packet, "40/dyn-", 7);
    packet[2 + SIO_NAME_MAX + 1] = '\0';
    say(peer, packet);
    expect(peer, ",{\"message\":\"Invalid namespace\"}");
    packet[2 + SIO_NAME_MAX] = '\0';
    say(peer, packet);
    expect(peer, ",{\"sid\":\"");
}

/* ------------------------------------------------------------- namespaces */

static const char *refuse_or_note(struct sio_socket *socket, struct buf *data,
                                  void *user)
{
    note(user);
    sio_emit(socket, "too early", args_of("1"));
    sio_join(socket, slice_of("blue"));
    if (!slice_is(sio_auth(socket), "{\"bad\":1}"))
        return NULL;
    buf_append_text(data, "{\"code\":401,\"detail\":\"é😀\"}");
    return "not \"authorized\"";
}

static void who_wants_in_is_judged_by_each_in_turn(void **state)
{
    struct stage *stage = with_application(state);
    struct sio_namespace *nsp = sio_of(io_of(stage), "/judged");
    struct peer *peer = open_client(stage);
    sio_use(nsp, refuse_or_note, "first");
    sio_use(nsp, refuse_or_note, "second");
    say(peer, "40/judged,{\"bad\":1}");
    expect(peer, "44/judged,{\"message\":\"not \\\"authorized\\\"\",\"data\":"
                 "{\"code\":401,\"detail\":\"é😀\"}}");
    assert_noted(stage, "first;");
    assert_int_equal(nsp->count, 0);
    assert_int_equal(nsp->rooms.count, 0);
    say(peer, "40/judged,");
    expect(peer, "40/judged,{\"sid\":\"");
    peer_expect_silence(peer);
    assert_noted(stage, "first;second;");
    assert_int_equal(sio_room_count(nsp->sockets[0]), 1);
}

static bool is_dyn_1(struct slice name)
{
    return slice_is(name, "/dyn-1");
}

static void emit_user(struct sio_socket *socket, void *user)
{
    sio_emit(socket, user, (struct sio_args){0});
}

static void namespaces_are_made_when_they_may_be(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = open_client(stage);
    sio_on_connection(sio_of_matching(io_of(stage), is_dyn_1), emit_user, "a");
    sio_on_connection(sio_of_matching(io_of(stage), is_counted), emit_user,
                      "b");
    say(peer, "40/dyn-1,");
    expect(peer, "40/dyn-1,{");
    expect(peer, "42/dyn-1,[\"a\"]");
    say(peer, "40/dyn-2,");
    expect(peer, "40/dyn-2,{");
    expect(peer, "42/dyn-2,[\"b\"]");
    say(peer, "40/dun-3,");
    expect(peer, "44/dun-3,");
    assert_int_equal(io_of(stage)->namespaces.count, CHAT + 4);
    say(peer, "41/dyn-1,");
    peer_settle(stage);
    assert_int_equal(io_of(stage)->namespaces.count, CHAT + 3);
    say(peer, "40/dyn-1,");
    expect(peer, "40/dyn-1,{");
    peer_close(peer);
    peer_settle(stage);
    assert_int_equal(io_of(stage)->namespaces.count, CHAT + 2);
}

static void one_connection_carries_several_namespaces(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = join_default(stage);
    say(peer, "40/custom,");
    expect(peer, "40/custom,{\"sid\":\"");
    expect(peer, "42/custom,[\"auth\",{}]");
    assert_int_equal(eio_hub_count(io_of(stage)->hub), 1);
    say(peer, "41/custom,");
    say(peer, "42[\"message\",1]");
    expect(peer, "42[\"message-back\",1]");
}

/* ------------------------------------------------------------- leaving */

static void a_socket_is_told_why_it_leaves(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    join_socket(stage, &peer);
    say(peer, "41/test,");
    assert_noted(stage, "client namespace disconnect;");
    join_socket(stage, &peer);
    peer_close(peer);
    assert_noted(stage, "transport close;");
    join_socket(stage, &peer);
    say(peer, "41"); /* not joined */
    assert_noted(stage, "forced server close;");
    join_socket(stage, &peer);
    say(peer, "4abc");
    assert_noted(stage, "forced close;");
    join_socket(stage, &peer);
    loop_advance(stage->loop, PING_INTERVAL_MS);
    peer_settle(stage);
    loop_advance(stage->loop, PING_TIMEOUT_MS);
    assert_noted(stage, "ping timeout;");
    join_socket(stage, &peer);
    eio_hub_shutdown(io_of(stage)->hub);
    assert_noted(stage, "server shutting down;");
}

static void a_socket_that_is_sent_away_is_told_so(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_disconnect(socket, false);
    sio_disconnect(socket, false);
    sio_emit(socket, "too late", args_of("1"));
    expect(peer, "41/test,");
    peer_expect_silence(peer);
    assert_noted(stage, "server namespace disconnect;");
    say(peer, "40/test,");
    expect(peer, "40/test,{\"sid\":\"");
}

static void every_namespace_is_told_before_the_connection_closes(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    say(peer, "40");
    expect(peer, "40{\"sid\":\"");
    expect(peer, "42[\"auth\",{}]");
    sio_disconnect(socket, true);
    expect(peer, "41");
    expect(peer, "41/test,");
    expect(peer, "1");
    peer_expect_close(peer, WS_NORMAL);
    assert_noted(stage, "server namespace disconnect;");
}

static void count_freed(void *data)
{
    (void)data;
    note("freed");
}

static void what_is_kept_with_a_socket_is_freed_with_it(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    int data = 7;
    sio_set_data(socket, &noted, count_freed);
    sio_set_data(socket, &data, count_freed);
    assert_ptr_equal(sio_data(socket), &data);
    assert_noted(stage, "freed;");
    peer_close(peer);
    assert_noted(stage, "transport close;freed;");
}

/* ------------------------------------------------------------- handlers */

static void
handlers_are_called_in_the_order_in_which_they_were_set(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_on(socket, "a", note_event, "1");
    sio_on(socket, "b", note_event, "2");
    sio_on(socket, "a", note_event, "3");
    sio_on_any(socket, note_event, "any");
    say(peer, "42/test,[\"a\",5]");
    assert_noted(stage, "any;a;5;1;a;5;3;a;5;");
    sio_off(socket, "a", note_event);
    sio_off_any(socket, note_event);
    sio_off(socket, "c", note_event);
    say(peer, "42/test,[\"a\",5]");
    assert_noted(stage, "3;a;5;");
    sio_off(socket, "a", note_event);
    say(peer, "42/test,[\"a\",5]");
    say(peer, "42/test,[\"b\",6]");
    assert_noted(stage, "2;b;6;");
}

static void take_off_all(struct sio_socket *socket,
                         const struct sio_event *event, void *user)
{
    note(user);
    sio_off(socket, "a", take_off_all);
    sio_off(socket, "a", note_event);
    for (int i = 0; i < 100; i++)
        sio_on(socket, "a", note_event, "new");
    for (int i = 0; i < 99; i++)
        sio_off(socket, "a", note_event);
    assert_true(slice_is(event->name, "a"));
}

static void
handlers_may_be_set_and_taken_off_while_they_are_called(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_on(socket, "a", take_off_all, "mine");
    sio_on(socket, "a", note_event, "gone");
    say(peer, "42/test,[\"a\",1]");
    assert_noted(stage, "mine;");
    say(peer, "42/test,[\"a\",2]");
    assert_noted(stage, "new;a;2;");
    assert_int_equal(socket->handlers->count, 1);
}

static void leave_and_go_on(struct sio_socket *socket,
                            const struct sio_event *event, void *user)
{
    (void)user;
    sio_emit(socket, "before", args_of("1"));
    sio_disconnect(socket, slice_is(event->args.json, "true"));
    sio_emit(socket, "after", args_of("1"));
    sio_ack(socket, event->ack, args_of("1"));
    sio_join(socket, slice_of("blue"));
    sio_on(socket, "a", note_event, NULL);
    note(sio_id(socket)[0] != '\0' ? "still there" : "");
}

static void a_handler_may_send_its_own_socket_away(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    for (int i = 0; i < 2; i++) {
        struct sio_socket *socket = join_socket(stage, &peer);
        sio_on(socket, "a", leave_and_go_on, NULL);
        sio_on(socket, "a", note_event, "not called");
        say(peer, i == 0 ? "42/test,1[\"a\",false]" : "42/test,1[\"a\",true]");
        expect(peer, "42/test,[\"before\",1]");
        expect(peer, "41/test,");
        assert_noted(stage, "server namespace disconnect;still there;");
        if (i == 0)
            peer_expect_silence(peer);
        else
            expect_closed(peer);
    }
    assert_int_equal(sio_of(io_of(stage), "/test")->rooms.count, 0);
}

static void send_away_at_once(struct sio_socket *socket, void *user)
{
    (void)user;
    sio_emit(socket, "hello", args_of("1"));
    sio_disconnect(socket, false);
}

static void who_is_sent_away_when_it_connects_was_connected(void **state)
{
    struct stage *stage = with_application(state);
    struct sio_namespace *nsp = sio_of(io_of(stage), "/short");
    struct peer *peer = open_client(stage);
    sio_on_connection(nsp, send_away_at_once, NULL);
    sio_on_connection(nsp, note_socket, NULL); /* not called */
    newest = NULL;
    say(peer, "40/short,");
    expect(peer, "40/short,{\"sid\":\"");
    expect(peer, "42/short,[\"hello\",1]");
    expect(peer, "41/short,");
    peer_expect_silence(peer);
    assert_null(newest);
}

/* ------------------------------------------------------------- rooms */

/* Three sockets, of which the first two are in blue, the second in red. */
struct three {
    struct stage *stage;
    struct sio_namespace *nsp;
    struct peer *peers[3];
    struct sio_socket *sockets[3];
};

static struct three three_sockets(void **state)
{
    struct three three = {.stage = with_application(state)};
    for (size_t i = 0; i < 3; i++)
        three.sockets[i] = join_socket(three.stage, &three.peers[i]);
    three.nsp = sio_of(io_of(three.stage), "/test");
    sio_join(three.sockets[0], slice_of("blue"));
    sio_join(three.sockets[1], slice_of("blue"));
    sio_join(three.sockets[1], slice_of("red"));
    return three;
}

/* Broadcast; `who` says by a digit for each socket how many times it hears. */
static void assert_heard(struct three *three, const struct sio_to *to,
                         const char *who)
{
    sio_broadcast(to, "hi", args_of("1"));
    for (size_t i = 0; i < 3; i++) {
        if (who[i] == '1')
            expect(three->peers[i], "42/test,[\"hi\",1]");
        peer_expect_silence(three->peers[i]);
    }
}

static void a_broadcast_is_heard_by_those_that_are_meant(void **state)
{
    struct three three = three_sockets(state);
    struct slice blue = slice_of("blue"), both[] = {blue, slice_of("red")};
    struct slice third = slice_of(sio_id(three.sockets[2]));
    struct sio_to all = {.nsp = three.nsp}, to;
    assert_heard(&three, &all, "111");
    to = (struct sio_to){.nsp = three.nsp, .sender = three.sockets[1]};
    assert_heard(&three, &to, "101");
    to = (struct sio_to){.nsp = three.nsp, .rooms = both, .room_count = 2};
    assert_heard(&three, &to, "110");
    to.sender = three.sockets[0];
    assert_heard(&three, &to, "010");
    to = (struct sio_to){.nsp = three.nsp,
                         .rooms = &blue,
                         .room_count = 1,
                         .except = &both[1],
                         .except_count = 1};
    assert_heard(&three, &to, "100");
    to = (struct sio_to){.nsp = three.nsp, .except = both, .except_count = 2};
    assert_heard(&three, &to, "001");
    to = (struct sio_to){.nsp = three.nsp, .rooms = &third, .room_count = 1};
    assert_heard(&three, &to, "001");
    to = (struct sio_to){.nsp = three.nsp, .except = &third, .except_count = 1};
    assert_heard(&three, &to, "110");
    struct slice nobody = slice_of("nobody");
    to = (struct sio_to){.nsp = three.nsp, .rooms = &nobody, .room_count = 1};
    assert_heard(&three, &to, "000");
}

static void a_room_has_who_joined_and_has_not_left(void **state)
{
    struct three three = three_sockets(state);
    struct slice blue = slice_of("blue");
    struct sio_to to = {.nsp = three.nsp, .rooms = &blue, .room_count = 1};
    sio_join(three.sockets[0], blue); /* once more */
    assert_int_equal(sio_room_count(three.sockets[0]), 1);
    assert_int_equal(sio_room_count(three.sockets[1]), 2);
    sio_leave(three.sockets[0], blue);
    sio_leave(three.sockets[0], blue);
    sio_leave(three.sockets[0], slice_of("never was"));
    assert_heard(&three, &to, "010");
    sio_join(three.sockets[2], blue);
    assert_heard(&three, &to, "011");
    peer_close(three.peers[1]);
    peer_settle(three.stage);
    sio_broadcast(&to, "hi", args_of("1"));
    expect(three.peers[2], "42/test,[\"hi\",1]");
    assert_int_equal(three.nsp->rooms.count, 1);
    sio_leave(three.sockets[2], blue);
    assert_int_equal(three.nsp->rooms.count, 0);
    assert_int_equal(three.nsp->memberships.count, 0);
}

static void a_room_may_have_any_name(void **state)
{
    struct three three = three_sockets(state);
    struct slice odd[] = {{"\0,\"", 3}, {"", 0}};
    struct slice second = slice_of(sio_id(three.sockets[1]));
    struct sio_to to = {.nsp = three.nsp, .rooms = odd, .room_count = 2};
    sio_join(three.sockets[0], odd[0]);
    sio_join(three.sockets[2], odd[1]);
    assert_heard(&three, &to, "101");
    sio_join(three.sockets[0], second); /* whose own room it is */
    to = (struct sio_to){.nsp = three.nsp, .rooms = &second, .room_count = 1};
    assert_heard(&three, &to, "110");
    sio_join(three.sockets[1], second);
    assert_int_equal(sio_room_count(three.sockets[1]), 2);
}

static void who_left_hears_nothing_in_whatever_order(void **state)
{
    struct three three = three_sockets(state);
    struct sio_to all = {.nsp = three.nsp};
    peer_close(three.peers[0]);
    peer_settle(three.stage);
    peer_close(three.peers[2]);
    peer_settle(three.stage);
    assert_int_equal(three.nsp->count, 1);
    sio_broadcast(&all, "hi", args_of("1"));
    expect(three.peers[1], "42/test,[\"hi\",1]");
}

static void a_broadcast_carries_attachments(void **state)
{
    struct three three = three_sockets(state);
    struct slice buffer = slice_of("bytes");
    struct sio_args args = {slice_of("{\"_placeholder\":true,\"num\":0}"),
                            &buffer, 1};
    sio_broadcast(&(struct sio_to){.nsp = three.nsp}, "data", args);
    for (size_t i = 0; i < 3; i++) {
        expect(three.peers[i],
               "451-/test,[\"data\",{\"_placeholder\":true,\"num\":0}]");
        expect(three.peers[i], "bytes");
    }
}

static void a_socket_is_found_by_its_id(void **state)
{
    struct three three = three_sockets(state);
    struct slice id = slice_of(sio_id(three.sockets[1]));
    char copy[ID_SIZE];
    memcpy(copy, id.data, sizeof copy);
    assert_ptr_equal(sio_find(three.nsp, id), three.sockets[1]);
    assert_null(sio_find(sio_of(io_of(three.stage), "/"), id));
    peer_close(three.peers[1]);
    peer_settle(three.stage);
    assert_null(sio_find(three.nsp, slice_of(copy)));
}

static void send_all_away(struct sio_socket *socket, void *user)
{
    struct three *three = user;
    note("visited");
    sio_join(socket, slice_of("green"));
    sio_broadcast(&(struct sio_to){.nsp = three->nsp}, "bye",
                  (struct sio_args){0});
    for (size_t i = 0; i < 3; i++)
        sio_disconnect(three->sockets[i], i == 1);
}

static void who_is_visited_may_send_everybody_away(void **state)
{
    struct three three = three_sockets(state);
    sio_each(&(struct sio_to){.nsp = three.nsp}, send_all_away, &three);
    for (size_t i = 0; i < 3; i++) {
        expect(three.peers[i], "42/test,[\"bye\"]");
        expect(three.peers[i], "41/test,");
    }
    assert_noted(three.stage, "visited;server namespace disconnect;"
                              "server namespace disconnect;"
                              "server namespace disconnect;");
}

static void broadcast_end(struct sio_socket *socket, const char *reason,
                          void *user)
{
    struct slice blue = slice_of("blue");
    (void)user;
    (void)reason;
    assert_int_equal(sio_room_count(socket), 1);
    sio_broadcast(&(struct sio_to){.nsp = sio_namespace_of(socket),
                                   .rooms = &blue,
                                   .room_count = 1},
                  "left", (struct sio_args){0});
}

static void who_leaves_is_still_in_its_rooms(void **state)
{
    struct three three = three_sockets(state);
    sio_on_disconnect(three.sockets[0], broadcast_end, NULL);
    sio_disconnect(three.sockets[0], false);
    expect(three.peers[0], "41/test,");
    expect(three.peers[1], "42/test,[\"left\"]");
    peer_expect_silence(three.peers[0]);
    peer_expect_silence(three.peers[2]);
}

/* ------------------------------------------------------------- volatile */

static void what_is_volatile_does_not_wait_for_a_poll(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer = peer_new(stage);
    char target[128], post[256];
    peer_get(peer, POLLING);
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "0{\"sid\":\"");
    snprintf(target, sizeof target, POLLING "&sid=%.20s",
             (char *)buf_head(&peer->got));
    peer_expect(peer, "}");
    snprintf(post, sizeof post,
             "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n40",
             target);
    peer_say(peer, post);
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "ok");
    struct sio_namespace *nsp = sio_of(io_of(stage), "/");
    struct sio_to to = {.nsp = nsp, .is_volatile = true};
    sio_emit_volatile(nsp->sockets[0], "lost", args_of("1"));
    sio_broadcast(&to, "lost", args_of("2"));
    peer_get(peer, target);
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "40{\"sid\":\"");
    peer_expect(peer, "\x1e"
                      "42[\"auth\",{}]");
    peer_get(peer, target);
    peer_expect_silence(peer);
    sio_emit_volatile(nsp->sockets[0], "kept", args_of("3"));
    sio_broadcast(&to, "kept", args_of("4"));
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "42[\"kept\",3]\x1e"
                           "42[\"kept\",4]");
    peer_expect_silence(peer);
}

/* ------------------------------------------------------------- questions */

static void note_answer(struct sio_socket *socket,
                        const struct sio_args *answer, void *user)
{
    assert_non_null(socket);
    note(user != NULL ? user : "answer");
    note_slice(answer != NULL ? answer->json : slice_of("none"));
}

static void a_question_is_answered_once(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_ask(socket, "q", args_of("1"), 0, note_answer, "a");
    sio_ask(socket, "q", args_of("2"), 500, note_answer, "b");
    expect(peer, "42/test,0[\"q\",1]");
    expect(peer, "42/test,1[\"q\",2]");
    say(peer, "43/test,1[\"yes\",{}]");
    say(peer, "43/test,1[\"again\"]");
    say(peer, "43/test,7[\"never asked\"]");
    say(peer, "43/test,[\"of nothing\"]");
    say(peer, "43/test,0[]");
    assert_noted(stage, "b;\"yes\",{};a;;");
    loop_advance(stage->loop, 1000);
    assert_noted(stage, "");
}

static void a_question_has_its_time(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_ask(socket, "q", args_of("1"), 500, note_answer, "a");
    sio_ask(socket, "q", args_of("2"), 0, note_answer, "b");
    peer_settle(stage);
    loop_advance(stage->loop, 500);
    assert_noted(stage, "a;none;");
    say(peer, "43/test,0[\"late\"]");
    assert_noted(stage, "");
    peer_close(peer);
    assert_noted(stage, "b;none;transport close;");
}

static void who_is_gone_is_asked_in_vain(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_ask(socket, "q", args_of("1"), 500, note_answer, "a");
    sio_disconnect(socket, false);
    sio_ask(socket, "q", args_of("1"), 500, note_answer, "b");
    assert_noted(stage, "a;none;server namespace disconnect;b;none;");
}

static void leave_at_answer(struct sio_socket *socket,
                            const struct sio_args *answer, void *user)
{
    note(answer != NULL ? "answer" : "none");
    sio_disconnect(socket, true);
    (void)user;
}

static void an_answer_may_send_its_socket_away(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_ask(socket, "q", args_of("1"), 500, leave_at_answer, NULL);
    sio_ask(socket, "q", args_of("2"), 500, leave_at_answer, NULL);
    say(peer, "43/test,0[]");
    assert_noted(stage, "answer;none;server namespace disconnect;");
}

static void so_many_questions_wait_for_an_answer(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    for (int i = 0; i < SIO_QUESTIONS_MAX; i++)
        sio_ask(socket, "q", args_of("1"), 0, note_answer, "early");
    assert_noted(stage, "");
    sio_ask(socket, "q", args_of("1"), 0, note_answer, "too many");
    assert_noted(stage, "too many;none;");
    say(peer, "43/test,3[3]");
    assert_noted(stage, "early;3;");
    sio_ask(socket, "q", args_of("1"), 0, note_answer, "fits");
    assert_noted(stage, "");
    peer_close(peer);
    peer_settle(stage);
    buf_free(&noted);
}

static void an_answer_may_have_attachments(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_ask(socket, "q", args_of("1"), 0, note_answer, "a");
    say(peer, "461-/test,0[{\"_placeholder\":true,\"num\":0}]");
    assert_noted(stage, "");
    peer_say_frame(peer, WS_BINARY, "bytes");
    assert_noted(stage, "a;{\"_placeholder\":true,\"num\":0};");
}

static void note_answers(bool is_complete, struct slice answers, void *user)
{
    (void)user;
    note(is_complete ? "complete" : "incomplete");
    note_slice(answers);
}

static void many_are_asked_at_once(void **state)
{
    struct three three = three_sockets(state);
    struct slice blue = slice_of("blue");
    struct sio_to to = {.nsp = three.nsp, .rooms = &blue, .room_count = 1};
    sio_broadcast_ask(&to, "q", args_of("1"), 500, note_answers, NULL);
    expect(three.peers[0], "42/test,0[\"q\",1]");
    expect(three.peers[1], "42/test,0[\"q\",1]");
    peer_expect_silence(three.peers[2]);
    say(three.peers[0], "43/test,0[\"a\",2]");
    say(three.peers[0], "43/test,0[\"twice\"]");
    say(three.peers[2], "43/test,0[\"not asked\"]");
    assert_noted(three.stage, "");
    say(three.peers[1], "43/test,0[]");
    assert_noted(three.stage, "complete;[\"a\",null];");
    loop_advance(three.stage->loop, 500);
    assert_noted(three.stage, "");
}

static void who_does_not_answer_is_left_out(void **state)
{
    struct three three = three_sockets(state);
    struct sio_to to = {.nsp = three.nsp};
    sio_broadcast_ask(&to, "q", args_of("1"), 500, note_answers, NULL);
    peer_settle(three.stage);
    say(three.peers[0], "43/test,0[{\"a\":1}]");
    peer_settle(three.stage);
    peer_close(three.peers[1]);
    assert_noted(three.stage, "transport close;");
    loop_advance(three.stage->loop, 500);
    assert_noted(three.stage, "incomplete;[{\"a\":1}];");
    say(three.peers[2], "43/test,0[\"late\"]");
    assert_noted(three.stage, "");
    to.sender = NULL;
    to.rooms = &(struct slice){"nobody", 6};
    to.room_count = 1;
    sio_broadcast_ask(&to, "q", args_of("1"), 500, note_answers, NULL);
    assert_noted(three.stage, "complete;[];");
}

/* ------------------------------------------------------------- recovery */

/* What CONNECT was answered with, and the newest offset. */
struct ticket {
    char pid[ID_SIZE], id[ID_SIZE], offset[SIO_OFFSET_SIZE];
};

static struct ticket place_of(const struct sio_socket *socket)
{
    struct ticket place;
    const struct sio_recovery *recovery = socket->nsp->io->recovery;
    memcpy(place.pid, socket->ticket->pid, ID_SIZE);
    memcpy(place.id, socket->id, ID_SIZE);
    sio_newest_offset(recovery, place.offset);
    return place;
}

/* CONNECT to /test with this place. */
static struct peer *come_back(struct stage *stage, const struct ticket *place)
{
    char packet[256];
    struct peer *peer = open_client(stage);
    snprintf(packet, sizeof packet,
             "40/test,{\"pid\":\"%s\",\"offset\":\"%s\"}", place->pid,
             place->offset);
    say(peer, packet);
    return peer;
}

static void expect_recovered(struct peer *peer, const struct ticket *place)
{
    char packet[256];
    snprintf(packet, sizeof packet, "40/test,{\"sid\":\"%s\",\"pid\":\"%s\"}",
             place->id, place->pid);
    expect(peer, packet);
    assert_true(sio_is_recovered(newest));
}

static void expect_new(struct peer *peer, const struct ticket *place)
{
    expect(peer, "40/test,{\"sid\":\"");
    assert_false(sio_is_recovered(newest));
    assert_string_not_equal(newest->id, place->id);
    assert_string_not_equal(newest->ticket->pid, place->pid);
}

static void every_event_carries_its_offset(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    char expected[128];
    sio_emit(socket, "a", (struct sio_args){0});
    snprintf(expected, sizeof expected, "42/test,[\"a\",\"%s\"]",
             place_of(socket).offset);
    expect(peer, expected);
    sio_broadcast(&(struct sio_to){.nsp = socket->nsp}, "b", args_of("1"));
    snprintf(expected, sizeof expected, "42/test,[\"b\",1,\"%s\"]",
             place_of(socket).offset);
    expect(peer, expected);
    sio_emit_volatile(socket, "c", args_of("1"));
    expect(peer, "42/test,[\"c\",1]");
    sio_ask(socket, "d", args_of("1"), 500, note_answer, NULL);
    expect(peer, "42/test,0[\"d\",1]");
}

static void who_comes_back_is_who_it_was_and_gets_what_it_missed(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    int data = 7;
    struct sio_socket *socket = join_socket(stage, &peer);
    struct sio_namespace *nsp = socket->nsp;
    struct slice rooms[] = {slice_of("blue"), slice_of("red")};
    sio_join(socket, rooms[0]);
    sio_join(socket, rooms[1]);
    sio_set_data(socket, &data, count_freed);
    sio_emit(socket, "seen", args_of("0"));
    struct ticket place = place_of(socket);
    sio_emit(socket, "lost on its way", args_of("1"));
    struct slice id = slice_of(place.id), other = slice_of("other");
    peer_close(peer);
    assert_noted(stage, "transport close;");
    sio_broadcast(&(struct sio_to){.nsp = nsp}, "all", args_of("2"));
    sio_broadcast(&(struct sio_to){.nsp = nsp, .rooms = rooms, .room_count = 2},
                  "both", args_of("3"));
    sio_broadcast(
        &(struct sio_to){.nsp = nsp, .except = rooms, .except_count = 1},
        "not blue", args_of("4"));
    sio_broadcast(
        &(struct sio_to){.nsp = nsp, .rooms = &other, .room_count = 1}, "other",
        args_of("5"));
    sio_broadcast(&(struct sio_to){.nsp = nsp, .is_volatile = true}, "volatile",
                  args_of("6"));
    sio_broadcast(&(struct sio_to){.nsp = sio_of(io_of(stage), "/")},
                  "elsewhere", args_of("7"));
    sio_broadcast(&(struct sio_to){.nsp = nsp, .rooms = &id, .room_count = 1},
                  "own", args_of("8"));
    peer = come_back(stage, &place);
    expect_recovered(peer, &place);
    expect(peer, "42/test,[\"lost on its way\",1,\"");
    expect(peer, "42/test,[\"all\",2,\"");
    expect(peer, "42/test,[\"both\",3,\"");
    expect(peer, "42/test,[\"own\",8,\"");
    peer_expect_silence(peer);
    assert_ptr_equal(sio_data(newest), &data);
    assert_int_equal(sio_room_count(newest), 2);
    assert_noted(stage, "");
}

static void a_place_is_good_for_a_time(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_set_data(socket, socket, count_freed);
    sio_emit(socket, "a", args_of("1"));
    struct ticket place = place_of(socket);
    peer_reset(peer);
    peer_settle(stage);
    expect_recovered(peer = come_back(stage, &place), &place);
    peer_reset(peer);
    peer_settle(stage);
    buf_free(&noted);
    loop_advance(stage->loop, 1000);
    assert_noted(stage, "freed;");
    expect_new(come_back(stage, &place), &place);
}

static void who_comes_back_need_not_be_known_to_be_gone(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *lost, *peer;
    struct sio_socket *socket = join_socket(stage, &lost);
    sio_emit(socket, "seen", args_of("0"));
    struct ticket place = place_of(socket);
    sio_emit(socket, "lost on its way", args_of("1"));
    peer = come_back(stage, &place);
    expect_recovered(peer, &place);
    expect(peer, "42/test,[\"lost on its way\",1,\"");
    peer_expect_silence(peer);
    assert_noted(stage, "transport close;");
    expect_closed(lost);
    assert_int_equal(eio_hub_count(io_of(stage)->hub), 1);
}

static void who_is_in_another_namespace_stays_there(void **state)
{
    struct stage *stage = with_recovery(state);
    struct sio_namespace *root = sio_of(io_of(stage), "/");
    join_client(stage, "/");
    struct ticket place = place_of(root->sockets[0]);
    sio_on_connection(sio_of(io_of(stage), "/test"), note_socket, NULL);
    expect_new(come_back(stage, &place), &place);
    assert_int_equal(root->count, 1);
}

static void a_place_that_is_not_known_is_a_new_one(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_emit(socket, "a", args_of("1"));
    struct ticket place = place_of(socket), wrong = place;
    peer_close(peer);
    peer_settle(stage);
    memset(wrong.pid, 'x', ID_SIZE - 1);
    expect_new(come_back(stage, &wrong), &place);
    wrong = place;
    strcat(wrong.offset, "9");
    expect_new(come_back(stage, &wrong), &place);
    wrong = place;
    wrong.offset[0] ^= 1;
    expect_new(come_back(stage, &wrong), &place);
    peer = open_client(stage);
    say(peer, "40/test,{\"pid\":7,\"offset\":[]}");
    expect_new(peer, &place);
    expect_recovered(come_back(stage, &place), &place);
}

static void who_left_or_was_sent_away_does_not_come_back(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    for (int i = 0; i < 2; i++) {
        struct sio_socket *socket = join_socket(stage, &peer);
        sio_emit(socket, "a", args_of("1"));
        struct ticket place = place_of(socket);
        if (i == 0)
            sio_disconnect(socket, false);
        else
            say(peer, "41/test,");
        peer_settle(stage);
        expect_new(come_back(stage, &place), &place);
    }
}

static void who_comes_back_is_not_judged_again(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_emit(socket, "a", args_of("1"));
    struct ticket place = place_of(socket);
    peer_close(peer);
    assert_noted(stage, "transport close;");
    sio_use(sio_of(io_of(stage), "/test"), refuse_or_note, "judged");
    expect_recovered(come_back(stage, &place), &place);
    assert_noted(stage, "");
}

static void events_are_kept_up_to_a_number(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_emit(socket, "a", args_of("1"));
    struct ticket place = place_of(socket);
    struct sio_to elsewhere = {.nsp = sio_of(io_of(stage), "/")};
    peer_close(peer);
    peer_settle(stage);
    for (int i = 0; i <= SIO_KEPT_EVENTS; i++)
        sio_broadcast(&elsewhere, "b", args_of("1"));
    expect_new(come_back(stage, &place), &place);
}

static void keep_another(struct sio_socket *socket)
{
    id_make(socket->ticket->pid);
    sio_await(socket);
    sio_keep(socket, "transport close");
}

static void sockets_are_kept_up_to_a_number(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_set_data(socket, socket, count_freed);
    sio_keep(socket, "transport close");
    for (int i = 1; i < SIO_KEPT_SOCKETS; i++)
        keep_another(socket);
    assert_noted(stage, "");
    keep_another(socket);
    assert_noted(stage, "freed;");
    sio_await(socket);
}

static void without_recovery_nothing_is_numbered(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    assert_null(socket->ticket);
    sio_emit(socket, "a", args_of("1"));
    expect(peer, "42/test,[\"a\",1]");
}

/* ------------------------------------------------------------- cost */

static void an_idle_client_costs_little(void **state)
{
    (void)state;
    assert_true(sizeof(struct sio_client) <= 184);
    assert_true(sizeof(struct sio_handlers) + 2 * sizeof(struct sio_handler) <=
                72);
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(a_client_that_connects_is_told_an_id_of_its_own),
    cmocka_unit_test(auth_is_what_connect_said),
    cmocka_unit_test(a_message_comes_back),
    cmocka_unit_test(a_message_is_acknowledged),
    cmocka_unit_test(attachments_come_back),
    cmocka_unit_test(attachments_of_two_clients_do_not_mix),
    cmocka_unit_test(what_nobody_handles_is_ignored),
    cmocka_unit_test(an_unknown_namespace_is_refused),
    cmocka_unit_test(what_makes_no_sense_closes_the_connection),
    cmocka_unit_test(who_has_joined_nothing_may_only_connect),
    cmocka_unit_test(answers_that_nobody_asked_for_are_ignored),
    cmocka_unit_test(who_goes_on_answering_what_nobody_asked_is_closed),
    cmocka_unit_test(what_is_nested_too_deeply_closes_the_connection),
    cmocka_unit_test(one_attachment_too_many_closes_the_connection),
    cmocka_unit_test(attachments_that_never_come_are_freed_with_their_client),
    cmocka_unit_test(ten_thousand_namespaces_are_as_many_as_are_in_use),
    cmocka_unit_test(nothing_is_heard_behind_what_closes_a_connection),
    cmocka_unit_test(who_joins_nothing_is_closed_in_time),
    cmocka_unit_test(attachments_that_do_not_come_close_the_connection),
    cmocka_unit_test(who_left_may_stay_and_join_again),
    cmocka_unit_test(one_client_is_in_so_many_namespaces),
    cmocka_unit_test(who_is_refused_too_often_is_closed),
    cmocka_unit_test(a_name_that_is_long_is_of_no_namespace),
    cmocka_unit_test(who_wants_in_is_judged_by_each_in_turn),
    cmocka_unit_test(namespaces_are_made_when_they_may_be),
    cmocka_unit_test(one_connection_carries_several_namespaces),
    cmocka_unit_test(a_socket_is_told_why_it_leaves),
    cmocka_unit_test(a_socket_that_is_sent_away_is_told_so),
    cmocka_unit_test(every_namespace_is_told_before_the_connection_closes),
    cmocka_unit_test(what_is_kept_with_a_socket_is_freed_with_it),
    cmocka_unit_test(handlers_are_called_in_the_order_in_which_they_were_set),
    cmocka_unit_test(handlers_may_be_set_and_taken_off_while_they_are_called),
    cmocka_unit_test(a_handler_may_send_its_own_socket_away),
    cmocka_unit_test(who_is_sent_away_when_it_connects_was_connected),
    cmocka_unit_test(a_broadcast_is_heard_by_those_that_are_meant),
    cmocka_unit_test(a_room_has_who_joined_and_has_not_left),
    cmocka_unit_test(a_room_may_have_any_name),
    cmocka_unit_test(who_left_hears_nothing_in_whatever_order),
    cmocka_unit_test(a_broadcast_carries_attachments),
    cmocka_unit_test(a_socket_is_found_by_its_id),
    cmocka_unit_test(who_is_visited_may_send_everybody_away),
    cmocka_unit_test(who_leaves_is_still_in_its_rooms),
    cmocka_unit_test(what_is_volatile_does_not_wait_for_a_poll),
    cmocka_unit_test(a_question_is_answered_once),
    cmocka_unit_test(a_question_has_its_time),
    cmocka_unit_test(who_is_gone_is_asked_in_vain),
    cmocka_unit_test(an_answer_may_send_its_socket_away),
    cmocka_unit_test(so_many_questions_wait_for_an_answer),
    cmocka_unit_test(an_answer_may_have_attachments),
    cmocka_unit_test(many_are_asked_at_once),
    cmocka_unit_test(who_does_not_answer_is_left_out),
    cmocka_unit_test(every_event_carries_its_offset),
    cmocka_unit_test(who_comes_back_is_who_it_was_and_gets_what_it_missed),
    cmocka_unit_test(a_place_is_good_for_a_time),
    cmocka_unit_test(who_comes_back_need_not_be_known_to_be_gone),
    cmocka_unit_test(who_is_in_another_namespace_stays_there),
    cmocka_unit_test(a_place_that_is_not_known_is_a_new_one),
    cmocka_unit_test(who_left_or_was_sent_away_does_not_come_back),
    cmocka_unit_test(who_comes_back_is_not_judged_again),
    cmocka_unit_test(events_are_kept_up_to_a_number),
    cmocka_unit_test(sockets_are_kept_up_to_a_number),
    cmocka_unit_test(without_recovery_nothing_is_numbered),
    cmocka_unit_test(an_idle_client_costs_little),
};

int main(void)
{
    int failed = peer_run("Socket.IO", tests, sizeof tests / sizeof *tests);
    buf_free(&noted); /* by the end of the last server */
    return failed;
}
