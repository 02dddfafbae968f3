/* test_socketio_recovery.c -- who was away comes back as who it was. */
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "tests/peer.h"
#include "tests/sio_stage.h"

static struct stage *with_recovery(void **state)
{
    struct stage *stage = with_application(state);
    io_of(stage)->recovery = sio_recovery_new(io_of(stage), 1000);
    return stage;
}

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
    assert_true(sio_is_recovered(newest_socket()));
}

static void expect_new(struct peer *peer, const struct ticket *place)
{
    expect(peer, "40/test,{\"sid\":\"");
    assert_false(sio_is_recovered(newest_socket()));
    assert_string_not_equal(newest_socket()->id, place->id);
    assert_string_not_equal(newest_socket()->ticket->pid, place->pid);
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
    sio_set_data(socket, &data, note_freed);
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
    assert_ptr_equal(sio_data(newest_socket()), &data);
    assert_int_equal(sio_room_count(newest_socket()), 2);
    assert_noted(stage, "");
}

static void a_place_is_good_for_a_time(void **state)
{
    struct stage *stage = with_recovery(state);
    struct peer *peer;
    struct sio_socket *socket = join_socket(stage, &peer);
    sio_set_data(socket, socket, note_freed);
    sio_emit(socket, "a", args_of("1"));
    struct ticket place = place_of(socket);
    peer_reset(peer);
    peer_settle(stage);
    expect_recovered(peer = come_back(stage, &place), &place);
    peer_reset(peer);
    peer_settle(stage);
    forget_notes();
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
    sio_set_data(socket, socket, note_freed);
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

static struct CMUnitTest tests[] = {
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
};

int main(void)
{
    int failed =
        peer_run("recovery of Socket.IO", tests, sizeof tests / sizeof *tests);
    forget_notes(); /* by the end of the last server */
    return failed;
}
