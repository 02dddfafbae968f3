#include "tests/fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/socketio.h"
#include "common/alloc.h"
#include "common/limits.h"

#define FIELDS "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define HANDSHAKE                                                              \
    "0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,"                \
    "\"pingTimeout\":20000,\"maxPayload\":1000000}"

/* The application under test; it writes down what it is told. */
struct app {
    struct fake *fake;
    struct sio_options options;
    struct sio *io;
    struct sio_socket *socket; /* of "/" */
    bool is_gone;
};

/* ------------------------------------------------------ what it is told */

static struct fake *fake_of(const struct sio_socket *socket)
{
    struct app *app = sio_user(sio_of(socket));
    return app->fake;
}

static void on_connect(struct sio_socket *socket, void *user)
{
    (void)user;
    buf_printf(&fake_of(socket)->heard, "connect %s %s%s\n",
               sio_namespace(socket), sio_id(socket),
               sio_is_recovered(socket) ? " recovered" : "");
}

static void on_connect_error(struct sio_socket *socket, const char *message,
                             struct slice data, void *user)
{
    (void)user;
    buf_printf(&fake_of(socket)->heard, "connect_error %s %s %.*s\n",
               sio_namespace(socket), message, (int)data.size,
               data.size > 0 ? data.data : "");
}

static void on_disconnect(struct sio_socket *socket, const char *reason,
                          void *user)
{
    (void)user;
    buf_printf(&fake_of(socket)->heard, "disconnect %s %s\n",
               sio_namespace(socket), reason);
}

static void on_event(struct sio_socket *socket, const struct sio_event *event,
                     void *user)
{
    struct buf *heard = &fake_of(socket)->heard;
    buf_printf(heard, "%s %s %.*s %.*s", (const char *)user,
               sio_namespace(socket), (int)event->name.size, event->name.data,
               (int)event->args.json.size,
               event->args.json.size > 0 ? event->args.json.data : "");
    for (size_t i = 0; i < event->args.buffer_count; i++)
        buf_printf(heard, " <%.*s>", (int)event->args.buffers[i].size,
                   event->args.buffers[i].data);
    buf_append_text(heard, "\n");
    sio_ack(socket, event->ack, (struct sio_args){.json = slice_of("\"got\"")});
}

static void on_answer(struct sio_socket *socket, const struct sio_args *answer,
                      const char *why, void *user)
{
    buf_printf(&fake_of(socket)->heard, "answer %s %.*s\n", (const char *)user,
               answer != NULL ? (int)answer->json.size : (int)strlen(why),
               answer != NULL ? answer->json.data : why);
}

static void on_reconnect_attempt(struct sio *io, int attempt)
{
    struct app *app = sio_user(io);
    buf_printf(&app->fake->heard, "attempt %d\n", attempt);
}

static void on_reconnect(struct sio *io, int attempt)
{
    struct app *app = sio_user(io);
    buf_printf(&app->fake->heard, "reconnect %d\n", attempt);
}

static void on_reconnect_failed(struct sio *io)
{
    struct app *app = sio_user(io);
    buf_append_text(&app->fake->heard, "failed\n");
}

static void on_gone(struct sio *io)
{
    struct app *app = sio_user(io);
    app->is_gone = true;
    buf_append_text(&app->fake->heard, "gone\n");
}

static const struct sio_handler handler = {
    .on_reconnect_attempt = on_reconnect_attempt,
    .on_reconnect = on_reconnect,
    .on_reconnect_failed = on_reconnect_failed,
    .on_gone = on_gone,
};

/* ------------------------------------------------------ the stage */

static void strike(struct fake *fake)
{
    struct app *app = fake->user;
    sio_close(app->io, 0);
    loop_advance(fake->loop, CLOSING_MS); /* for those before it */
    for (int i = 0; i < 1000 && !app->is_gone; i++)
        assert_int_equal(loop_turn(fake->loop, 1), 0);
    assert_true(app->is_gone);
    sio_free(app->io);
    free(app);
}

static struct sio_socket *join(struct app *app, const char *namespace,
                               const char *auth)
{
    struct sio_socket *socket = sio_join(app->io, namespace, slice_of(auth));
    sio_on_connect(socket, on_connect, NULL);
    sio_on_connect_error(socket, on_connect_error, NULL);
    sio_on_disconnect(socket, on_disconnect, NULL);
    return socket;
}

/* The options may be changed before begin(). */
static struct app *prepare(void **state)
{
    struct fake *fake = *state;
    struct app *app = allocate(sizeof *app);
    app->fake = fake;
    app->options = sio_default_options;
    app->options.factor = 0;
    app->options.transports = (struct eio_transports){.first = EIO_WEBSOCKET};
    return app;
}

static struct fake *begin(struct app *app)
{
    struct fake *fake = app->fake;
    assert_int_equal(url_parse(slice_of(fake->url_text), &fake->url), URL_OK);
    app->io = sio_new(fake->loop, &fake->url, &app->options, &handler, app);
    fake->user = app;
    fake->strike = strike;
    app->socket = join(app, "/", "");
    sio_on_any(app->socket, on_event, "event");
    return fake;
}

