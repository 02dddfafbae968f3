#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/conn.h"
#include "common/limits.h"
#include "tests/backends.h"

/* A connection whose protocol does what the test says, and the other end. */
struct stage {
    struct loop *loop;
    struct conn_set set;
    struct conn *conn; /* NULL after on_closed */
    int peer;
    struct buf heard;                 /* what the protocol took out of `in` */
    struct buf diary;                 /* what it was called for: d e s c */
    const char *why;                  /* of on_closed */
    void (*act)(struct stage *stage); /* what to do in on_bytes */
    size_t takes; /* bytes at a time in on_bytes; 0: all, as long as it may */
};

static struct stage *stage_of(const struct conn *conn)
{
    return conn->session;
}

static void note(struct stage *stage, const char *what)
{
    buf_append_text(&stage->diary, what);
}

static void on_bytes(struct conn *conn)
{
    struct stage *stage = stage_of(conn);
    if (stage->act != NULL) {
        stage->act(stage);
        return;
    }
    while (buf_size(&conn->in) > 0 && conn_may_serve(conn)) {
        size_t size = buf_size(&conn->in);
        if (stage->takes > 0 && size > stage->takes)
            size = stage->takes;
        buf_append(&stage->heard, buf_head(&conn->in), size);
        buf_consume(&conn->in, size);
    }
}

static void on_drained(struct conn *conn)
{
    note(stage_of(conn), "d");
}

static void on_end(struct conn *conn)
{
    note(stage_of(conn), "e");
    conn_drain(conn, "peer is done");
}

static void on_shutdown(struct conn *conn)
{
    note(stage_of(conn), "s");
    conn_drain(conn, "shutting down");
}

static void on_closed(struct conn *conn)
{
    struct stage *stage = stage_of(conn);
    note(stage, "c");
    stage->why = conn->why;
    stage->conn = NULL;
}

static const struct protocol protocol = {
    .name = "test",
    .on_bytes = on_bytes,
    .on_drained = on_drained,
    .on_end = on_end,
    .on_shutdown = on_shutdown,
    .on_closed = on_closed,
};

static const struct protocol without_end = {
    .name = "test",
    .on_bytes = on_bytes,
    .on_shutdown = on_shutdown,
    .on_closed = on_closed,
};

static int set_stage(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    struct net_peer nobody = {.family = AF_UNIX};
    int fds[2], size = 1; /* as small as the kernel makes it */
    assert_non_null(stage);
    stage->loop = loop_new(backends_current());
    stage->set.loop = stage->loop;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    stage->peer = fds[1];
    stage->conn = conn_new(&stage->set, fds[0], &nobody, &protocol, stage);
    assert_non_null(stage->conn);
    *state = stage;
    return 0;
}

static int strike_stage(void **state)
{
    struct stage *stage = *state;
    conn_set_close(&stage->set, "over");
    loop_turn(stage->loop, 0);
    assert_int_equal(stage->set.count, 0);
    assert_null(stage->set.first);
    loop_free(stage->loop);
    if (stage->peer != -1)
        close(stage->peer);
    buf_free(&stage->heard);
    buf_free(&stage->diary);
    free(stage);
    return 0;
}

/* ------------------------------------------------------------- the peer */

static void turn(struct stage *stage)
{
    assert_int_equal(loop_turn(stage->loop, 0), 0);
}

static void say(struct stage *stage, const char *text)
{
    size_t size = strlen(text);
    assert_int_equal(send(stage->peer, text, size, MSG_NOSIGNAL), size);
}

/* Send until the kernel takes no more; returns how much that was. */
static size_t say_all(struct stage *stage)
{
    static char bytes[64 * 1024];
    size_t sum = 0;
    ssize_t sent;
    while ((sent = send(stage->peer, bytes, sizeof bytes, MSG_NOSIGNAL)) > 0)
        sum += (size_t)sent;
    return sum;
}

/* Read until the end or `want` bytes, and turn in between. */
static void read_to(struct stage *stage, struct buf *bytes, size_t want)
{
    enum { AT_ONCE = 64 * 1024 };
    for (int idle = 0; idle < 100 && buf_size(bytes) < want; idle++) {
        ssize_t got = recv(stage->peer, buf_room(bytes, AT_ONCE), AT_ONCE, 0);
        if (got == 0)
            break;
        if (got > 0) {
            buf_added(bytes, (size_t)got);
            idle = 0;
        }
        turn(stage);
    }
}

