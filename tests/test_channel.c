#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/limits.h"
#include "server/channel.h"

/* ------------------------------------------------------------- a listener */

/* Writes down the ids that it gets: "1 2 3|" is three, in one delivery. */
struct listener {
    struct subscriber subscriber;
    struct buf heard;
    bool is_busy;   /* not ready for more */
    bool is_slow;   /* busy after each delivery */
    bool leaves;    /* after one delivery */
    int deliveries; /* counted */
    int lapses;
};

static int appended; /* messages encoded; set to 0 by each test */

static void append_id(struct buf *out, const struct message *message)
{
    appended++;
    buf_append_number(out, message->id);
    buf_append_text(out, " ");
}

static void append_bar(struct buf *out)
{
    buf_append_text(out, "|");
}

static const struct wire_format ids = {append_id, append_bar, false};
static const struct wire_format more_ids[5] = {
    {append_id, NULL, false}, {append_id, NULL, false},
    {append_id, NULL, false}, {append_id, NULL, false},
    {append_id, NULL, false},
};

static bool is_ready(const struct subscriber *subscriber)
{
    return !CONTAINER(subscriber, struct listener, subscriber)->is_busy;
}

static void deliver(struct subscriber *subscriber, struct slice bytes)
{
    struct listener *listener =
        CONTAINER(subscriber, struct listener, subscriber);
    buf_append_slice(&listener->heard, bytes);
    listener->deliveries++;
    listener->is_busy = listener->is_slow;
    if (listener->leaves) {
        channel_unsubscribe(subscriber);
        *subscriber = (struct subscriber){0}; /* its memory may be gone */
    }
}

static void on_lapsed(struct subscriber *subscriber)
{
    CONTAINER(subscriber, struct listener, subscriber)->lapses++;
    channel_unsubscribe(subscriber);
}

static const struct subscriber_kind kind = {&ids, is_ready, deliver, on_lapsed};

/* ------------------------------------------------------------- the stage */

struct stage {
    struct loop *loop;
    struct channels *channels;
    struct channel *lobby;
    struct listener a, b;
};

static int set_stage(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    stage->loop = loop_new(loop_backend_named(NULL));
    stage->channels = channels_new(stage->loop);
    stage->lobby = channel_named(stage->channels, slice_of("lobby"));
    appended = 0;
    *state = stage;
    return 0;
}

static int strike_stage(void **state)
{
    struct stage *stage = *state;
    channel_unsubscribe(&stage->a.subscriber);
    channel_unsubscribe(&stage->b.subscriber);
    loop_turn(stage->loop, 0);
    channels_free(stage->channels);
    loop_free(stage->loop);
    buf_free(&stage->a.heard);
    buf_free(&stage->b.heard);
    free(stage);
    return 0;
}

static void publish(struct stage *stage, const char *text)
{
    channel_publish(stage->lobby, slice_of(text));
}

static void publish_many(struct stage *stage, size_t count, size_t size)
{
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'x', size);
    for (size_t i = 0; i < count; i++)
        channel_publish(stage->lobby, (struct slice){text, size});
    free(text);
}

static void subscribe(struct stage *stage, struct listener *listener,
                      uint64_t after)
{
    channel_subscribe(stage->lobby, &listener->subscriber, &kind, after);
}

/* Turn, and compare all that was heard since the last time. */
static void expect_heard(struct stage *stage, struct listener *listener,
                         const char *text)
{
    loop_turn(stage->loop, 0);
    buf_append(&listener->heard, "", 1);
    assert_string_equal((char *)buf_head(&listener->heard), text);
    buf_consume(&listener->heard, buf_size(&listener->heard));
}

/* ------------------------------------------------------------- delivery */

static void messages_are_numbered_from_one(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(channel_newest(stage->lobby), 0);
    assert_int_equal(channel_publish(stage->lobby, slice_of("a")), 1);
    assert_int_equal(channel_publish(stage->lobby, slice_of("b")), 2);
    assert_int_equal(channel_newest(stage->lobby), 2);
    assert_int_equal(channels_published(stage->channels), 2);
}

static void what_is_published_in_a_turn_is_delivered_at_its_end(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    publish(stage, "one");
    publish(stage, "two");
    assert_int_equal(stage->a.deliveries, 0);
    expect_heard(stage, &stage->a, "1 2 |");
    expect_heard(stage, &stage->a, "");
    publish(stage, "three");
    expect_heard(stage, &stage->a, "3 |");
}