/* The connection with this number has its handshake. */
static void shake_hands(struct fake *fake, size_t number)
{
    fake_accept(fake, number);
    fake_upgrade(fake, FIELDS);
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n\r\n");
    fake_say_frame(fake, WS_TEXT, HANDSHAKE);
}

static void expect(struct fake *fake, const char *packet)
{
    char text[256];
    snprintf(text, sizeof text, "4%s", packet);
    fake_expect_frame(fake, WS_TEXT, text);
}

static void say(struct fake *fake, const char *packet)
{
    char text[256];
    snprintf(text, sizeof text, "4%s", packet);
    fake_say_frame(fake, WS_TEXT, text);
}

static struct fake *open_with(struct app *app)
{
    struct fake *fake = begin(app);
    shake_hands(fake, 0);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s1\"}");
    fake_heard(fake, "connect / s1");
    return fake;
}

static struct fake *open(void **state)
{
    return open_with(prepare(state));
}

static struct app *app_of(struct fake *fake)
{
    return fake->user;
}

static struct sio_args args(const char *json)
{
    return (struct sio_args){.json = slice_of(json)};
}

static void emit(struct fake *fake, const char *event, const char *json)
{
    assert_true(sio_emit(app_of(fake)->socket, event, args(json)));
}

static void ask(struct fake *fake, const char *name, int timeout_ms)
{
    assert_true(sio_ask(app_of(fake)->socket, "q", args("1"), timeout_ms,
                        on_answer, (void *)(uintptr_t)name));
}

/* ------------------------------------------------------ namespaces */

static void a_namespace_is_joined_with_its_auth(void **state)
{
    struct fake *fake = open(state);
    join(app_of(fake), "/chat", "{\"token\":1}");
    expect(fake, "0/chat,{\"token\":1}");
    fake_heard_nothing(fake);
    say(fake, "0/chat,{\"sid\":\"s2\"}");
    fake_heard(fake, "connect /chat s2");
    assert_int_equal(fake->count, 1);
}

static void events_go_to_their_namespace(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *chat = join(app_of(fake), "/chat", "");
    sio_on(chat, "hello", on_event, "chat");
    expect(fake, "0/chat,");
    say(fake, "0/chat,{\"sid\":\"s2\"}");
    fake_heard(fake, "connect /chat s2");
    say(fake, "2/chat,[\"hello\",1]");
    say(fake, "2[\"hello\",2]");
    say(fake, "2/other,[\"hello\",3]");
    fake_heard(fake, "chat /chat hello 1");
    fake_heard(fake, "event / hello 2");
    fake_heard_nothing(fake);
}

static void a_refusal_is_told_with_its_data_and_not_repeated(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *chat = join(app_of(fake), "/chat", "");
    expect(fake, "0/chat,");
    say(fake, "4/chat,{\"message\":\"no\",\"data\":{\"a\":1}}");
    fake_heard(fake, "connect_error /chat no {\"a\":1}");
    assert_false(sio_is_active(chat));
    loop_advance(fake->loop, 10000);
    fake_heard_nothing(fake);
    sio_set_auth(chat, slice_of("{\"token\":2}"));
    sio_connect(chat);
    expect(fake, "0/chat,{\"token\":2}");
}

static void the_last_refusal_closes_the_connection(void **state)
{
    struct fake *fake = begin(prepare(state));
    shake_hands(fake, 0);
    expect(fake, "0");
    say(fake, "4{\"message\":\"no\"}");
    fake_heard(fake, "connect_error / no");
    fake_expect(fake, "\x88");
    loop_advance(fake->loop, 10000);
    fake_settle(fake);
    assert_int_equal(fake->count, 1);
}

static void who_waits_to_be_let_in_does_not_ask_twice(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *chat = join(app_of(fake), "/chat", "");
    sio_connect(chat);
    assert_ptr_equal(join(app_of(fake), "/chat", ""), chat);
    expect(fake, "0/chat,");
    emit(fake, "next", "");
    expect(fake, "2[\"next\"]");
}

static void who_leaves_says_so(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *chat = join(app_of(fake), "/chat", "");
    expect(fake, "0/chat,");
    say(fake, "0/chat,{\"sid\":\"s2\"}");
    fake_heard(fake, "connect /chat s2");
    sio_disconnect(chat);
    fake_heard(fake, "disconnect /chat io client disconnect");
    expect(fake, "1/chat,");
    sio_connect(chat);
    expect(fake, "0/chat,");
}

static void the_last_who_leaves_closes_the_connection(void **state)
{
    struct fake *fake = open(state);
    sio_disconnect(app_of(fake)->socket);
    fake_heard(fake, "disconnect / io client disconnect");
    expect(fake, "1");
    fake_expect(fake, "\x88");
    loop_advance(fake->loop, 10000);
    fake_heard_nothing(fake);
    assert_int_equal(fake->count, 1);
    sio_connect(app_of(fake)->socket);
    shake_hands(fake, 1);
    expect(fake, "0");
}

