/* test_socketio_server.c -- one socket of Socket.IO: it comes, is heard and
 * goes. */
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "tests/peer.h"
#include "tests/sio_stage.h"

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

/* So that it is not in the same read, where some would miss it. */
static void what_follows_the_answer_to_connect_comes_apart(void **state)
{
    struct stage *stage = with_application(state);
    stage->server->options.apart_ms = SIO_APART_MS;
    struct peer *peer = open_client(stage);
    say(peer, "40");
    expect(peer, "40{\"sid\":\"");
    say(peer, "42[\"message\",1]");
    peer_expect_silence(peer);
    loop_advance(stage->loop, SIO_APART_MS);
    expect(peer, "42[\"auth\",{}]");
    expect(peer, "42[\"message-back\",1]");
    say(peer, "42[\"message\",2]");
    expect(peer, "42[\"message-back\",2]");
}

static void who_is_closed_meanwhile_is_told_behind_it(void **state)
{
    struct stage *stage = with_application(state);
    stage->server->options.apart_ms = SIO_APART_MS;
    struct peer *peer = open_client(stage);
    say(peer, "40");
    expect(peer, "40{\"sid\":\"");
    server_shutdown(stage->server);
    loop_advance(stage->loop, SIO_APART_MS);
    expect(peer, "42[\"auth\",{}]");
    peer_expect_close_at_last(peer, WS_GOING_AWAY);
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

static void what_is_kept_with_a_socket_is_freed_with_it(void **state)
{
    struct stage *stage = with_application(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    int data = 7;
    sio_set_data(socket, stage, note_freed);
    sio_set_data(socket, &data, note_freed);
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
    say(peer, "40/short,");
    expect(peer, "40/short,{\"sid\":\"");
    expect(peer, "42/short,[\"hello\",1]");
    expect(peer, "41/short,");
    peer_expect_silence(peer);
    assert_null(newest_socket());
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
    cmocka_unit_test(what_follows_the_answer_to_connect_comes_apart),
    cmocka_unit_test(who_is_closed_meanwhile_is_told_behind_it),
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
    cmocka_unit_test(an_idle_client_costs_little),
};

int main(void)
{
    int failed = peer_run("Socket.IO", tests, sizeof tests / sizeof *tests);
    forget_notes(); /* by the end of the last server */
    return failed;
}