/* The same; returns how much it was. */
static size_t read_all(struct stage *stage, size_t want)
{
    struct buf bytes = {0};
    read_to(stage, &bytes, want);
    size_t size = buf_size(&bytes);
    buf_free(&bytes);
    return size;
}

static void expect_text(struct stage *stage, const char *text)
{
    char bytes[256] = "";
    ssize_t got = recv(stage->peer, bytes, sizeof bytes - 1, 0);
    assert_int_equal(got, strlen(text));
    assert_string_equal(bytes, text);
}

static void expect_end(struct stage *stage)
{
    char byte;
    assert_int_equal(recv(stage->peer, &byte, 1, 0), 0);
}

static void expect_diary(struct stage *stage, const char *text)
{
    buf_append(&stage->diary, "", 1);
    assert_string_equal((char *)buf_head(&stage->diary), text);
    buf_free(&stage->diary);
}

static void expect_closed(struct stage *stage, const char *why)
{
    assert_null(stage->conn);
    assert_string_equal(stage->why, why);
    assert_int_equal(stage->set.count, 0);
}

/* Put `size` bytes into `out`, and send what the kernel takes. */
static void write_much(struct stage *stage, size_t size)
{
    memset(buf_room(&stage->conn->out, size), 'x', size);
    buf_added(&stage->conn->out, size);
    conn_flush(stage->conn);
}

/* ------------------------------------------------------------- both ways */

static void what_arrives_is_served(void **state)
{
    struct stage *stage = *state;
    say(stage, "hello");
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "hello"));
    assert_null(stage->conn->in.data); /* who is idle holds no memory */
    assert_null(stage->conn->out.data);
}

static void answer_twice(struct stage *stage)
{
    conn_write(stage->conn, slice_of("one"));
    buf_append_text(&stage->conn->out, "two");
    conn_flush(stage->conn);
    buf_consume(&stage->conn->in, buf_size(&stage->conn->in));
    char byte;
    assert_int_equal(recv(stage->peer, &byte, 1, MSG_PEEK), -1);
}

static void what_is_answered_together_is_sent_together(void **state)
{
    struct stage *stage = *state;
    stage->act = answer_twice;
    say(stage, "?");
    turn(stage);
    expect_text(stage, "onetwo");
    assert_null(stage->conn->out.data);
}

static void leave_all(struct stage *stage)
{
    (void)stage;
}

static void who_waits_is_neither_served_nor_read_until_woken(void **state)
{
    struct stage *stage = *state;
    stage->act = leave_all;
    say(stage, "hel");
    turn(stage);
    stage->act = NULL;
    conn_wait(stage->conn);
    conn_resume(stage->conn);
    say(stage, "lo");
    turn(stage);
    turn(stage);
    assert_int_equal(buf_size(&stage->heard), 0);
    assert_true(slice_is(buf_slice(&stage->conn->in), "hel"));
    conn_set_wake(&stage->set);
    turn(stage);
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "hello"));
}

static void who_waits_may_close(void **state)
{
    struct stage *stage = *state;
    conn_wait(stage->conn);
    conn_close(stage->conn, "tired");
    conn_set_wake(&stage->set);
    turn(stage);
    expect_closed(stage, "tired");
}

static void who_has_closed_waits_no_more(void **state)
{
    struct stage *stage = *state;
    conn_wait(stage->conn);
    conn_wait(stage->conn);
    conn_close(stage->conn, "tired");
    turn(stage);
    expect_closed(stage, "tired");
    conn_set_wake(&stage->set);
    assert_null(stage->set.waiting);
}

static void what_is_not_taken_is_kept_for_the_next_bytes(void **state)
{
    struct stage *stage = *state;
    stage->act = leave_all;
    say(stage, "hel");
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->conn->in), "hel"));
    say(stage, "lo");
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->conn->in), "hello"));
    assert_int_equal(buf_size(&loop_lent(stage->loop)->in), 0);
    stage->act = NULL;
    conn_resume(stage->conn);
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "hello"));
    assert_null(stage->conn->in.data);
}

