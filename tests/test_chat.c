/* test_chat.c -- the chat, as its clients see it on the wire. */
#include <stdio.h>

#include "server/chat_room.h"
#include "server/socketio_parts.h"
#include "tests/peer.h"

static const char target[] = "/socket.io/?EIO=4&transport=websocket";

/* Connect to the namespace with this auth object. */
static struct peer *come(struct stage *stage, const char *auth)
{
    struct peer *peer = peer_new(stage);
    struct buf packet = {0};
    peer_upgrade(peer, target);
    peer_expect_message(peer, "0{\"sid\":");
    buf_append_text(&packet, "40/chat,");
    buf_append_text(&packet, auth);
    buf_append(&packet, "", 1);
    peer_say_frame(peer, WS_TEXT, (char *)buf_head(&packet));
    buf_free(&packet);
    return peer;
}

/* The same, to the lobby, where nothing was said yet. */
static struct peer *enter(struct stage *stage, const char *nickname)
{
    char auth[128];
    snprintf(auth, sizeof auth, "{\"nickname\":\"%s\"}", nickname);
    struct peer *peer = come(stage, auth);
    peer_expect_message(peer, "40/chat,{\"sid\":");
    peer_expect_message(peer, "42/chat,[\"welcome\",{");
    return peer;
}

static void say(struct peer *peer, const char *packet)
{
    peer_say_frame(peer, WS_TEXT, packet);
}

static void publish(struct stage *stage, const char *room, const char *text)
{
    char path[128];
    struct peer *peer = peer_new(stage);
    snprintf(path, sizeof path, "/polling?channel=%s", room);
    peer_post(peer, path, text);
    peer_close(peer);
}

/* ------------------------------------------------------ coming and going */

static void who_enters_is_told_who_is_here(void **state)
{
    struct stage *stage = *state;
    enter(stage, "Ann");
    struct peer *bob = come(stage, "{\"nickname\":\"Bob\"}");
    peer_expect_message(bob, "40/chat,{\"sid\":");
    peer_expect_message(bob, "{\"nickname\":\"Bob\",\"room\":\"lobby\"");
    peer_expect_silence(bob);
}

static void the_welcome_counts_and_names_who_is_here(void **state)
{
    struct stage *stage = *state;
    enter(stage, "Ann");
    struct peer *bob = come(stage, "{\"nickname\":\"Bob\"}");
    peer_expect_message(bob, "40/chat,{\"sid\":");
    peer_expect_message(bob, "\"count\":2,\"members\":[");
    say(bob, "42/chat,1[\"who\"]");
    peer_expect_message(bob, "43/chat,1[[\"");
}

static void the_others_are_told_who_comes_and_goes(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = enter(stage, "Bob");
    peer_expect_message(ann, "42/chat,[\"joined\",\"Bob\",2]");
    say(bob, "41/chat,");
    peer_expect_message(ann, "42/chat,[\"left\",\"Bob\",1]");
}

static void who_is_cut_off_has_left(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = enter(stage, "Bob");
    peer_expect_message(ann, "42/chat,[\"joined\",\"Bob\",2]");
    peer_reset(bob);
    peer_expect_message(ann, "42/chat,[\"left\",\"Bob\",1]");
}

static void a_nickname_that_is_taken_gets_a_number(void **state)
{
    struct stage *stage = *state;
    enter(stage, "Ann");
    struct peer *second = come(stage, "{\"nickname\":\"Ann\"}");
    peer_expect_message(second, "40/chat,{\"sid\":");
    peer_expect_message(second, "{\"nickname\":\"Ann-2\"");
}

static void
the_hundredth_ann_has_no_nickname_and_none_can_write_to_it(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    for (int i = 2; i <= 99; i++)
        enter(stage, "Ann");
    struct peer *last = come(stage, "{\"nickname\":\"Ann\"}");
    peer_expect_message(last, "40/chat,{\"sid\":");
    peer_expect_message(last, "{\"nickname\":\"\"");
    for (int i = 2; i <= 99; i++)
        peer_expect_message(ann, "joined");
    say(ann, "42/chat,1[\"private\",\"\",\"psst\"]");
    peer_expect_message(ann, "43/chat,1[{\"error\":\"");
}

static void nicknames_that_could_deceive_are_refused(void **state)
{
    static const char *const bad[] = {
        "{\"nickname\":\"An n\"}", "{\"nickname\":\"Ann: hi\"}",
        "{\"nickname\":\"A\\nB\"}", "{\"nickname\":\"\\u0000\"}",
        "{\"nickname\":\"123456789012345678901234567890123\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct peer *peer = come(*state, bad[i]);
        peer_expect_message(peer, "44/chat,{\"message\":\"a nickname has");
    }
}