static void who_is_sent_away_does_not_come_back_by_itself(void **state)
{
    struct fake *fake = open(state);
    say(fake, "1");
    fake_heard(fake, "disconnect / io server disconnect");
    loop_advance(fake->loop, 10000);
    fake_heard_nothing(fake);
    assert_int_equal(fake->count, 1);
    sio_connect(app_of(fake)->socket);
    shake_hands(fake, 1);
    expect(fake, "0");
}

static void a_connect_without_sid_is_an_error(void **state)
{
    struct fake *fake = begin(prepare(state));
    shake_hands(fake, 0);
    expect(fake, "0");
    say(fake, "0");
    fake_heard(fake, "connect_error / the server's CONNECT has no sid");
}

/* ------------------------------------------------------ events */

static void any_comes_first_and_each_as_often_as_it_was_set(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *socket = app_of(fake)->socket;
    sio_on(socket, "a", on_event, "one");
    sio_on(socket, "a", on_event, "two");
    sio_once(socket, "a", on_event, "once");
    say(fake, "2[\"a\"]");
    fake_heard(fake, "event / a");
    fake_heard(fake, "one / a");
    fake_heard(fake, "two / a");
    fake_heard(fake, "once / a");
    sio_off(socket, "a", on_event);
    sio_off_any(socket, on_event);
    say(fake, "2[\"a\"]");
    fake_heard(fake, "two / a");
    fake_heard_nothing(fake);
}

static void leave_at_once(struct sio_socket *socket,
                          const struct sio_event *event, void *user)
{
    (void)event;
    (void)user;
    sio_off(socket, "bye", leave_at_once);
    sio_disconnect(socket);
}

static void a_handler_may_leave_and_take_itself_out(void **state)
{
    struct fake *fake = open(state);
    sio_on(app_of(fake)->socket, "bye", leave_at_once, NULL);
    sio_on(app_of(fake)->socket, "bye", on_event, "later");
    say(fake, "51-[\"bye\",{\"_placeholder\":true,\"num\":0}]");
    fake_say_frame(fake, WS_BINARY, "xyz");
    fake_heard(fake, "event / bye {\"_placeholder\":true,\"num\":0} <xyz>");
    fake_heard(fake, "disconnect / io client disconnect");
    fake_heard(fake, "later / bye {\"_placeholder\":true,\"num\":0} <xyz>");
}

static void an_event_that_asks_is_acknowledged(void **state)
{
    struct fake *fake = open(state);
    say(fake, "217[\"a\",1]");
    fake_heard(fake, "event / a 1");
    expect(fake, "317[\"got\"]");
}

static void buffers_follow_their_event(void **state)
{
    struct fake *fake = open(state);
    struct slice buffer = slice_of("xyz");
    struct sio_args with = {slice_of("{\"_placeholder\":true,\"num\":0}"),
                            &buffer, 1};
    assert_true(sio_emit(app_of(fake)->socket, "a", with));
    expect(fake, "51-[\"a\",{\"_placeholder\":true,\"num\":0}]");
    fake_expect_frame(fake, WS_BINARY, "xyz");
}

static void events_before_connect_are_held_back(void **state)
{
    struct fake *fake = begin(prepare(state));
    emit(fake, "mine", "");
    shake_hands(fake, 0);
    expect(fake, "0");
    say(fake, "27[\"early\",1]");
    fake_heard_nothing(fake);
    say(fake, "0{\"sid\":\"s1\"}");
    fake_heard(fake, "event / early 1");
    fake_heard(fake, "connect / s1");
    expect(fake, "37[\"got\"]");
    expect(fake, "2[\"mine\"]");
}

static void what_is_no_packet_is_a_parse_error(void **state)
{
    struct fake *fake = open(state);
    say(fake, "9");
    fake_heard(fake, "disconnect / parse error");
    fake_expect(fake, "\x88");
    loop_advance(fake->loop, 1000);
    fake_heard(fake, "attempt 1");
}

static void a_packet_that_lacks_its_attachment_is_a_parse_error(void **state)
{
    struct fake *fake = open(state);
    say(fake, "51-[\"a\",{\"_placeholder\":true,\"num\":0}]");
    say(fake, "2[\"b\"]");
    fake_heard(fake, "disconnect / parse error");
}

/* ------------------------------------------------------ emitting */

static void what_is_emitted_before_connect_waits_in_order(void **state)
{
    struct fake *fake = begin(prepare(state));
    emit(fake, "one", "1");
    shake_hands(fake, 0);
    emit(fake, "two", "2");
    expect(fake, "0");
    fake_expect_no(fake, "one");
    say(fake, "0{\"sid\":\"s1\"}");
    expect(fake, "2[\"one\",1]");
    expect(fake, "2[\"two\",2]");
    fake_heard(fake, "connect / s1");
}

