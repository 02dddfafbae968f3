#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/loop.h"
#include "tests/backends.h"

/* One end of a socket pair that is watched, and the other end. */
struct end {
    struct watch watch;
    struct loop *loop;
    int other;
    int calls;
    unsigned ready;    /* of the last call */
    struct end *drops; /* when it is called, or NULL */
    struct end *adds;
};

static void on_ready(struct watch *watch, unsigned ready)
{
    struct end *end = CONTAINER(watch, struct end, watch);
    end->calls++;
    end->ready = ready;
    if (end->drops != NULL)
        loop_watch(end->loop, &end->drops->watch, 0);
    if (end->adds != NULL)
        loop_watch(end->loop, &end->adds->watch, LOOP_READ);
}

static void open_end(struct loop *loop, struct end *end)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    *end = (struct end){.watch = {.fd = fds[0], .on_ready = on_ready},
                        .loop = loop,
                        .other = fds[1]};
}

static void close_end(struct end *end)
{
    loop_watch(end->loop, &end->watch, 0);
    close(end->watch.fd);
    close(end->other);
}

static void poke(struct end *end)
{
    assert_int_equal(write(end->other, "x", 1), 1);
}

static int set_loop(void **state)
{
    *state = loop_new(backends_current());
    return *state == NULL;
}

static int free_loop(void **state)
{
    loop_free(*state);
    return 0;
}

/* ------------------------------------------------------------- readiness */

static void who_has_bytes_is_ready_to_read(void **state)
{
    struct loop *loop = *state;
    struct end end;
    open_end(loop, &end);
    assert_int_equal(loop_watch(loop, &end.watch, LOOP_READ), 0);
    loop_turn(loop, 0);
    assert_int_equal(end.calls, 0);
    poke(&end);
    loop_turn(loop, -1);
    assert_int_equal(end.calls, 1);
    assert_int_equal(end.ready, LOOP_READ);
    loop_turn(loop, 0); /* as long as nobody reads (level triggered) */
    assert_int_equal(end.calls, 2);
    close_end(&end);
}

static void who_has_room_is_ready_to_write(void **state)
{
    struct loop *loop = *state;
    struct end end;
    open_end(loop, &end);
    loop_watch(loop, &end.watch, LOOP_WRITE);
    loop_turn(loop, -1);
    assert_int_equal(end.ready, LOOP_WRITE);
    poke(&end);
    loop_watch(loop, &end.watch, LOOP_READ | LOOP_WRITE);
    loop_turn(loop, -1);
    assert_int_equal(end.ready, LOOP_READ | LOOP_WRITE);
    loop_watch(loop, &end.watch, LOOP_READ);
    loop_turn(loop, -1);
    assert_int_equal(end.ready, LOOP_READ);
    close_end(&end);
}

static void who_is_not_interested_is_not_called(void **state)
{
    struct loop *loop = *state;
    struct end end;
    open_end(loop, &end);
    loop_watch(loop, &end.watch, LOOP_READ);
    loop_watch(loop, &end.watch, 0);
    poke(&end);
    loop_turn(loop, 0);
    assert_int_equal(end.calls, 0);
    loop_watch(loop, &end.watch, LOOP_READ);
    loop_turn(loop, 0);
    assert_int_equal(end.calls, 1);
    close_end(&end);
}

static void a_peer_that_hangs_up_is_ready_for_whatever_was_asked(void **state)
{
    struct loop *loop = *state;
    struct end a, b;
    open_end(loop, &a);
    open_end(loop, &b);
    loop_watch(loop, &a.watch, LOOP_READ);
    loop_watch(loop, &b.watch, LOOP_WRITE);
    close(a.other);
    close(b.other);
    a.other = b.other = -1;
    loop_turn(loop, -1);
    assert_int_equal(a.ready, LOOP_READ);
    assert_int_equal(b.ready, LOOP_WRITE);
    close_end(&a);
    close_end(&b);
}

/* Whichever of two is called first drops the other: one call in all. */
static void who_was_dropped_in_this_turn_is_not_called(void **state)
{
    struct loop *loop = *state;
    struct end a, b;
    open_end(loop, &a);
    open_end(loop, &b);
    loop_watch(loop, &a.watch, LOOP_READ);
    loop_watch(loop, &b.watch, LOOP_READ);
    a.drops = &b;
    b.drops = &a;
    poke(&a);
    poke(&b);
    loop_turn(loop, -1);
    assert_int_equal(a.calls + b.calls, 1);
    close_end(&a);
    close_end(&b);
}