static void a_room_has_the_name_of_a_channel(void **state)
{
    struct peer *peer = come(*state, "{\"room\":\"no such/room\"}");
    peer_expect_message(peer, "44/chat,{\"message\":\"a room is called by");
}

/* ------------------------------------------------------ messages */

static void what_is_said_is_heard_by_all_in_the_room(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = enter(stage, "Bob");
    peer_expect_message(ann, "joined");
    say(ann, "42/chat,7[\"message\",\"hi\"]");
    peer_expect_message(ann, "43/chat,7[{\"id\":1}]");
    peer_expect_message(ann, "42/chat,[\"messages\",[{\"id\":1,");
    peer_expect_message(bob, "\"text\":\"Ann: hi\"}]]");
    peer_expect_silence(bob);
}

static void what_is_said_is_in_the_channel(void **state)
{
    struct stage *stage = *state;
    struct peer *poller = peer_new(stage);
    struct peer *ann = come(stage, "{\"nickname\":\"Ann\",\"room\":\"blue\"}");
    say(ann, "42/chat,7[\"message\",\"hi\"]");
    peer_expect_message(ann, "40/chat");
    peer_expect_message(ann, "welcome");
    peer_expect_message(ann, "43/chat,7");
    peer_get(poller, "/polling?channel=blue");
    peer_expect_status(poller, 200);
    peer_expect(poller, "\"text\":\"Ann: hi\"");
}

static void what_is_published_is_heard_in_the_room(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    publish(stage, "lobby", "from elsewhere");
    peer_expect_message(ann, "\"text\":\"from elsewhere\"}]]");
}

static void who_comes_gets_what_is_kept_behind_its_place(void **state)
{
    struct stage *stage = *state;
    publish(stage, "lobby", "one");
    publish(stage, "lobby", "two");
    struct peer *peer = come(stage, "{\"after\":1}");
    peer_expect_message(peer, "40/chat");
    peer_expect_message(peer, "welcome");
    peer_expect_message(peer, "42/chat,[\"messages\",[{\"id\":2,");
    peer_expect_silence(peer);
}

static void who_comes_back_after_a_restart_is_told_that(void **state)
{
    struct peer *peer = come(*state, "{\"after\":1,\"instance\":\"older\"}");
    peer_expect_message(peer, "40/chat");
    peer_expect_message(peer, "welcome");
    peer_expect_message(peer, "\"lost\":");
}

/* Both packets come in one read, so that the message is published, but not
 * delivered, when the second client enters. */
static void who_enters_while_something_is_said_hears_it_once(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = peer_new(stage);
    peer_upgrade(bob, target);
    peer_expect_message(bob, "0{\"sid\":");
    say(ann, "42/chat,[\"message\",\"hi\"]");
    say(bob, "40/chat,{\"after\":0}");
    peer_expect_message(bob, "40/chat");
    peer_expect_message(bob, "welcome");
    peer_expect_message(bob, "\"text\":\"Ann: hi\"");
    peer_expect_silence(bob);
}

static void without_a_nickname_one_listens_and_is_not_announced(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *nobody = come(stage, "");
    peer_expect_message(nobody, "40/chat");
    peer_expect_message(nobody, "{\"nickname\":\"\"");
    peer_expect_silence(ann);
    say(nobody, "42/chat,[\"message\",\"hi\"]");
    peer_expect_message(ann, "\"text\":\"hi\"}]]");
}

static bool is_never_ready(const struct subscriber *subscriber)
{
    (void)subscriber;
    return false;
}

static void lapse(struct subscriber *subscriber)
{
    channel_unsubscribe(subscriber);
}

static void who_speaks_is_braked_while_others_cannot_follow(void **state)
{
    static const struct wire_format nothing;
    static const struct subscriber_kind kind = {
        .format = &nothing,
        .is_ready = is_never_ready,
        .on_lapsed = lapse,
    };
    struct stage *stage = *state;
    struct subscriber slow = {0};
    struct channel *lobby =
        channel_named(stage->server->channels, slice_of("lobby"));
    channel_subscribe(lobby, &slow, &kind, 0);
    for (int i = 0; i < CHANNEL_MESSAGES / 2; i++)
        channel_publish(lobby, slice_of(""));
    struct peer *ann = enter(stage, "Ann");
    peer_expect_message(ann, "42/chat,[\"messages\",");
    peer_add_frame(ann, WS_TEXT, "42/chat,[\"message\",\"one\"]");
    say(ann, "42/chat,[\"message\",\"two\"]");
    peer_expect_message(ann, "\"text\":\"Ann: one\"}]");
    peer_expect_silence(ann);
    loop_advance(stage->loop, BRAKE_MS);
    peer_expect_message(ann, "\"text\":\"Ann: two\"}]");
    channel_unsubscribe(&slow);
}