static void what_is_emitted_while_away_is_sent_on_return(void **state)
{
    struct fake *fake = open(state);
    fake_close(fake);
    fake_heard(fake, "disconnect / transport close");
    emit(fake, "one", "1");
    assert_false(sio_emit_volatile(app_of(fake)->socket, "lost", args("")));
    emit(fake, "two", "");
    loop_advance(fake->loop, 1000);
    fake_heard(fake, "attempt 1");
    shake_hands(fake, 1);
    fake_heard(fake, "reconnect 1");
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "2[\"one\",1]");
    expect(fake, "2[\"two\"]");
    fake_heard(fake, "connect / s2");
    assert_true(sio_emit_volatile(app_of(fake)->socket, "now", args("")));
    expect(fake, "2[\"now\"]");
}

static void what_waits_has_a_limit(void **state)
{
    struct fake *fake = begin(prepare(state));
    char *text = allocate(MIB + 1);
    memset(text, '1', MIB - 4); /* and four for the name */
    for (int i = 0; i < EMITTED_MAX / MIB; i++)
        assert_true(sio_emit(app_of(fake)->socket, "ab", args(text)));
    assert_false(sio_emit(app_of(fake)->socket, "ab", args("")));
    assert_int_equal(sio_unsent(app_of(fake)->socket), EMITTED_MAX);
    free(text);
}

static void names_of_the_api_are_no_events(void **state)
{
    (void)state;
    assert_false(sio_may_emit("connect"));
    assert_false(sio_may_emit("disconnecting"));
    assert_true(sio_may_emit("hello"));
}

static void say_pong_of_probe(struct fake *fake)
{
    fake_accept(fake, 2);
    fake_upgrade(fake, FIELDS);
    fake_expect(fake, "Sec-WebSocket-Version: 13\r\n\r\n");
    fake_expect_frame(fake, WS_TEXT, "2probe");
    fake_say_frame(fake, WS_TEXT, "3probe");
    fake_settle(fake);
}

static void what_is_emitted_while_polling_rests_goes_by_websocket(void **state)
{
    struct app *app = prepare(state);
    app->options.transports = sio_default_options.transports;
    struct fake *fake = begin(app);
    fake_accept(fake, 0);
    fake_expect(fake, "\r\n\r\n");
    fake_say_body(fake, "0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],"
                        "\"pingInterval\":25000,\"pingTimeout\":20000}\x1e"
                        "40{\"sid\":\"s1\"}");
    fake_heard(fake, "connect / s1");
    fake_accept(fake, 1);
    fake_expect(fake, "\r\n\r\n40");
    fake_say_body(fake, "ok");
    say_pong_of_probe(fake);
    assert_false(sio_emit_volatile(app->socket, "lost", args("")));
    emit(fake, "one", "");
    fake_accept(fake, 1);
    fake_expect_no(fake, "POST");
    fake_accept(fake, 0);
    fake_say_body(fake, "6");
    fake_accept(fake, 2);
    fake_expect_frame(fake, WS_TEXT, "5");
    expect(fake, "2[\"one\"]");
}

/* ------------------------------------------------------ answers */

static void an_answer_comes_once(void **state)
{
    struct fake *fake = open(state);
    ask(fake, "a", 0);
    ask(fake, "b", 0);
    expect(fake, "20[\"q\",1]");
    expect(fake, "21[\"q\",1]");
    say(fake, "31[\"yes\",2]");
    say(fake, "31[\"again\"]");
    say(fake, "37[\"nobody\"]");
    fake_heard(fake, "answer b \"yes\",2");
    say(fake, "30[]");
    fake_heard(fake, "answer a ");
    fake_heard_nothing(fake);
}

static void an_answer_that_does_not_come_in_time_fails(void **state)
{
    struct fake *fake = open(state);
    ask(fake, "a", 500);
    expect(fake, "20[\"q\",1]");
    loop_advance(fake->loop, 500);
    fake_heard(fake, "answer a operation has timed out");
    say(fake, "30[]");
    fake_heard_nothing(fake);
}

static void what_timed_out_while_away_is_not_sent(void **state)
{
    struct fake *fake = begin(prepare(state));
    emit(fake, "one", "");
    ask(fake, "a", 500);
    emit(fake, "two", "");
    loop_advance(fake->loop, 500);
    fake_heard(fake, "answer a operation has timed out");
    shake_hands(fake, 0);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s1\"}");
    expect(fake, "2[\"one\"]");
    expect(fake, "2[\"two\"]");
}

static void who_is_cut_off_gets_no_answer_to_what_was_sent(void **state)
{
    struct fake *fake = open(state);
    ask(fake, "a", 5000);
    expect(fake, "20[\"q\",1]");
    fake_close(fake);
    fake_heard(fake, "disconnect / transport close");
    fake_heard(fake, "answer a socket has been disconnected");
    ask(fake, "b", 5000);
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    fake_heard(fake, "attempt 1");
    fake_heard(fake, "reconnect 1");
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "21[\"q\",1]");
    say(fake, "31[3]");
    fake_heard(fake, "connect");
    fake_heard(fake, "answer b 3");
}