static void written_outside_of_serving_it_goes_at_once(void **state)
{
    struct stage *stage = *state;
    conn_write(stage->conn, slice_of("hello"));
    expect_text(stage, "hello");
    assert_null(stage->conn->out.data);
}

static void what_was_written_later_comes_later(void **state)
{
    struct stage *stage = *state;
    buf_append_text(&stage->conn->out, "one");
    conn_write(stage->conn, slice_of("two"));
    turn(stage);
    expect_text(stage, "onetwo");
    assert_null(stage->conn->out.data);
}

static void short_writes_are_completed(void **state)
{
    enum { MUCH = 300000 };
    struct stage *stage = *state;
    write_much(stage, MUCH / 2);
    char *more = calloc(1, MUCH / 2);
    conn_write(stage->conn, (struct slice){more, MUCH / 2});
    free(more);
    assert_true(buf_size(&stage->conn->out) > 0);
    assert_int_equal(read_all(stage, MUCH), MUCH);
    assert_null(stage->conn->out.data);
    assert_int_equal(stage->conn->timer.slot, 0);
    assert_int_equal(stage->set.bytes_out, MUCH);
}

/* Each third of `in` in brackets, which are copied. */
static void bracket_thirds(struct stage *stage)
{
    struct conn *conn = stage->conn;
    struct slice in = buf_slice(&conn->in);
    buf_consume(&conn->in, in.size);
    for (size_t i = 0; i < 3; i++) {
        buf_append_text(&conn->out, "<");
        conn_write(conn,
                   (struct slice){in.data + i * in.size / 3, in.size / 3});
        conn_write(conn, slice_of(">"));
    }
}

/* More than the kernel takes: it stops amid one of them. */
static void what_is_sent_from_where_it_arrived_keeps_its_order(void **state)
{
    struct stage *stage = *state;
    struct buf expected = {0}, got = {0};
    char third[SEND_IN_PLACE];
    stage->act = bracket_thirds;
    for (int i = 0; i < 3; i++) {
        memset(third, 'a' + i, sizeof third);
        assert_int_equal(send(stage->peer, third, sizeof third, 0),
                         sizeof third);
        buf_append_text(&expected, "<");
        buf_append(&expected, third, sizeof third);
        buf_append_text(&expected, ">");
    }
    turn(stage);
    assert_true(buf_size(&stage->conn->out) > 0);
    read_to(stage, &got, buf_size(&expected));
    assert_int_equal(buf_size(&got), buf_size(&expected));
    assert_memory_equal(buf_head(&got), buf_head(&expected), buf_size(&got));
    buf_free(&expected);
    buf_free(&got);
}

static void close_behind_thirds(struct stage *stage)
{
    bracket_thirds(stage);
    conn_close(stage->conn, "enough");
}

static void what_was_to_be_sent_from_there_goes_with_a_close(void **state)
{
    struct stage *stage = *state;
    char bytes[3 * SEND_IN_PLACE] = {0};
    stage->act = close_behind_thirds;
    assert_int_equal(send(stage->peer, bytes, sizeof bytes, 0), sizeof bytes);
    turn(stage);
    expect_closed(stage, "enough");
    expect_end(stage);
}

/* The other one is the first of the set. */
static void write_to_other_too(struct stage *stage)
{
    bracket_thirds(stage);
    conn_write(stage->set.first, slice_of("hello"));
}

static void what_is_sent_from_there_is_for_nobody_else(void **state)
{
    struct stage *stage = *state;
    struct net_peer nobody = {.family = AF_UNIX};
    char bytes[3 * SEND_IN_PLACE] = {0};
    int fds[2], peer = stage->peer;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_non_null(
        conn_new(&stage->set, fds[0], &nobody, &without_end, stage));
    stage->act = write_to_other_too;
    assert_int_equal(send(peer, bytes, sizeof bytes, 0), sizeof bytes);
    turn(stage);
    stage->peer = fds[1];
    expect_text(stage, "hello");
    stage->peer = peer;
    assert_int_equal(read_all(stage, sizeof bytes + 6), sizeof bytes + 6);
    close(fds[1]);
}