static void who_is_added_in_this_turn_is_called_in_the_next(void **state)
{
    struct loop *loop = *state;
    struct end a, b;
    open_end(loop, &a);
    open_end(loop, &b);
    loop_watch(loop, &a.watch, LOOP_READ);
    a.adds = &b;
    poke(&a);
    poke(&b);
    loop_turn(loop, -1);
    assert_int_equal(b.calls, 0);
    loop_turn(loop, -1);
    assert_int_equal(b.calls, 1);
    assert_int_equal(a.calls, 2);
    close_end(&a);
    close_end(&b);
}

/* Closes the descriptor of another watch, and watches a new one by that
 * number. */
struct thief {
    struct end own, victim, heir;
    bool has_stolen;
};

static void steal(struct watch *watch, unsigned ready)
{
    struct end *end = CONTAINER(watch, struct end, watch);
    struct thief *thief = CONTAINER(end, struct thief, own);
    (void)ready;
    if (thief->has_stolen || thief->victim.calls > 0)
        return;
    int fd = thief->victim.watch.fd;
    loop_watch(end->loop, &thief->victim.watch, 0);
    close(fd);
    open_end(end->loop, &thief->heir);
    assert_int_equal(thief->heir.watch.fd, fd);
    loop_watch(end->loop, &thief->heir.watch, LOOP_READ);
    thief->has_stolen = true;
}

static void a_descriptor_that_is_used_again_is_another_watch(void **state)
{
    struct loop *loop = *state;
    struct thief thief = {0};
    open_end(loop, &thief.victim);
    open_end(loop, &thief.own);
    thief.own.watch.on_ready = steal;
    /* poll goes from the last one to the first, epoll from the first */
    bool is_poll = backends_current() == &loop_poll;
    struct watch *first = is_poll ? &thief.victim.watch : &thief.own.watch;
    struct watch *last = is_poll ? &thief.own.watch : &thief.victim.watch;
    loop_watch(loop, first, LOOP_READ);
    loop_watch(loop, last, LOOP_READ);
    poke(is_poll ? &thief.victim : &thief.own);
    poke(is_poll ? &thief.own : &thief.victim);
    loop_turn(loop, -1);
    assert_true(thief.has_stolen);
    assert_int_equal(thief.victim.calls, 0);
    assert_int_equal(thief.heir.calls, 0);
    poke(&thief.heir);
    loop_turn(loop, -1);
    assert_int_equal(thief.heir.calls, 1);
    close(thief.victim.other);
    close_end(&thief.own);
    close_end(&thief.heir);
}

/* More than one wait of epoll reports; dropped from the middle, too. */
static void many_watches_are_all_called(void **state)
{
    enum { MANY = 400 };
    struct loop *loop = *state;
    struct end *ends = calloc(MANY, sizeof *ends);
    assert_non_null(ends);
    for (int i = 0; i < MANY; i++) {
        open_end(loop, &ends[i]);
        loop_watch(loop, &ends[i].watch, LOOP_READ);
        poke(&ends[i]);
    }
    for (int i = 0; i < MANY; i += 3)
        loop_watch(loop, &ends[i].watch, 0);
    for (int i = 0; i < 8; i++)
        loop_turn(loop, 0);
    for (int i = 0; i < MANY; i++) {
        assert_true(i % 3 == 0 ? ends[i].calls == 0 : ends[i].calls > 0);
        close_end(&ends[i]);
    }
    free(ends);
}

/* ------------------------------------------------------------- timers */

/* Writes its name down when it is due. */
struct alarm {
    struct timer timer;
    struct loop *loop;
    char name;
    struct alarm *cancels;
    int again_ms; /* 0: not again */
};

static struct buf diary;

static void expect_diary(const char *text)
{
    buf_append(&diary, "", 1);
    assert_string_equal((char *)buf_head(&diary), text);
    buf_free(&diary);
}

static void on_due(struct timer *timer)
{
    struct alarm *alarm = CONTAINER(timer, struct alarm, timer);
    buf_append(&diary, &alarm->name, 1);
    if (alarm->cancels != NULL)
        loop_timer_cancel(alarm->loop, &alarm->cancels->timer);
    if (alarm->again_ms > 0)
        loop_timer_set(alarm->loop, timer, alarm->again_ms);
}