static void what_waits_to_be_sent_outlives_a_cut(void **state)
{
    struct fake *fake = begin(prepare(state));
    ask(fake, "a", 5000);
    shake_hands(fake, 0);
    expect(fake, "0");
    fake_close(fake);
    fake_heard(fake, "disconnect / transport close");
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "20[\"q\",1]");
}

static void an_answer_to_another_connection_is_not_sent(void **state)
{
    struct fake *fake = open(state);
    struct sio_ack_to ack = {.id = 1, .connection = 1, .is_asked = true};
    fake_close(fake);
    fake_heard(fake, "disconnect");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    fake_heard(fake, "attempt 1");
    fake_heard(fake, "reconnect 1");
    fake_heard(fake, "connect");
    sio_ack(app_of(fake)->socket, ack, args(""));
    emit(fake, "a", "");
    expect(fake, "2[\"a\"]");
}

/* ------------------------------------------------------ retries */

static struct fake *open_retrying(void **state)
{
    struct app *app = prepare(state);
    app->options.retries = 2;
    app->options.ack_timeout_ms = 1000;
    return open_with(app);
}

static void with_retries_one_packet_is_under_way(void **state)
{
    struct fake *fake = open_retrying(state);
    emit(fake, "one", "");
    emit(fake, "two", "");
    expect(fake, "20[\"one\"]");
    fake_expect_no(fake, "\x81");
    say(fake, "30[]");
    expect(fake, "21[\"two\"]");
}

static void without_an_answer_it_is_sent_again_and_then_given_up(void **state)
{
    struct fake *fake = open_retrying(state);
    ask(fake, "a", 0);
    emit(fake, "two", "");
    for (int i = 0; i < 3; i++) {
        char packet[32];
        snprintf(packet, sizeof packet, "2%d[\"q\",1]", i);
        expect(fake, packet);
        fake_heard_nothing(fake);
        loop_advance(fake->loop, 1000);
    }
    fake_heard(fake, "answer a operation has timed out");
    expect(fake, "23[\"two\"]");
}

static void what_was_not_acknowledged_is_sent_again_on_return(void **state)
{
    struct fake *fake = open_retrying(state);
    ask(fake, "a", 0);
    expect(fake, "20[\"q\",1]");
    fake_close(fake);
    fake_heard(fake, "disconnect");
    fake_heard_nothing(fake);
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "21[\"q\",1]");
    say(fake, "31[\"yes\"]");
    fake_heard(fake, "attempt 1");
    fake_heard(fake, "reconnect 1");
    fake_heard(fake, "connect");
    fake_heard(fake, "answer a \"yes\"");
}

/* ------------------------------------------------------ coming back */

static void every_namespace_that_was_active_joins_again(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *left = join(app_of(fake), "/left", "");
    expect(fake, "0/left,");
    sio_disconnect(left);
    join(app_of(fake), "/chat", "{\"a\":1}");
    expect(fake, "0/chat,{\"a\":1}");
    fake_reset(fake);
    fake_heard(fake, "disconnect / transport close");
    fake_heard(fake, "disconnect /chat transport close");
    assert_string_equal(sio_id(app_of(fake)->socket), "");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    expect(fake, "0/chat,{\"a\":1}");
}

static void emit_to_other(struct sio_socket *socket, const char *reason,
                          void *user)
{
    (void)socket;
    (void)reason;
    assert_true(sio_emit(user, "farewell", args("")));
}

static void who_hears_of_a_cut_may_emit_to_any_namespace(void **state)
{
    struct fake *fake = open(state);
    struct sio_socket *other = join(app_of(fake), "/b", "");
    expect(fake, "0/b,");
    say(fake, "0/b,{\"sid\":\"s2\"}");
    fake_heard(fake, "connect /b s2");
    sio_on_disconnect(app_of(fake)->socket, emit_to_other, other);
    fake_reset(fake);
    fake_heard(fake, "disconnect /b transport");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    expect(fake, "0/b,");
    say(fake, "0/b,{\"sid\":\"s3\"}");
    expect(fake, "2/b,[\"farewell\"]");
}

static void each_wait_is_longer_up_to_the_maximum(void **state)
{
    static const int waits[] = {1000, 2000, 4000, 5000, 5000};
    struct app *app = prepare(state);
    struct fake *fake = begin(app);
    for (int i = 0; i < 5; i++) {
        char line[32];
        fake_accept(fake, (size_t)i);
        fake_close(fake);
        fake_heard(fake, "connect_error / ");
        loop_advance(fake->loop, waits[i] - 100);
        fake_heard_nothing(fake);
        loop_advance(fake->loop, 100);
        snprintf(line, sizeof line, "attempt %d", i + 1);
        fake_heard(fake, line);
    }
    shake_hands(fake, 5);
    fake_heard(fake, "reconnect 5");
    fake_close(fake);
    fake_heard(fake, "disconnect");
    loop_advance(fake->loop, 1000);
    fake_heard(fake, "attempt 1"); /* the counter was reset */
}