/* A peer that has sent much is read once in a turn. */
static void there_is_one_read_per_turn(void **state)
{
    struct stage *stage = *state;
    size_t sent = 0;
    for (size_t more = say_all(stage); more > 0; more = say_all(stage)) {
        size_t before = buf_size(&stage->heard);
        turn(stage);
        assert_true(buf_size(&stage->heard) - before <= LENT_READ_SIZE);
        sent += more;
        if (sent > 4 * LENT_READ_SIZE)
            break;
    }
    while (buf_size(&stage->heard) < sent)
        turn(stage);
    assert_int_equal(stage->set.bytes_in, sent);
}

/* ------------------------------------------------------------- backpressure */

static void who_does_not_read_is_not_read(void **state)
{
    struct stage *stage = *state;
    write_much(stage, 2 * OUT_LIMIT);
    assert_true(conn_is_full(stage->conn));
    assert_false(conn_may_serve(stage->conn));
    say(stage, "hello");
    turn(stage);
    turn(stage);
    assert_int_equal(buf_size(&stage->heard), 0);
    expect_diary(stage, "");
    read_all(stage, 2 * OUT_LIMIT);
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "hello"));
    expect_diary(stage, "d");
}

static void fill_up(struct stage *stage)
{
    struct conn *conn = stage->conn;
    while (buf_size(&conn->in) > 0 && conn_may_serve(conn)) {
        buf_append(&stage->heard, buf_head(&conn->in), 1);
        buf_consume(&conn->in, 1);
        memset(buf_room(&conn->out, 2 * OUT_LIMIT), 'x', 2 * OUT_LIMIT);
        buf_added(&conn->out, 2 * OUT_LIMIT);
    }
}

/* What one read has brought is served in pieces, as the answers go out. */
static void serving_goes_on_where_it_stopped(void **state)
{
    struct stage *stage = *state;
    stage->act = fill_up;
    say(stage, "abc");
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "a"));
    assert_true(slice_is(buf_slice(&stage->conn->in), "bc"));
    assert_int_equal(read_all(stage, 6 * OUT_LIMIT), 6 * OUT_LIMIT);
    assert_true(slice_is(buf_slice(&stage->heard), "abc"));
}

static void what_nobody_takes_is_bounded(void **state)
{
    struct stage *stage = *state;
    stage->act = leave_all;
    for (int i = 0; i < 50; i++) {
        say_all(stage);
        turn(stage);
    }
    assert_true(buf_size(&stage->conn->in) < IN_LIMIT + LENT_READ_SIZE);
    assert_false(stage->conn->watch.interest & LOOP_READ);
    stage->act = NULL;
    conn_resume(stage->conn);
    turn(stage);
    assert_true(stage->conn->watch.interest & LOOP_READ);
}

static void who_takes_nothing_is_given_up(void **state)
{
    struct stage *stage = *state;
    write_much(stage, OUT_LIMIT);
    loop_advance(stage->loop, STALL_MS - 1000);
    turn(stage);
    assert_non_null(stage->conn);
    loop_advance(stage->loop, 1000);
    turn(stage);
    expect_closed(stage, "peer does not read");
}

static void who_takes_enough_has_more_time(void **state)
{
    struct stage *stage = *state;
    write_much(stage, OUT_LIMIT);
    for (int i = 0; i < 4; i++) {
        loop_advance(stage->loop, STALL_MS - 1000);
        assert_true(read_all(stage, 2 * TAKEN_MIN) >= 2 * TAKEN_MIN);
        turn(stage);
    }
    assert_non_null(stage->conn);
}

/* A byte now and then is not reading. */
static void who_takes_too_little_is_given_up(void **state)
{
    struct stage *stage = *state;
    char bytes[1024];
    write_much(stage, OUT_LIMIT);
    for (int i = 0; i < 10; i++) {
        assert_non_null(stage->conn);
        assert_true(recv(stage->peer, bytes, sizeof bytes, 0) > 0);
        turn(stage);
        loop_advance(stage->loop, STALL_MS / 10);
    }
    turn(stage);
    expect_closed(stage, "peer does not read");
}