static void everybody_gets_everything_once(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    publish(stage, "one");
    expect_heard(stage, &stage->a, "1 |");
    subscribe(stage, &stage->b, 0);
    publish(stage, "two");
    expect_heard(stage, &stage->a, "2 |");
    expect_heard(stage, &stage->b, "1 2 |");
}

static void a_newcomer_gets_what_is_behind_its_place(void **state)
{
    struct stage *stage = *state;
    publish(stage, "one");
    publish(stage, "two");
    subscribe(stage, &stage->a, 1);
    expect_heard(stage, &stage->a, "2 |");
}

static void a_message_is_encoded_once_for_all(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    subscribe(stage, &stage->b, 0);
    publish(stage, "one");
    publish(stage, "two");
    loop_turn(stage->loop, 0);
    assert_int_equal(appended, 2);
    assert_int_equal(stage->a.deliveries + stage->b.deliveries, 2);
}

static void
more_formats_than_are_remembered_are_encoded_all_the_same(void **state)
{
    struct stage *stage = *state;
    struct subscriber_kind kinds[5];
    struct listener listeners[5] = {0};
    for (int i = 0; i < 5; i++) {
        kinds[i] = (struct subscriber_kind){&more_ids[i], is_ready, deliver,
                                            on_lapsed};
        channel_subscribe(stage->lobby, &listeners[i].subscriber, &kinds[i], 0);
    }
    for (int round = 0; round < 2; round++) {
        publish(stage, "x");
        for (int i = 0; i < 5; i++)
            expect_heard(stage, &listeners[i], round ? "2 " : "1 ");
    }
    for (int i = 0; i < 5; i++) {
        channel_unsubscribe(&listeners[i].subscriber);
        buf_free(&listeners[i].heard);
    }
}

static void who_is_busy_is_passed_over_and_catches_up(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    subscribe(stage, &stage->b, 0);
    stage->a.is_busy = true;
    publish(stage, "one");
    expect_heard(stage, &stage->a, "");
    expect_heard(stage, &stage->b, "1 |");
    publish(stage, "two");
    expect_heard(stage, &stage->b, "2 |");
    stage->a.is_busy = false;
    channel_catch_up(&stage->a.subscriber);
    expect_heard(stage, &stage->a, "1 2 |");
}

/* Messages whose encoding has a length, as it has on the wire. */
static void append_json(struct buf *out, const struct message *message)
{
    buf_append_slice(out, message->json);
}

static const struct wire_format jsons = {append_json, NULL, false};
static const struct wire_format whole = {append_json, NULL, true};
static const struct subscriber_kind in_portions = {&jsons, is_ready, deliver,
                                                   on_lapsed};
static const struct subscriber_kind at_once = {&whole, is_ready, deliver,
                                               on_lapsed};

static void a_backlog_is_delivered_in_portions(void **state)
{
    enum { MANY = 12, SIZE = PORTION_SIZE / 2 };
    struct stage *stage = *state;
    struct listener *a = &stage->a, *b = &stage->b;
    publish_many(stage, MANY, SIZE);
    a->is_slow = true;
    channel_subscribe(stage->lobby, &a->subscriber, &in_portions, 0);
    channel_subscribe(stage->lobby, &b->subscriber, &at_once, 0);
    loop_turn(stage->loop, 0);
    assert_int_equal(b->deliveries, 1);
    for (int portions = 1; portions < MANY / 2; portions++) {
        assert_int_equal(a->deliveries, portions);
        assert_true(buf_size(&a->heard) < (size_t)portions * 3 * SIZE);
        a->is_busy = false;
        channel_catch_up(&a->subscriber);
        loop_turn(stage->loop, 0);
    }
    assert_int_equal(buf_size(&a->heard), buf_size(&b->heard));
    assert_memory_equal(buf_head(&a->heard), buf_head(&b->heard),
                        buf_size(&a->heard));
}

/* Nobody calls it again when all of it went at once. */
static void who_is_ready_gets_every_portion(void **state)
{
    struct stage *stage = *state;
    struct listener *a = &stage->a;
    publish_many(stage, 12, PORTION_SIZE / 2);
    channel_subscribe(stage->lobby, &a->subscriber, &in_portions, 0);
    loop_turn(stage->loop, 0);
    assert_int_equal(a->subscriber.after, 12);
    a->is_busy = true;
    publish_many(stage, 12, PORTION_SIZE / 2);
    loop_turn(stage->loop, 0);
    assert_int_equal(a->subscriber.after, 12);
    a->is_busy = false;
    channel_catch_up(&a->subscriber);
    loop_turn(stage->loop, 0);
    assert_int_equal(a->subscriber.after, 24);
    assert_int_equal(a->deliveries, 12);
}