static void attempts_may_be_limited(void **state)
{
    struct app *app = prepare(state);
    app->options.attempts = 2;
    struct fake *fake = begin(app);
    for (size_t i = 0; i < 3; i++) {
        fake_accept(fake, i);
        fake_close(fake);
        fake_heard(fake, "connect_error");
        if (i < 2) {
            loop_advance(fake->loop, 2000);
            fake_heard(fake, "attempt");
        }
    }
    fake_heard(fake, "failed");
    loop_advance(fake->loop, 60000);
    fake_heard_nothing(fake);
}

static void who_wants_no_reconnection_stays_away(void **state)
{
    struct app *app = prepare(state);
    app->options.has_no_reconnection = true;
    struct fake *fake = open_with(app);
    fake_close(fake);
    fake_heard(fake, "disconnect / transport close");
    loop_advance(fake->loop, 60000);
    fake_heard_nothing(fake);
}

static void who_leaves_while_away_stays_away(void **state)
{
    struct fake *fake = open(state);
    fake_close(fake);
    fake_heard(fake, "disconnect / transport close");
    sio_disconnect(app_of(fake)->socket);
    loop_advance(fake->loop, 60000);
    fake_heard_nothing(fake);
    assert_int_equal(fake->count, 1);
}

static void a_missing_ping_is_a_ping_timeout(void **state)
{
    struct fake *fake = open(state);
    loop_advance(fake->loop, 45000);
    fake_heard(fake, "disconnect / ping timeout");
}

static void a_poll_that_fails_is_a_transport_error(void **state)
{
    struct app *app = prepare(state);
    app->options.transports.first = EIO_POLLING;
    struct fake *fake = begin(app);
    fake_accept(fake, 0);
    fake_expect(fake, "GET /socket.io/?EIO=4&transport=polling HTTP");
    fake_expect(fake, "\r\n\r\n");
    fake_say_body(fake, HANDSHAKE "\x1e"
                                  "40{\"sid\":\"s1\"}");
    fake_heard(fake, "connect / s1");
    fake_expect(fake, "GET ");
    fake_say(fake, "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "disconnect / transport error");
}

static void an_error_before_connect_is_told_too(void **state)
{
    struct app *app = prepare(state);
    app->options.transports.first = EIO_POLLING;
    struct fake *fake = begin(app);
    fake_accept(fake, 0);
    fake_expect(fake, "\r\n\r\n");
    fake_say_body(fake, HANDSHAKE);
    fake_expect(fake, "sid=abc HTTP");
    fake_say(fake, "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "connect_error / the server answered 400 Bad Request");
    fake_heard(fake, "disconnect / transport error");
}

static void emit_back(struct sio_socket *socket, const struct sio_event *event,
                      void *user)
{
    (void)event;
    (void)user;
    assert_true(sio_emit(socket, "back", args("")));
}

/* As on a computer that slept: an event is there, and the ping is overdue. */
static void what_is_said_to_a_dead_connection_is_kept(void **state)
{
    struct fake *fake = open(state);
    sio_on(app_of(fake)->socket, "a", emit_back, NULL);
    say(fake, "2[\"a\"]");
    loop_advance(fake->loop, 45000);
    fake_heard(fake, "event / a");
    fake_heard(fake, "disconnect / ping timeout");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "2[\"back\"]");
}

static void what_is_to_be_acknowledged_is_not_lost_on_a_dead_one(void **state)
{
    struct fake *fake = open_retrying(state);
    sio_on(app_of(fake)->socket, "a", emit_back, NULL);
    say(fake, "2[\"a\"]");
    loop_advance(fake->loop, 45000);
    fake_heard(fake, "event / a");
    fake_heard(fake, "disconnect / ping timeout");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "20[\"back\"]");
    say(fake, "30[]");
    fake_expect_no(fake, "\x81");
    emit(fake, "next", "");
    expect(fake, "21[\"next\"]");
}

static void a_ping_that_is_too_late_revives_nobody(void **state)
{
    struct fake *fake = open(state);
    sio_on(app_of(fake)->socket, "a", emit_back, NULL);
    say(fake, "2[\"a\"]");
    fake_say_frame(fake, WS_TEXT, "2");
    loop_advance(fake->loop, 45000);
    fake_heard(fake, "event / a");
    fake_heard(fake, "disconnect / ping timeout");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s2\"}");
    expect(fake, "2[\"back\"]");
}