/* The kernel tells of room only when there is much of it. */
static void what_the_kernel_takes_in_silence_counts(void **state)
{
    struct stage *stage = *state;
    int size = 4 * TAKEN_MIN;
    write_much(stage, OUT_LIMIT);
    setsockopt(stage->conn->watch.fd, SOL_SOCKET, SO_SNDBUF, &size,
               sizeof size);
    loop_advance(stage->loop, STALL_MS - 1000);
    loop_watch(stage->loop, &stage->conn->watch, 0);
    loop_advance(stage->loop, 1000);
    turn(stage);
    assert_non_null(stage->conn);
}

/* ------------------------------------------------------------- the end */

static void closing_says_why_once(void **state)
{
    struct stage *stage = *state;
    conn_close(stage->conn, "first");
    conn_close(stage->conn, "second");
    assert_non_null(stage->conn); /* until the end of the turn */
    turn(stage);
    expect_closed(stage, "first");
    expect_diary(stage, "c");
    expect_end(stage);
}

/* ------------------------------------------------------------- held */

static void expect_nothing(struct stage *stage)
{
    char byte;
    turn(stage);
    assert_int_equal(recv(stage->peer, &byte, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
}

static void hold_between_two(struct stage *stage)
{
    buf_append_text(&stage->conn->out, "one");
    conn_hold(stage->conn, 10);
    expect_text(stage, "one");
    buf_append_text(&stage->conn->out, "two");
    conn_write(stage->conn, slice_of(" three"));
}

static void what_comes_behind_a_hold_waits_for_its_time(void **state)
{
    struct stage *stage = *state;
    loop_hold_clock(stage->loop);
    stage->act = hold_between_two;
    say(stage, "x");
    turn(stage);
    expect_nothing(stage);
    assert_int_equal(stage->conn->watch.interest, LOOP_READ); /* or it spins */
    conn_write(stage->conn, slice_of(" four"));
    conn_hold(stage->conn, 10); /* not again */
    loop_advance(stage->loop, 9);
    expect_nothing(stage);
    loop_advance(stage->loop, 1);
    turn(stage);
    expect_text(stage, "two three four");
    conn_write(stage->conn, slice_of("five"));
    expect_text(stage, "five");
    assert_int_equal(buf_size(&stage->conn->out), 0);
    loop_advance(stage->loop, STALL_MS);
    turn(stage);
    assert_non_null(stage->conn);
}

static void a_hold_of_nothing_sends_what_waits(void **state)
{
    struct stage *stage = *state;
    buf_append_text(&stage->conn->out, "one");
    conn_hold(stage->conn, 0);
    expect_text(stage, "one");
    conn_write(stage->conn, slice_of("two"));
    expect_text(stage, "two");
}

static void who_drains_is_held_no_more(void **state)
{
    struct stage *stage = *state;
    loop_hold_clock(stage->loop);
    conn_hold(stage->conn, 10);
    conn_write(stage->conn, slice_of("last"));
    conn_drain(stage->conn, "bye");
    expect_text(stage, "last");
    expect_end(stage);
}

static void who_does_not_read_behind_a_hold_is_closed(void **state)
{
    struct stage *stage = *state;
    static char bytes[4 * OUT_LIMIT];
    loop_hold_clock(stage->loop);
    conn_hold(stage->conn, 10);
    conn_write(stage->conn, (struct slice){bytes, sizeof bytes});
    assert_int_equal(buf_size(&stage->conn->out), sizeof bytes);
    loop_advance(stage->loop, 10);
    turn(stage);
    assert_non_null(stage->conn);
    loop_advance(stage->loop, STALL_MS);
    turn(stage);
    turn(stage);
    expect_closed(stage, "peer does not read");
}

static void a_closed_connection_may_still_be_used(void **state)
{
    struct stage *stage = *state;
    conn_close(stage->conn, "closed");
    conn_write(stage->conn, slice_of("x"));
    buf_append_text(&stage->conn->out, "y");
    conn_flush(stage->conn);
    conn_drain(stage->conn, "drained");
    conn_resume(stage->conn);
    assert_false(conn_may_serve(stage->conn));
    turn(stage);
    expect_closed(stage, "closed");
    expect_end(stage);
}

static void close_and_go_on(struct stage *stage)
{
    conn_close(stage->conn, "closed in the middle");
    buf_append_text(&stage->conn->out, "never sent");
    conn_write(stage->conn, slice_of("nor this"));
    conn_flush(stage->conn);
    conn_resume(stage->conn);
}

static void it_may_be_closed_while_it_is_served(void **state)
{
    struct stage *stage = *state;
    stage->act = close_and_go_on;
    say(stage, "hello");
    turn(stage);
    expect_closed(stage, "closed in the middle");
    expect_end(stage);
    assert_int_equal(buf_size(&loop_lent(stage->loop)->in), 0);
    assert_int_equal(buf_size(&loop_lent(stage->loop)->out), 0);
}

static void answer_and_drain(struct stage *stage)
{
    conn_write(stage->conn, slice_of("bye"));
    conn_drain(stage->conn, "done talking");
    buf_consume(&stage->conn->in, buf_size(&stage->conn->in));
}

static void draining_sends_everything_and_waits_for_the_end(void **state)
{
    struct stage *stage = *state;
    stage->act = answer_and_drain;
    say(stage, "hello");
    turn(stage);
    expect_text(stage, "bye");
    expect_end(stage);
    assert_non_null(stage->conn);
    say(stage, "nobody hears this");
    turn(stage);
    assert_non_null(stage->conn);
    shutdown(stage->peer, SHUT_WR);
    turn(stage);
    expect_closed(stage, "done talking");
}

static void draining_has_an_end(void **state)
{
    struct stage *stage = *state;
    conn_drain(stage->conn, "bye");
    loop_advance(stage->loop, DRAIN_MS - 1000);
    say(stage, "talking gains no time");
    turn(stage);
    assert_non_null(stage->conn);
    loop_advance(stage->loop, 1000);
    turn(stage);
    expect_closed(stage, "bye");
}

/* The last bytes may be many, and the peer slow. */
static void draining_goes_on_while_the_peer_reads(void **state)
{
    struct stage *stage = *state;
    write_much(stage, OUT_LIMIT);
    conn_drain(stage->conn, "bye");
    for (int i = 0; i < 4; i++) {
        loop_advance(stage->loop, DRAIN_MS - 1000);
        assert_true(read_all(stage, 2 * TAKEN_MIN) >= 2 * TAKEN_MIN);
        turn(stage);
    }
    assert_non_null(stage->conn);
    loop_advance(stage->loop, DRAIN_MS);
    turn(stage);
    expect_closed(stage, "bye");
}

static void a_peer_that_ends_is_told_to_the_protocol(void **state)
{
    struct stage *stage = *state;
    say(stage, "last words");
    shutdown(stage->peer, SHUT_WR);
    turn(stage);
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "last words"));
    expect_closed(stage, "peer is done");
    expect_diary(stage, "ec");
}

