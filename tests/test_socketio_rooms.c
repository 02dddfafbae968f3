/* test_socketio_rooms.c -- many sockets: rooms, broadcasts and questions. */
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "tests/peer.h"
#include "tests/sio_stage.h"

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
    peer_get(peer, SIO_POLLING);
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "0{\"sid\":\"");
    snprintf(target, sizeof target, SIO_POLLING "&sid=%.20s",
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
    forget_notes();
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

static struct CMUnitTest tests[] = {
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
};

int main(void)
{
    int failed =
        peer_run("rooms of Socket.IO", tests, sizeof tests / sizeof *tests);
    forget_notes(); /* by the end of the last server */
    return failed;
}