static void what_is_no_socketio_is_said_so(void **state)
{
    struct fake *fake = begin(prepare(state));
    fake_accept(fake, 0);
    fake_expect(fake, "\r\n\r\n");
    fake_say(fake, "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
    fake_heard(fake, "connect_error / not Engine.IO at /socket.io/: the server "
                     "answered 404 Not Found");
    assert_int_equal(sio_outcome(app_of(fake)->io), OUTCOME_HTTP_ERROR);
}

enum { CROWD = 100, STEP_MS = 50, STEPS = 1000 / STEP_MS };

static size_t attempts_of_crowd;

static void count_attempt(struct sio *io, int attempt)
{
    (void)io;
    (void)attempt;
    attempts_of_crowd++;
}

static void note_gone(struct sio *io)
{
    size_t *gone = sio_user(io);
    ++*gone;
}

/* A hundred clients whose server is gone come back over a second, from half of
 * the delay to one and a half of it, and not at once. */
static void a_crowd_that_was_cut_does_not_come_back_at_once(void **state)
{
    static const struct sio_handler crowd_handler = {
        .on_reconnect_attempt = count_attempt, .on_gone = note_gone};
    struct fake *fake = *state;
    struct sio *crowd[CROWD];
    size_t gone = 0, most = 0, steps = 0;
    attempts_of_crowd = 0;
    assert_int_equal(url_parse(slice_of("http://127.0.0.1:1"), &fake->url),
                     URL_OK);
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = sio_new(fake->loop, &fake->url, &sio_default_options,
                           &crowd_handler, &gone);
        sio_join(crowd[i], "/", (struct slice){0});
    }
    for (int i = 0; i < 10; i++)
        fake_settle(fake); /* nobody is there */
    loop_advance(fake->loop, 450);
    fake_settle(fake);
    assert_int_equal(attempts_of_crowd, 0);
    for (int i = 0; i < STEPS + 2; i++) {
        size_t before = attempts_of_crowd;
        loop_advance(fake->loop, STEP_MS);
        fake_settle(fake);
        size_t now = attempts_of_crowd - before;
        most = now > most ? now : most;
        steps += now > 0;
    }
    assert_true(attempts_of_crowd >= CROWD);
    assert_true(steps >= STEPS / 2);
    assert_true(most <= CROWD / 4);
    for (size_t i = 0; i < CROWD; i++)
        sio_close(crowd[i], 0);
    while (gone < CROWD)
        assert_int_equal(loop_turn(fake->loop, 1), 0);
    for (size_t i = 0; i < CROWD; i++)
        sio_free(crowd[i]);
}

/* ------------------------------------------------------ recovery */

static void who_comes_back_says_what_it_had(void **state)
{
    struct app *app = prepare(state);
    struct fake *fake = begin(app);
    sio_set_auth(app->socket, slice_of("{\"token\":1}"));
    shake_hands(fake, 0);
    expect(fake, "0{\"token\":1}");
    say(fake, "0{\"sid\":\"s1\",\"pid\":\"p1\"}");
    fake_heard(fake, "connect / s1");
    say(fake, "2[\"a\",1,\"o1\"]");
    say(fake, "2[\"b\",\"o2\"]");
    say(fake, "2[\"c\",3]");
    say(fake, "27[\"d\",\"asked\"]");
    for (int i = 0; i < 4; i++)
        fake_heard(fake, "event");
    expect(fake, "37[\"got\"]");
    fake_close(fake);
    fake_heard(fake, "disconnect / transport close");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0{\"pid\":\"p1\",\"offset\":\"o2\",\"token\":1}");
    say(fake, "2[\"e\",\"o3\"]"); /* the server sends what was missed first */
    say(fake, "0{\"sid\":\"s1\",\"pid\":\"p1\"}");
    fake_heard(fake, "attempt 1");
    fake_heard(fake, "reconnect 1");
    fake_heard(fake, "event / e \"o3\"");
    fake_heard(fake, "connect / s1 recovered");
}

static void who_is_not_recovered_is_told_so(void **state)
{
    struct fake *fake = begin(prepare(state));
    shake_hands(fake, 0);
    expect(fake, "0");
    say(fake, "0{\"sid\":\"s1\",\"pid\":\"p1\"}");
    fake_heard(fake, "connect / s1");
    fake_close(fake);
    fake_heard(fake, "disconnect");
    loop_advance(fake->loop, 1000);
    shake_hands(fake, 1);
    expect(fake, "0{\"pid\":\"p1\"}");
    say(fake, "0{\"sid\":\"s2\",\"pid\":\"p2\"}");
    fake_heard(fake, "attempt 1");
    fake_heard(fake, "reconnect 1");
    fake_heard(fake, "connect / s2");
    assert_false(sio_is_recovered(app_of(fake)->socket));
}

static void what_came_without_recovery_is_no_offset(void **state)
{
    struct fake *fake = open(state);
    say(fake, "2[\"a\",\"text\"]");
    fake_heard(fake, "event / a \"text\"");
    for (size_t i = 1; i <= 2; i++) {
        fake_close(fake);
        fake_heard(fake, "disconnect");
        loop_advance(fake->loop, 1000);
        shake_hands(fake, i);
        expect(fake, i == 1 ? "0" : "0{\"pid\":\"p1\"}");
        say(fake, "0{\"sid\":\"s\",\"pid\":\"p1\"}");
        fake_heard(fake, "attempt 1");
        fake_heard(fake, "reconnect 1");
        fake_heard(fake, "connect / s");
    }
}