static void a_peer_that_ends_still_gets_what_is_left(void **state)
{
    struct stage *stage = *state;
    write_much(stage, 200000);
    shutdown(stage->peer, SHUT_WR);
    assert_int_equal(read_all(stage, 200000), 200000);
    turn(stage);
    turn(stage);
    expect_closed(stage, "peer is done");
}

static void without_on_end_the_connection_is_closed(void **state)
{
    struct stage *stage = *state;
    stage->conn->protocol = &without_end;
    shutdown(stage->peer, SHUT_WR);
    turn(stage);
    expect_closed(stage, "peer closed");
}

static void a_peer_that_is_gone_is_an_error(void **state)
{
    struct stage *stage = *state;
    say(stage, "unread");
    close(stage->peer);
    stage->peer = -1;
    conn_write(stage->conn, slice_of("x"));
    turn(stage);
    expect_closed(stage, strerror(EPIPE));
}

static void change_protocol(struct stage *stage)
{
    stage->conn->protocol = &without_end;
    buf_consume(&stage->conn->in, 1);
    conn_resume(stage->conn);
    stage->act = NULL;
}

static void the_protocol_may_change_with_bytes_behind_it(void **state)
{
    struct stage *stage = *state;
    stage->act = change_protocol;
    say(stage, "^rest");
    turn(stage);
    assert_true(slice_is(buf_slice(&stage->heard), "rest"));
}