static void who_leaves_while_it_is_served_disturbs_nobody(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    subscribe(stage, &stage->b, 0);
    stage->b.leaves = true;
    publish(stage, "one");
    expect_heard(stage, &stage->a, "1 |");
    expect_heard(stage, &stage->b, "1 |");
    publish(stage, "two");
    expect_heard(stage, &stage->a, "2 |");
    expect_heard(stage, &stage->b, "");
}

static void who_left_may_leave_again(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    channel_unsubscribe(&stage->a.subscriber);
    channel_unsubscribe(&stage->a.subscriber);
    channel_catch_up(&stage->a.subscriber);
    publish(stage, "one");
    expect_heard(stage, &stage->a, "");
}

/* ------------------------------------------------------------- bounds */

static struct place resume(struct stage *stage, uint64_t after,
                           const char *instance, const char *notice_has)
{
    struct place place = {after, slice_of(instance)};
    struct message notice;
    bool is_lost = channel_resume(stage->lobby, &place, &notice);
    assert_int_equal(is_lost, notice_has != NULL);
    if (is_lost) {
        char text[256];
        snprintf(text, sizeof text, "%.*s", (int)notice.json.size,
                 notice.json.data);
        assert_int_equal(notice.id, place.after);
        assert_non_null(strstr(text, "\"lost\":"));
        assert_non_null(strstr(text, notice_has));
    }
    return place;
}

static void the_newest_messages_are_kept(void **state)
{
    struct stage *stage = *state;
    publish_many(stage, CHANNEL_MESSAGES, 1);
    assert_int_equal(resume(stage, 0, "", NULL).after, 0);
    publish_many(stage, 3, 1);
    assert_int_equal(resume(stage, 0, "", NULL).after, 3);
}

static void bytes_are_bounded_too(void **state)
{
    struct stage *stage = *state;
    publish_many(stage, 8, CHANNEL_BYTES / 4);
    struct buf all = {0};
    channel_encode(stage->lobby, &ids, resume(stage, 0, "", NULL).after, &all);
    buf_append(&all, "", 1);
    assert_string_equal((char *)buf_head(&all), "6 7 8 |");
    buf_free(&all);
}

static void the_newest_is_kept_however_long(void **state)
{
    struct stage *stage = *state;
    publish(stage, "short");
    publish_many(stage, 1, CHANNEL_BYTES + 1);
    assert_int_equal(resume(stage, 0, "", NULL).after, 1);
}

/* All channels together are bounded, at the cost of whoever has most. */
static void a_channel_is_not_robbed_by_the_others(void **state)
{
    struct stage *stage = *state;
    struct channel *small = channel_named(stage->channels, slice_of("small"));
    channel_publish(small, slice_of("one"));
    for (int i = 0; i < 2 * CHANNELS_BYTES / CHANNEL_BYTES; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        stage->lobby = channel_named(stage->channels, slice_of(name));
        publish_many(stage, 5, CHANNEL_BYTES / 4);
    }
    channel_publish(small, slice_of("two"));
    stage->lobby = small;
    assert_int_equal(resume(stage, 0, "", NULL).after, 0);
}

static void one_turn_may_bring_more_than_is_kept(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    publish_many(stage, CHANNEL_MESSAGES + 1, 1);
    assert_int_equal(stage->a.deliveries, 1);
    loop_turn(stage->loop, 0);
    assert_int_equal(stage->a.deliveries, 2);
    assert_int_equal(stage->a.lapses, 0);
    assert_int_equal(appended, CHANNEL_MESSAGES + 1);
}

static void a_newcomer_is_served_before_its_backlog_is_dropped(void **state)
{
    struct stage *stage = *state;
    publish_many(stage, CHANNEL_MESSAGES, 1);
    loop_turn(stage->loop, 0);
    subscribe(stage, &stage->a, 0);
    publish_many(stage, 1, 1);
    loop_turn(stage->loop, 0);
    assert_int_equal(stage->a.lapses, 0);
    assert_int_equal(appended, CHANNEL_MESSAGES + 1);
}