/* ------------------------------------------------------ the end */

static void closing_leaves_every_namespace(void **state)
{
    struct fake *fake = open(state);
    join(app_of(fake), "/chat", "");
    expect(fake, "0/chat,");
    say(fake, "0/chat,{\"sid\":\"s2\"}");
    fake_heard(fake, "connect /chat s2");
    ask(fake, "a", 0);
    expect(fake, "20[\"q\",1]");
    sio_close(app_of(fake)->io, CLOSING_MS);
    expect(fake, "1");
    expect(fake, "1/chat,");
    fake_heard(fake, "disconnect / io client disconnect");
    fake_heard(fake, "answer a socket has been disconnected");
    fake_heard(fake, "disconnect /chat io client disconnect");
    fake_expect(fake, "\x88");
    fake_say(fake, "\x88\x02\x03\xe8");
    fake_close(fake);
    fake_heard(fake, "gone");
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(a_namespace_is_joined_with_its_auth),
        cmocka_unit_test(events_go_to_their_namespace),
        cmocka_unit_test(a_refusal_is_told_with_its_data_and_not_repeated),
        cmocka_unit_test(the_last_refusal_closes_the_connection),
        cmocka_unit_test(who_waits_to_be_let_in_does_not_ask_twice),
        cmocka_unit_test(who_leaves_says_so),
        cmocka_unit_test(the_last_who_leaves_closes_the_connection),
        cmocka_unit_test(who_is_sent_away_does_not_come_back_by_itself),
        cmocka_unit_test(a_connect_without_sid_is_an_error),
        cmocka_unit_test(any_comes_first_and_each_as_often_as_it_was_set),
        cmocka_unit_test(a_handler_may_leave_and_take_itself_out),
        cmocka_unit_test(an_event_that_asks_is_acknowledged),
        cmocka_unit_test(buffers_follow_their_event),
        cmocka_unit_test(events_before_connect_are_held_back),
        cmocka_unit_test(what_is_no_packet_is_a_parse_error),
        cmocka_unit_test(a_packet_that_lacks_its_attachment_is_a_parse_error),
        cmocka_unit_test(what_is_emitted_before_connect_waits_in_order),
        cmocka_unit_test(what_is_emitted_while_away_is_sent_on_return),
        cmocka_unit_test(what_waits_has_a_limit),
        cmocka_unit_test(names_of_the_api_are_no_events),
        cmocka_unit_test(what_is_emitted_while_polling_rests_goes_by_websocket),
        cmocka_unit_test(an_answer_comes_once),
        cmocka_unit_test(an_answer_that_does_not_come_in_time_fails),
        cmocka_unit_test(what_timed_out_while_away_is_not_sent),
        cmocka_unit_test(who_is_cut_off_gets_no_answer_to_what_was_sent),
        cmocka_unit_test(what_waits_to_be_sent_outlives_a_cut),
        cmocka_unit_test(an_answer_to_another_connection_is_not_sent),
        cmocka_unit_test(with_retries_one_packet_is_under_way),
        cmocka_unit_test(without_an_answer_it_is_sent_again_and_then_given_up),
        cmocka_unit_test(what_was_not_acknowledged_is_sent_again_on_return),
        cmocka_unit_test(every_namespace_that_was_active_joins_again),
        cmocka_unit_test(who_hears_of_a_cut_may_emit_to_any_namespace),
        cmocka_unit_test(each_wait_is_longer_up_to_the_maximum),
        cmocka_unit_test(attempts_may_be_limited),
        cmocka_unit_test(who_wants_no_reconnection_stays_away),
        cmocka_unit_test(who_leaves_while_away_stays_away),
        cmocka_unit_test(a_missing_ping_is_a_ping_timeout),
        cmocka_unit_test(a_poll_that_fails_is_a_transport_error),
        cmocka_unit_test(an_error_before_connect_is_told_too),
        cmocka_unit_test(what_is_said_to_a_dead_connection_is_kept),
        cmocka_unit_test(what_is_to_be_acknowledged_is_not_lost_on_a_dead_one),
        cmocka_unit_test(a_ping_that_is_too_late_revives_nobody),
        cmocka_unit_test(what_is_no_socketio_is_said_so),
        cmocka_unit_test(a_crowd_that_was_cut_does_not_come_back_at_once),
        cmocka_unit_test(who_comes_back_says_what_it_had),
        cmocka_unit_test(who_is_not_recovered_is_told_so),
        cmocka_unit_test(what_came_without_recovery_is_no_offset),
        cmocka_unit_test(closing_leaves_every_namespace),
    };
    return fake_run("socket.io client", tests, sizeof tests / sizeof *tests);
}