static void shutdown_is_told_to_who_is_open(void **state)
{
    struct stage *stage = *state;
    struct net_peer nobody = {.family = AF_UNIX};
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    struct stage other = {.loop = stage->loop};
    other.conn = conn_new(&stage->set, fds[0], &nobody, &protocol, &other);
    conn_close(other.conn, "closed before");
    conn_set_shutdown(&stage->set);
    expect_diary(stage, "s");
    turn(stage);
    assert_non_null(stage->conn);
    assert_null(other.conn);
    close(fds[1]);
    buf_free(&other.diary);
}

static int reaped;

static void count_reaped(struct conn_set *set)
{
    (void)set;
    reaped++;
}

static void the_set_hears_of_each_that_is_gone(void **state)
{
    struct stage *stage = *state;
    struct net_traffic traffic = {0};
    reaped = 0;
    stage->set.on_reaped = count_reaped;
    stage->set.closed = &traffic;
    conn_set_close(&stage->set, "all");
    turn(stage);
    assert_int_equal(reaped, 1);
    expect_closed(stage, "all");
}

/* A file is always ready, which epoll does not take; poll does. */
static void what_cannot_be_watched_is_closed(void **state)
{
    struct stage *stage = *state;
    struct net_peer nobody = {.family = AF_UNIX};
    if (backends_current() == &loop_poll)
        return;
    int fd = open("/", O_RDONLY);
    assert_null(conn_new(&stage->set, fd, &nobody, &protocol, stage));
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(stage->set.count, 1);
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(what_arrives_is_served),
    cmocka_unit_test(what_is_answered_together_is_sent_together),
    cmocka_unit_test(who_waits_is_neither_served_nor_read_until_woken),
    cmocka_unit_test(who_waits_may_close),
    cmocka_unit_test(who_has_closed_waits_no_more),
    cmocka_unit_test(what_is_not_taken_is_kept_for_the_next_bytes),
    cmocka_unit_test(written_outside_of_serving_it_goes_at_once),
    cmocka_unit_test(what_was_written_later_comes_later),
    cmocka_unit_test(short_writes_are_completed),
    cmocka_unit_test(what_is_sent_from_where_it_arrived_keeps_its_order),
    cmocka_unit_test(what_was_to_be_sent_from_there_goes_with_a_close),
    cmocka_unit_test(what_is_sent_from_there_is_for_nobody_else),
    cmocka_unit_test(there_is_one_read_per_turn),
    cmocka_unit_test(who_does_not_read_is_not_read),
    cmocka_unit_test(serving_goes_on_where_it_stopped),
    cmocka_unit_test(what_nobody_takes_is_bounded),
    cmocka_unit_test(who_takes_nothing_is_given_up),
    cmocka_unit_test(who_takes_enough_has_more_time),
    cmocka_unit_test(who_takes_too_little_is_given_up),
    cmocka_unit_test(what_the_kernel_takes_in_silence_counts),
    cmocka_unit_test(closing_says_why_once),
    cmocka_unit_test(what_comes_behind_a_hold_waits_for_its_time),
    cmocka_unit_test(a_hold_of_nothing_sends_what_waits),
    cmocka_unit_test(who_drains_is_held_no_more),
    cmocka_unit_test(who_does_not_read_behind_a_hold_is_closed),
    cmocka_unit_test(a_closed_connection_may_still_be_used),
    cmocka_unit_test(it_may_be_closed_while_it_is_served),
    cmocka_unit_test(draining_sends_everything_and_waits_for_the_end),
    cmocka_unit_test(draining_has_an_end),
    cmocka_unit_test(draining_goes_on_while_the_peer_reads),
    cmocka_unit_test(a_peer_that_ends_is_told_to_the_protocol),
    cmocka_unit_test(a_peer_that_ends_still_gets_what_is_left),
    cmocka_unit_test(without_on_end_the_connection_is_closed),
    cmocka_unit_test(a_peer_that_is_gone_is_an_error),
    cmocka_unit_test(the_protocol_may_change_with_bytes_behind_it),
    cmocka_unit_test(shutdown_is_told_to_who_is_open),
    cmocka_unit_test(the_set_hears_of_each_that_is_gone),
    cmocka_unit_test(what_cannot_be_watched_is_closed),
};

int main(void)
{
    return backends_run("conn", tests, sizeof tests / sizeof *tests, set_stage,
                        strike_stage);
}