static void who_is_busy_for_too_long_lapses(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    stage->a.is_busy = true;
    publish_many(stage, CHANNEL_MESSAGES, 1);
    loop_turn(stage->loop, 0);
    assert_int_equal(stage->a.lapses, 0);
    publish_many(stage, 1, 1);
    loop_turn(stage->loop, 0);
    assert_int_equal(stage->a.lapses, 1);
    expect_heard(stage, &stage->a, "");
}

static void
a_channel_is_crowded_while_somebody_is_half_of_it_behind(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    publish_many(stage, CHANNEL_MESSAGES - 1, 1);
    loop_turn(stage->loop, 0);
    assert_false(channel_is_crowded(stage->lobby)); /* it has had them all */
    stage->a.is_busy = true;
    publish_many(stage, CHANNEL_MESSAGES / 2, 1);
    loop_turn(stage->loop, 0);
    assert_false(channel_is_crowded(stage->lobby));
    publish_many(stage, 1, 1);
    loop_turn(stage->loop, 0);
    assert_true(channel_is_crowded(stage->lobby));
    stage->a.is_busy = false;
    channel_catch_up(&stage->a.subscriber);
    publish_many(stage, 1, 1);
    loop_turn(stage->loop, 0);
    assert_false(channel_is_crowded(stage->lobby));
}

static void long_messages_crowd_it_by_their_bytes(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    stage->a.is_busy = true;
    publish_many(stage, 1, CHANNEL_BYTES / 2 - 100);
    loop_turn(stage->loop, 0);
    assert_false(channel_is_crowded(stage->lobby));
    publish_many(stage, 1, 100);
    loop_turn(stage->loop, 0);
    assert_true(channel_is_crowded(stage->lobby));
}

static void who_has_lapsed_crowds_nobody(void **state)
{
    struct stage *stage = *state;
    subscribe(stage, &stage->a, 0);
    stage->a.is_busy = true;
    publish_many(stage, CHANNEL_MESSAGES, 1);
    loop_turn(stage->loop, 0);
    assert_true(channel_is_crowded(stage->lobby));
    publish_many(stage, 1, 1);
    loop_turn(stage->loop, 0);
    assert_int_equal(stage->a.lapses, 1);
    assert_false(channel_is_crowded(stage->lobby));
}

/* ------------------------------------------------------------- resuming */

static void who_missed_nothing_is_told_nothing(void **state)
{
    struct stage *stage = *state;
    publish(stage, "one");
    assert_int_equal(resume(stage, 1, "", NULL).after, 1);
    assert_int_equal(
        resume(stage, 1, channel_instance(stage->lobby), NULL).after, 1);
}

static void who_missed_too_much_is_told(void **state)
{
    struct stage *stage = *state;
    publish_many(stage, CHANNEL_MESSAGES + 5, 1);
    assert_int_equal(resume(stage, 5, "", NULL).after, 5);
    assert_int_equal(resume(stage, 4, "", "are gone").after, 5);
}

static void an_id_that_was_never_given_tells_of_a_restart(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(resume(stage, 1, "", "restarted").after, 0);
    publish(stage, "one");
    assert_int_equal(resume(stage, 2, "", "restarted").after, 0);
    assert_int_equal(resume(stage, UINT64_MAX, "", "restarted").after, 0);
}

static void another_instance_tells_of_a_restart(void **state)
{
    struct stage *stage = *state;
    publish(stage, "one");
    assert_int_equal(resume(stage, 1, "another", "restarted").after, 0);
}

static void messages_are_json(void **state)
{
    struct stage *stage = *state;
    struct message notice;
    struct place place = {7, slice_of("")};
    assert_true(channel_resume(stage->lobby, &place, &notice));
    assert_true(slice_starts_with(notice.json, "{\"id\":0,\"time\":1"));
    assert_int_equal(notice.json.data[notice.json.size - 1], '}');
}

/* ------------------------------------------------------------- names */

static void names_are_checked(void **state)
{
    (void)state;
    char long_name[CHANNEL_NAME_MAX + 2];
    memset(long_name, 'a', sizeof long_name);
    assert_true(channel_name_is_valid(slice_of("lobby-1.2_3~")));
    assert_true(
        channel_name_is_valid((struct slice){long_name, CHANNEL_NAME_MAX}));
    assert_false(
        channel_name_is_valid((struct slice){long_name, CHANNEL_NAME_MAX + 1}));
    assert_false(channel_name_is_valid(slice_of("")));
    assert_false(channel_name_is_valid(slice_of("a b")));
    assert_false(channel_name_is_valid(slice_of("a/b")));
    assert_false(channel_name_is_valid((struct slice){"a\0b", 3}));
}