static struct alarm alarm_of(struct loop *loop, char name)
{
    return (struct alarm){.timer.on_due = on_due, .loop = loop, .name = name};
}

static void timers_are_called_in_their_order(void **state)
{
    struct loop *loop = *state;
    struct alarm a = alarm_of(loop, 'a'), b = alarm_of(loop, 'b'),
                 c = alarm_of(loop, 'c');
    loop_timer_set(loop, &a.timer, 3000);
    loop_timer_set(loop, &b.timer, 1000);
    loop_timer_set(loop, &c.timer, 2000);
    loop_turn(loop, 0);
    expect_diary("");
    loop_advance(loop, 2000);
    loop_turn(loop, -1);
    expect_diary("bc");
    loop_advance(loop, 1000);
    loop_turn(loop, -1);
    expect_diary("a");
}

static void a_timer_is_called_once_unless_it_is_set_again(void **state)
{
    struct loop *loop = *state;
    struct alarm a = alarm_of(loop, 'a');
    a.again_ms = 1000;
    loop_timer_set(loop, &a.timer, 1000);
    for (int i = 0; i < 3; i++) {
        loop_advance(loop, 1000);
        loop_turn(loop, 0);
        loop_turn(loop, 0);
    }
    expect_diary("aaa");
    loop_timer_cancel(loop, &a.timer);
    loop_advance(loop, 1000);
    loop_turn(loop, 0);
    expect_diary("");
}

static void a_timer_may_cancel_one_that_is_due_too(void **state)
{
    struct loop *loop = *state;
    struct alarm a = alarm_of(loop, 'a'), b = alarm_of(loop, 'b');
    a.cancels = &b;
    loop_timer_set(loop, &a.timer, 1);
    loop_timer_set(loop, &b.timer, 2);
    loop_advance(loop, 10);
    loop_turn(loop, 0);
    expect_diary("a");
}

static void a_wait_ends_when_a_timer_is_due(void **state)
{
    struct loop *loop = *state;
    struct alarm a = alarm_of(loop, 'a');
    int64_t begin_ms = loop_now(loop);
    loop_timer_set(loop, &a.timer, 5);
    while (buf_size(&diary) == 0)
        assert_int_equal(loop_turn(loop, -1), 0);
    expect_diary("a");
    assert_true(loop_now(loop) - begin_ms >= 5);
}

static void a_wait_ends_at_its_limit(void **state)
{
    struct loop *loop = *state;
    struct alarm a = alarm_of(loop, 'a');
    loop_timer_set(loop, &a.timer, 3600 * 1000);
    assert_int_equal(loop_turn(loop, 1), 0);
    expect_diary("");
    loop_timer_cancel(loop, &a.timer);
}

static void a_loop_that_goes_away_forgets_its_timers(void **state)
{
    (void)state;
    struct loop *loop = loop_new(backends_current());
    struct alarm a = alarm_of(loop, 'a');
    loop_timer_set(loop, &a.timer, 1);
    loop_free(loop);
    assert_int_equal(a.timer.slot, 0);
}

/* ------------------------------------------------------------- deferred */

struct errand {
    struct deferred deferred;
    struct loop *loop;
    char name;
    struct errand *next; /* to be deferred by this one */
};

static void run(struct deferred *deferred)
{
    struct errand *errand = CONTAINER(deferred, struct errand, deferred);
    buf_append(&diary, &errand->name, 1);
    if (errand->next != NULL)
        loop_defer(errand->loop, &errand->next->deferred);
    errand->next = NULL;
}

static struct errand errand_of(struct loop *loop, char name)
{
    return (struct errand){.deferred.run = run, .loop = loop, .name = name};
}

static void errands_are_run_in_order_and_once(void **state)
{
    struct loop *loop = *state;
    struct errand a = errand_of(loop, 'a'), b = errand_of(loop, 'b');
    loop_defer(loop, &a.deferred);
    loop_defer(loop, &b.deferred);
    loop_defer(loop, &a.deferred);
    expect_diary("");
    loop_turn(loop, 0);
    loop_turn(loop, 0);
    expect_diary("ab");
}

static void an_errand_may_bring_others_and_itself(void **state)
{
    struct loop *loop = *state;
    struct errand a = errand_of(loop, 'a'), b = errand_of(loop, 'b');
    a.next = &b;
    b.next = &a;
    loop_defer(loop, &a.deferred);
    loop_turn(loop, 0);
    expect_diary("aba");
}