/* ------------------------------------------------------ recovery */

static void note_pid(struct sio_socket *socket, void *pid)
{
    memcpy(pid, socket->ticket->pid, ID_SIZE);
}

/* What the only one who is here has to say to be recovered. */
static void write_place(struct stage *stage, char *auth, size_t size)
{
    struct sio *io = stage->server->socketio;
    struct sio_to everybody = {.nsp = sio_of(io, "/chat")};
    char pid[ID_SIZE], offset[SIO_OFFSET_SIZE];
    sio_each(&everybody, note_pid, pid);
    sio_newest_offset(io->recovery, offset);
    snprintf(auth, size,
             "{\"nickname\":\"Ann\",\"pid\":\"%s\",\"offset\":\"%s\"}", pid,
             offset);
}

/* The room was empty meanwhile, and is not the one that it came to first. */
static void who_is_recovered_is_where_it_was_and_hears_all_once(void **state)
{
    struct stage *stage = *state;
    struct sio *io = stage->server->socketio;
    char auth[256];
    io->recovery = sio_recovery_new(io, 1000);
    struct peer *ann = enter(stage, "Ann");
    say(ann, "42/chat,1[\"join\",\"blue\"]");
    peer_expect_message(ann, "43/chat,1[{");
    say(ann, "42/chat,[\"message\",\"one\"]");
    peer_expect_message(ann, "\"text\":\"Ann: one\"");
    write_place(stage, auth, sizeof auth);
    peer_close(ann);
    publish(stage, "blue", "two");
    ann = come(stage, auth);
    peer_expect_message(ann, "40/chat,{\"sid\":");
    peer_expect_message(ann, "[\"messages\",[{\"id\":2,");
    peer_expect_message(ann,
                        "\"welcome\",{\"nickname\":\"Ann\",\"room\":\"blue\"");
    publish(stage, "blue", "three");
    peer_expect_message(ann, "[\"messages\",[{\"id\":3,");
    peer_expect_silence(ann);
}

static void who_is_recovered_keeps_a_nickname_that_is_free_only(void **state)
{
    struct stage *stage = *state;
    struct sio *io = stage->server->socketio;
    char auth[256];
    io->recovery = sio_recovery_new(io, 1000);
    struct peer *first = enter(stage, "Ann");
    write_place(stage, auth, sizeof auth);
    peer_close(first);
    struct peer *second = enter(stage, "Ann");
    first = come(stage, auth);
    peer_expect_message(first, "40/chat,{\"sid\":");
    peer_expect_message(first, "joined"); /* the other one, while it was away */
    peer_expect_message(first, "\"welcome\",{\"nickname\":\"Ann-2\"");
    peer_expect_message(second, "42/chat,[\"joined\",\"Ann-2\",2");
}

static void nobody_is_recovered_with_what_was_for_another_ann(void **state)
{
    struct stage *stage = *state;
    struct sio *io = stage->server->socketio;
    char auth[256];
    io->recovery = sio_recovery_new(io, 1000);
    struct peer *first = enter(stage, "Ann");
    write_place(stage, auth, sizeof auth);
    peer_close(first);
    struct peer *second = enter(stage, "Ann");
    say(second, "42/chat,1[\"private\",\"Ann\",\"note to myself\"]");
    peer_expect_message(second, "[\"private\",\"Ann\",\"note to myself\"");
    first = come(stage, auth);
    peer_expect_message(first, "40/chat,{\"sid\":");
    peer_expect_message(first, "joined");
    peer_expect_message(first, "welcome");
    peer_expect_silence(first);
}

static void a_room_goes_with_the_last_who_may_come_back(void **state)
{
    struct stage *stage = *state;
    struct sio *io = stage->server->socketio;
    io->recovery = sio_recovery_new(io, 1000);
    peer_close(enter(stage, "Ann"));
    peer_expect_connections(stage, 0);
    peer_settle(stage);
    assert_non_null(stage->server->chat->first);
    loop_advance(stage->loop, 1000);
    peer_settle(stage);
    assert_null(stage->server->chat->first);
}