static void a_name_is_one_channel(void **state)
{
    struct stage *stage = *state;
    assert_ptr_equal(channel_named(stage->channels, slice_of("lobby")),
                     stage->lobby);
    assert_ptr_not_equal(channel_named(stage->channels, slice_of("lobb")),
                         stage->lobby);
    assert_string_equal(channel_name(stage->lobby), "lobby");
    assert_int_equal(channels_count(stage->channels), 2);
}

static struct channel *fill_up(struct stage *stage)
{
    struct channel *channel = NULL;
    while (channels_count(stage->channels) < CHANNELS_MAX) {
        char name[16];
        snprintf(name, sizeof name, "c%zu", channels_count(stage->channels));
        channel = channel_named(stage->channels, slice_of(name));
        assert_non_null(channel);
    }
    return channel;
}

static void a_channel_nobody_hears_makes_room(void **state)
{
    struct stage *stage = *state;
    char instance[32];
    subscribe(stage, &stage->a, 0);
    struct channel *second = channel_named(stage->channels, slice_of("second"));
    snprintf(instance, sizeof instance, "%s", channel_instance(second));
    fill_up(stage);
    assert_non_null(channel_named(stage->channels, slice_of("one more")));
    assert_int_equal(channels_count(stage->channels), CHANNELS_MAX);
    assert_ptr_equal(channel_named(stage->channels, slice_of("lobby")),
                     stage->lobby);
    second = channel_named(stage->channels, slice_of("second"));
    assert_string_not_equal(channel_instance(second), instance);
}

static void a_channel_about_to_deliver_stays(void **state)
{
    struct stage *stage = *state;
    publish(stage, "one");
    fill_up(stage);
    assert_non_null(channel_named(stage->channels, slice_of("one more")));
    assert_ptr_equal(channel_named(stage->channels, slice_of("lobby")),
                     stage->lobby);
}

static void when_all_are_heard_there_is_no_room(void **state)
{
    struct stage *stage = *state;
    struct listener *listeners = calloc(CHANNELS_MAX, sizeof *listeners);
    assert_non_null(listeners);
    for (int i = 0; i < CHANNELS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, i ? "c%d" : "lobby", i);
        channel_subscribe(channel_named(stage->channels, slice_of(name)),
                          &listeners[i].subscriber, &kind, 0);
    }
    assert_null(channel_named(stage->channels, slice_of("one more")));
    for (int i = 0; i < CHANNELS_MAX; i++)
        channel_unsubscribe(&listeners[i].subscriber);
    free(listeners);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_stage, strike_stage)

static const struct CMUnitTest tests[] = {
    TEST(messages_are_numbered_from_one),
    TEST(what_is_published_in_a_turn_is_delivered_at_its_end),
    TEST(everybody_gets_everything_once),
    TEST(a_newcomer_gets_what_is_behind_its_place),
    TEST(a_message_is_encoded_once_for_all),
    TEST(more_formats_than_are_remembered_are_encoded_all_the_same),
    TEST(who_is_busy_is_passed_over_and_catches_up),
    TEST(a_backlog_is_delivered_in_portions),
    TEST(who_is_ready_gets_every_portion),
    TEST(who_leaves_while_it_is_served_disturbs_nobody),
    TEST(who_left_may_leave_again),
    TEST(the_newest_messages_are_kept),
    TEST(bytes_are_bounded_too),
    TEST(the_newest_is_kept_however_long),
    TEST(a_channel_is_not_robbed_by_the_others),
    TEST(one_turn_may_bring_more_than_is_kept),
    TEST(a_newcomer_is_served_before_its_backlog_is_dropped),
    TEST(who_is_busy_for_too_long_lapses),
    TEST(a_channel_is_crowded_while_somebody_is_half_of_it_behind),
    TEST(long_messages_crowd_it_by_their_bytes),
    TEST(who_has_lapsed_crowds_nobody),
    TEST(who_missed_nothing_is_told_nothing),
    TEST(who_missed_too_much_is_told),
    TEST(an_id_that_was_never_given_tells_of_a_restart),
    TEST(another_instance_tells_of_a_restart),
    TEST(messages_are_json),
    TEST(names_are_checked),
    TEST(a_name_is_one_channel),
    TEST(a_channel_nobody_hears_makes_room),
    TEST(a_channel_about_to_deliver_stays),
    TEST(when_all_are_heard_there_is_no_room),
};

int main(void)
{
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