static void errands_come_after_watches_and_timers(void **state)
{
    struct loop *loop = *state;
    struct errand z = errand_of(loop, 'z');
    struct alarm a = alarm_of(loop, 'a');
    loop_defer(loop, &z.deferred);
    loop_timer_set(loop, &a.timer, 0);
    loop_turn(loop, 0);
    expect_diary("az");
}

static void the_last_errands_are_run_when_the_loop_goes(void **state)
{
    (void)state;
    struct loop *loop = loop_new(backends_current());
    struct errand a = errand_of(loop, 'a');
    loop_defer(loop, &a.deferred);
    loop_free(loop);
    expect_diary("a");
}

/* ------------------------------------------------------------- its life */

static void stop(struct timer *timer)
{
    loop_stop(CONTAINER(timer, struct alarm, timer)->loop);
}

static void it_runs_until_it_is_stopped_and_then_again(void **state)
{
    struct loop *loop = *state;
    struct alarm a = alarm_of(loop, 'a');
    a.timer.on_due = stop;
    for (int i = 0; i < 2; i++) {
        loop_timer_set(loop, &a.timer, 1);
        assert_int_equal(loop_run(loop), 0);
    }
}

static void on_signal(int number)
{
    (void)number;
}

/* The signal comes while the loop waits: a turn like any other. */
static void a_signal_is_no_error(void **state)
{
    struct loop *loop = *state;
    struct sigaction action = {.sa_handler = on_signal}, before;
    sigaction(SIGALRM, &action, &before);
    ualarm(2000, 0);
    int result = loop_turn(loop, 2000);
    ualarm(0, 0);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(result, 0);
}

static void the_clock_does_not_go_back(void **state)
{
    struct loop *loop = *state;
    int64_t before = loop_now(loop);
    loop_turn(loop, 0);
    assert_true(loop_now(loop) >= before);
    before = loop_now(loop);
    loop_advance(loop, 1000);
    assert_true(loop_now(loop) >= before + 1000);
    loop_turn(loop, 0);
    assert_true(loop_now(loop) >= before + 1000);
}

static void a_backend_has_a_name(void **state)
{
    (void)state;
    assert_ptr_equal(loop_backend_named("poll"), &loop_poll);
    const struct loop_backend *backend = backends_current();
    assert_ptr_equal(loop_backend_named(backend->name), backend);
    assert_non_null(loop_backend_named(NULL));
    assert_null(loop_backend_named("select"));
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(who_has_bytes_is_ready_to_read),
    cmocka_unit_test(who_has_room_is_ready_to_write),
    cmocka_unit_test(who_is_not_interested_is_not_called),
    cmocka_unit_test(a_peer_that_hangs_up_is_ready_for_whatever_was_asked),
    cmocka_unit_test(who_was_dropped_in_this_turn_is_not_called),
    cmocka_unit_test(who_is_added_in_this_turn_is_called_in_the_next),
    cmocka_unit_test(a_descriptor_that_is_used_again_is_another_watch),
    cmocka_unit_test(many_watches_are_all_called),
    cmocka_unit_test(timers_are_called_in_their_order),
    cmocka_unit_test(a_timer_is_called_once_unless_it_is_set_again),
    cmocka_unit_test(a_timer_may_cancel_one_that_is_due_too),
    cmocka_unit_test(a_wait_ends_when_a_timer_is_due),
    cmocka_unit_test(a_wait_ends_at_its_limit),
    cmocka_unit_test(a_loop_that_goes_away_forgets_its_timers),
    cmocka_unit_test(errands_are_run_in_order_and_once),
    cmocka_unit_test(an_errand_may_bring_others_and_itself),
    cmocka_unit_test(errands_come_after_watches_and_timers),
    cmocka_unit_test(the_last_errands_are_run_when_the_loop_goes),
    cmocka_unit_test(it_runs_until_it_is_stopped_and_then_again),
    cmocka_unit_test(a_signal_is_no_error),
    cmocka_unit_test(the_clock_does_not_go_back),
    cmocka_unit_test(a_backend_has_a_name),
};

int main(void)
{
    return backends_run("loop", tests, sizeof tests / sizeof *tests, set_loop,
                        free_loop);
}