/* ------------------------------------------------------ the rest */

static void typing_is_told_to_the_others(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = enter(stage, "Bob");
    peer_expect_message(ann, "joined");
    say(bob, "42/chat,[\"typing\",true]");
    peer_expect_message(ann, "42/chat,[\"typing\",\"Bob\",true]");
    peer_expect_silence(bob);
}

static void a_private_message_reaches_one_only(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = enter(stage, "Bob");
    struct peer *eve = enter(stage, "Eve");
    peer_expect_message(bob, "joined");
    say(ann, "42/chat,3[\"private\",\"Bob\",\"psst\"]");
    peer_expect_message(bob, "42/chat,[\"private\",\"Ann\",\"psst\"]");
    peer_expect_silence(eve);
    peer_expect_message(ann, "joined");
    peer_expect_message(ann, "joined");
    peer_expect_message(ann, "43/chat,3[true]");
}

static void who_joins_another_room_has_left_the_first(void **state)
{
    struct stage *stage = *state;
    struct peer *ann = enter(stage, "Ann");
    struct peer *bob = enter(stage, "Bob");
    peer_expect_message(ann, "joined");
    publish(stage, "blue", "said before");
    say(bob, "42/chat,4[\"join\",\"blue\"]");
    peer_expect_message(ann, "42/chat,[\"left\",\"Bob\",1]");
    peer_expect_message(bob,
                        "43/chat,4[{\"nickname\":\"Bob\",\"room\":\"blue\"");
    peer_expect_message(bob, "\"text\":\"said before\"");
    say(ann, "42/chat,[\"message\",\"alone\"]");
    peer_expect_message(ann, "Ann: alone");
    peer_expect_silence(bob);
}

static void what_makes_no_sense_is_answered_with_an_error(void **state)
{
    static const char *const bad[] = {
        "42/chat,1[\"message\"]",        "42/chat,1[\"message\",\"\"]",
        "42/chat,1[\"message\",{}]",     "42/chat,1[\"join\"]",
        "42/chat,1[\"join\",\"a/b\"]",   "42/chat,1[\"private\",\"Zoe\",\"x\"]",
        "42/chat,1[\"private\",\"Ann\"]"};
    struct peer *ann = enter(*state, "Ann");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        say(ann, bad[i]);
        peer_expect_message(ann, "43/chat,1[{\"error\":\"");
    }
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(who_enters_is_told_who_is_here),
        cmocka_unit_test(the_welcome_counts_and_names_who_is_here),
        cmocka_unit_test(the_others_are_told_who_comes_and_goes),
        cmocka_unit_test(who_is_cut_off_has_left),
        cmocka_unit_test(a_nickname_that_is_taken_gets_a_number),
        cmocka_unit_test(
            the_hundredth_ann_has_no_nickname_and_none_can_write_to_it),
        cmocka_unit_test(nicknames_that_could_deceive_are_refused),
        cmocka_unit_test(a_room_has_the_name_of_a_channel),
        cmocka_unit_test(what_is_said_is_heard_by_all_in_the_room),
        cmocka_unit_test(what_is_said_is_in_the_channel),
        cmocka_unit_test(what_is_published_is_heard_in_the_room),
        cmocka_unit_test(who_comes_gets_what_is_kept_behind_its_place),
        cmocka_unit_test(who_comes_back_after_a_restart_is_told_that),
        cmocka_unit_test(who_enters_while_something_is_said_hears_it_once),
        cmocka_unit_test(without_a_nickname_one_listens_and_is_not_announced),
        cmocka_unit_test(who_speaks_is_braked_while_others_cannot_follow),
        cmocka_unit_test(who_is_recovered_is_where_it_was_and_hears_all_once),
        cmocka_unit_test(who_is_recovered_keeps_a_nickname_that_is_free_only),
        cmocka_unit_test(nobody_is_recovered_with_what_was_for_another_ann),
        cmocka_unit_test(a_room_goes_with_the_last_who_may_come_back),
        cmocka_unit_test(typing_is_told_to_the_others),
        cmocka_unit_test(a_private_message_reaches_one_only),
        cmocka_unit_test(who_joins_another_room_has_left_the_first),
        cmocka_unit_test(what_makes_no_sense_is_answered_with_an_error),
    };
    return peer_run("chat", tests, sizeof tests / sizeof *tests);
}
