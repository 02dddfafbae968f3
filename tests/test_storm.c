/* Our client of Socket.IO and a server, with the network with faults between
 * them: what must arrive does, once and in order, wherever it is cut.
 *
 *      this process: clients --> relay, with weather --> a server of its own
 *
 * The server is tests/socketio_app.c; the environment variable SOCKETIO_APP
 * names it. Its time is real, that of the clients flies with loop_advance(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/socketio.h"
#include "client/socketio_parts.h"
#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/url.h"
#include "lessons/weather_relay.h"
#include "tests/backends.h"
#include "tests/program.h"

enum {
    PATIENCE_MS = 30000,
    PING_MS = 20000, /* interval and timeout */
    SERVER_LIMIT_S = 300,
    TICKS = 4,      /* events of a session that is cut, */
    LENGTH = 4000,  /* bytes of it, more or less, */
    STRIDE = 61,    /* and of them from cut to cut */
    CROWD = 100,    /* clients that are cut off at once, */
    HEARD = 20,     /* and what is said to all of them meanwhile */
    UNDER_WAY = 300 /* messages, each way */
};

/* ------------------------------------------------------ the server */

struct app {
    pid_t pid;
    int port;
    int err; /* the end of a pipe */
};

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
}

/* What happens to its clients is only said if somebody reads it. */
static struct app start_with(const char *recovery_ms, const char *ping_ms,
                             bool is_quiet)
{
    char line[256];
    int out[2], err[2];
    const char *path = getenv("SOCKETIO_APP");
    const char *const arguments[] = {
        path != NULL ? path : "build/socketio_app",
        "--port",
        "0",
        "--recovery",
        recovery_ms,
        "--ping-interval",
        ping_ms,
        "--ping-timeout",
        ping_ms,
        is_quiet ? "--quiet" : NULL,
        NULL,
    };
    make_pipe(out);
    make_pipe(err);
    const int standard[] = {STDIN_FILENO, out[1], err[1]};
    struct app app = {.err = err[0]};
    app.pid = program_start(arguments, standard, SERVER_LIMIT_S);
    close(out[1]);
    close(err[1]);
    assert_true(program_line(out[0], line, sizeof line, PATIENCE_MS));
    close(out[0]);
    app.port = program_port(line);
    return app;
}

static struct app start(void)
{
    return start_with("60000", "20000", true);
}

/* It says so, sooner or later. */
static void expect_said(const struct app *app, const char *text)
{
    char line[1024] = "";
    while (strstr(line, text) == NULL)
        assert_true(program_line(app->err, line, sizeof line, PATIENCE_MS));
}

/* It ends in good order: no sanitizer had anything to say. */
static void stop(struct app *app)
{
    char line[1024];
    kill(app->pid, SIGTERM);
    while (program_line(app->err, line, sizeof line, PATIENCE_MS))
        if (strstr(line, "ERROR") != NULL || strstr(line, "runtime error"))
            print_message("%s\n", line);
    close(app->err);
    assert_int_equal(program_wait(app->pid), 0);
}

static struct addrinfo *address_of(const struct app *app)
{
    char port[8];
    const char *why;
    snprintf(port, sizeof port, "%d", app->port);
    struct addrinfo *address = net_resolve("127.0.0.1", port, &why);
    assert_non_null(address);
    return address;
}

/* ------------------------------------------------------ a client */

/* The way to a server, and what the weather is. */
struct scene {
    struct loop *loop;
    struct relay *relay;
    struct url url;
    char url_text[64];
    int gone_count;
};

struct guest {
    struct scene *scene;
    struct sio *io;
    struct sio_socket *socket; /* of "/" */
    int connects, disconnects, attempts, recoveries, doubtful;
    int64_t cut_ms;      /* when it was cut off, */
    int64_t attempt_ms;  /* and when the last try to come back began */
    int64_t tock;        /* the newest number from the server */
    int events;          /* on this connection or before a recovery */
    int64_t answered[2]; /* acknowledged; in vain */
    int64_t next[2];     /* number of message-back; of the others */
    char reason[64];     /* of the last disconnect */
};

static void set_up(struct scene *scene, const struct app *app,
                   const struct faults *faults)
{
    const char *why;
    *scene = (struct scene){.loop = loop_new(backends_current())};
    scene->relay = relay_new(scene->loop, faults, address_of(app));
    int port = relay_listen(scene->relay, "0", &why);
    assert_int_not_equal(port, -1);
    snprintf(scene->url_text, sizeof scene->url_text, "http://127.0.0.1:%d",
             port);
    assert_int_equal(url_parse(slice_of(scene->url_text), &scene->url), URL_OK);
}

static void tear_down(struct scene *scene)
{
    relay_free(scene->relay);
    loop_free(scene->loop);
}

static void turn_until(struct scene *scene, bool (*is_done)(void *user),
                       void *user, const char *what)
{
    int64_t since_us = loop_clock_us();
    while (!is_done(user)) {
        if (loop_clock_us() - since_us > (int64_t)PATIENCE_MS * 1000)
            fail_msg("waited in vain for %s", what);
        assert_int_equal(loop_turn(scene->loop, 10), 0);
    }
}

/* ------------------------------------------------------ what it is told */

/* Who had heard of a session comes back to it. */
static void on_connect(struct sio_socket *socket, void *user)
{
    struct guest *guest = user;
    guest->connects++;
    if (sio_is_recovered(socket)) {
        guest->recoveries++;
        return;
    }
    guest->doubtful += guest->events > 0;
    guest->events = 0;
    guest->tock = 0;
}

static void on_disconnect(struct sio_socket *socket, const char *reason,
                          void *user)
{
    struct guest *guest = user;
    (void)socket;
    guest->disconnects++;
    guest->cut_ms = loop_now(guest->scene->loop);
    snprintf(guest->reason, sizeof guest->reason, "%s", reason);
}

static int64_t first_number(const struct sio_event *event)
{
    struct slice json = event->args.json, value;
    int64_t number = -1;
    assert_true(sio_next_arg(&json, &value) && json_integer(value, &number));
    return number;
}

static void on_event(struct sio_socket *socket, const struct sio_event *event,
                     void *user)
{
    struct guest *guest = user;
    (void)socket;
    guest->events++;
    if (slice_is(event->name, "ext:tock")) {
        assert_int_equal(first_number(event), ++guest->tock);
        assert_int_equal(event->args.buffer_count, 1);
        assert_true(slice_is(event->args.buffers[0], "bytes"));
    } else if (slice_is(event->name, "message-back")) {
        assert_int_equal(first_number(event), guest->next[0]++);
    } else if (slice_is(event->name, "ext:item") ||
               slice_is(event->name, "ext:room")) {
        assert_int_equal(first_number(event), guest->next[1]++);
    }
}

static void on_answer(struct sio_socket *socket, const struct sio_args *answer,
                      const char *why, void *user)
{
    struct guest *guest = user;
    (void)socket;
    (void)why;
    guest->answered[answer == NULL]++;
}

static void on_reconnect_attempt(struct sio *io, int attempt)
{
    struct guest *guest = sio_user(io);
    (void)attempt;
    guest->attempts++;
    guest->attempt_ms = loop_now(guest->scene->loop);
}

static void on_gone(struct sio *io)
{
    struct guest *guest = sio_user(io);
    guest->scene->gone_count++;
}

static struct sio_options impatient(struct eio_transports transports)
{
    struct sio_options options = sio_default_options;
    options.transports = transports;
    options.delay_ms = options.delay_max_ms = 1;
    options.factor = 0;
    return options;
}

static void enter(struct guest *guest, struct scene *scene,
                  const struct sio_options *options)
{
    static const struct sio_handler handler = {
        .on_reconnect_attempt = on_reconnect_attempt,
        .on_gone = on_gone,
    };
    *guest = (struct guest){.scene = scene};
    guest->io = sio_new(scene->loop, &scene->url, options, &handler, guest);
    guest->socket = sio_join(guest->io, "/", (struct slice){0});
    sio_on_connect(guest->socket, on_connect, guest);
    sio_on_disconnect(guest->socket, on_disconnect, guest);
    sio_on_any(guest->socket, on_event, guest);
}

static bool all_gone(void *user)
{
    struct scene *scene = user;
    return scene->gone_count == 0;
}

static void leave(struct guest *guests, int count)
{
    struct scene *scene = guests[0].scene;
    scene->gone_count = -count;
    for (int i = 0; i < count; i++)
        sio_close(guests[i].io, CLOSING_MS);
    turn_until(scene, all_gone, scene, "the end of every client");
    for (int i = 0; i < count; i++)
        sio_free(guests[i].io);
}

static void tick(struct guest *guest, int64_t number)
{
    struct buf json = {0};
    struct slice bytes = slice_of("bytes");
    sio_add_number(&json, number);
    sio_add_buffer(&json, 0);
    assert_true(sio_ask(guest->socket, "ext:tick",
                        (struct sio_args){buf_slice(&json), &bytes, 1}, 0,
                        on_answer, guest));
    buf_free(&json);
}

/* ------------------------------------------------------ cut anywhere */

static const struct eio_transports polling = {.first = EIO_POLLING};
static const struct eio_transports websocket = {.first = EIO_WEBSOCKET};
static const struct eio_transports both = {EIO_POLLING, EIO_WEBSOCKET, false};

static bool is_answered(void *user)
{
    const struct guest *guest = user;
    return guest->answered[0] + guest->answered[1] == TICKS;
}

static void expect_all(const struct guest *guest)
{
    const struct faults *faults = &guest->scene->relay->passages.faults;
    if (guest->answered[0] == TICKS && guest->doubtful == 0 &&
        guest->tock >= TICKS * 2)
        return;
    fail_msg("connection %d, byte %d: %d of %d answered, %d times not "
             "recovered, %d tocks",
             (int)faults->skip + 1,
             (int)(faults->cut.amount + faults->freeze.amount),
             (int)guest->answered[0], TICKS, guest->doubtful, (int)guest->tock);
}

static struct guest *enter_retrying(struct scene *scene,
                                    struct eio_transports transports)
{
    struct sio_options options = impatient(transports);
    struct guest *guest = allocate(sizeof *guest);
    options.retries = 10;
    enter(guest, scene, &options);
    return guest;
}

/* From now on connections are counted from 1, and these are the faults. */
static void change_weather(struct scene *scene, const struct faults *faults)
{
    struct passages *passages = &scene->relay->passages;
    passages_close(passages);
    assert_int_equal(loop_turn(scene->loop, 0), 0); /* they are freed */
    passages->faults = *faults;
    passages->started = 0;
}

/* A whole session, with one connection cut. Did that matter? */
static bool live_through(struct scene *scene, struct eio_transports transports)
{
    struct guest *guest = enter_retrying(scene, transports);
    for (int i = 0; i < TICKS; i++)
        tick(guest, i);
    turn_until(scene, is_answered, guest, "every answer");
    expect_all(guest);
    bool was_cut = guest->attempts > 0 || guest->connects > 1;
    leave(guest, 1);
    free(guest);
    return was_cut;
}

/* Cut one connection here and there, up to the end of what it carries; and at
 * every byte up to `exact`, if there is time for it. With each backend, every
 * second byte. One relay for all: the system runs out of ports to listen at, as
 * each is kept for a minute behind its last connection. */
static void sweep(struct eio_transports transports, uint64_t connection,
                  uint64_t exact)
{
    struct app app = start();
    struct faults faults = {.skip = connection - 1, .only = 1};
    uint64_t offset = backends_current() == &loop_poll ? 1 : 0;
    uint64_t stride = getenv("VALGRIND") == NULL ? STRIDE : 10 * STRIDE;
    struct scene scene;
    int cuts = 0;
    if (getenv("STORM") == NULL)
        exact = 0;
    set_up(&scene, &app, &faults);
    for (; offset < LENGTH; offset += offset < exact ? 2 : stride) {
        faults.cut = (struct moment){AT_BYTES, offset};
        change_weather(&scene, &faults);
        cuts += live_through(&scene, transports);
    }
    assert_true(cuts > 0);
    tear_down(&scene);
    stop(&app);
}

static void a_session_by_polling_may_be_cut_anywhere(void **state)
{
    (void)state;
    sweep(polling, 1, LENGTH);
    sweep(polling, 2, LENGTH);
}

static void a_session_by_websocket_may_be_cut_anywhere(void **state)
{
    (void)state;
    sweep(websocket, 1, LENGTH);
}

static void a_session_may_be_cut_anywhere_in_its_upgrade(void **state)
{
    (void)state;
    for (uint64_t connection = 1; connection <= 3; connection++)
        sweep(both, connection, 2000);
}

/* ------------------------------------------------------ both ways at once */

static void emit_number(struct guest *guest, const char *event, int64_t number)
{
    struct buf json = {0};
    struct slice bytes = slice_of("bytes");
    sio_add_number(&json, number);
    sio_add_buffer(&json, 0);
    assert_true(sio_emit(guest->socket, event,
                         (struct sio_args){buf_slice(&json), &bytes, 1}));
    buf_free(&json);
}

static bool has_all(void *user)
{
    const struct guest *guest = user;
    return guest->next[0] == UNDER_WAY && guest->next[1] == UNDER_WAY &&
           guest->io->session->upgrade == EIO_NO_UPGRADE;
}

/* Messages there and back, and as many that nobody asked for, from the first
 * moment on. Returns the transport in the end. */
static enum eio_transport talk(struct eio_transports transports,
                               const struct faults *faults)
{
    struct app app = start();
    struct sio_options options = impatient(transports);
    struct scene scene;
    struct guest guest;
    set_up(&scene, &app, faults);
    enter(&guest, &scene, &options);
    for (int i = 0; i < UNDER_WAY; i++) {
        emit_number(&guest, "message", i);
        if (i == UNDER_WAY / 3)
            emit_number(&guest, "ext:burst", UNDER_WAY);
        assert_int_equal(loop_turn(scene.loop, 1), 0);
    }
    turn_until(&scene, has_all, &guest, "all messages");
    enum eio_transport transport = guest.io->session->transport;
    assert_int_equal(guest.connects, 1);
    leave(&guest, 1);
    tear_down(&scene);
    stop(&app);
    return transport;
}

static void an_upgrade_in_bad_weather_keeps_the_order(void **state)
{
    struct faults faults = {.delay_ms = 4, .jitter_ms = 4, .chunk = 1};
    (void)state;
    assert_int_equal(talk(both, &faults), EIO_WEBSOCKET);
    faults.chunk = 0;
    assert_int_equal(talk(both, &faults), EIO_WEBSOCKET);
}

static void
an_upgrade_that_no_proxy_knows_leaves_polling_as_it_was(void **state)
{
    (void)state;
    assert_int_equal(talk(both, &(struct faults){.strips_upgrade = true}),
                     EIO_POLLING);
}

static void polling_gets_through_a_buffering_proxy(void **state)
{
    (void)state;
    assert_int_equal(talk(polling, &(struct faults){.buffers_responses = true}),
                     EIO_POLLING);
}

/* ------------------------------------------------------ a pulled cable */

static bool is_connected(void *user)
{
    const struct guest *guest = user;
    return sio_is_connected(guest->socket) && guest->events > 0;
}

static bool is_cut_off(void *user)
{
    const struct guest *guest = user;
    return guest->disconnects > 0;
}

static bool is_back(void *user)
{
    const struct guest *guest = user;
    return guest->connects == 2 && is_answered(user);
}

static void pull_cables(struct scene *scene)
{
    struct passage *passage = scene->relay->passages.first;
    for (; passage != NULL; passage = passage->next)
        loop_timer_set(scene->loop, &passage->freeze, 0);
}

static void expect_return(struct guest *guest)
{
    for (int i = 0; i < TICKS; i++)
        tick(guest, i);
    turn_until(guest->scene, is_back, guest, "the return");
    assert_int_equal(guest->recoveries, 1);
    assert_string_equal(guest->reason, "ping timeout");
    expect_all(guest);
}

/* The server's time is real: whoever is slower than its ping has a pulled cable
 * too. */
static void both_ends_notice_a_pulled_cable(struct eio_transports transports)
{
    const char *ping_ms = getenv("VALGRIND") == NULL ? "500" : "2000";
    struct app app = start_with("60000", ping_ms, false);
    struct sio_options options = impatient(transports);
    struct scene scene;
    struct guest guest;
    set_up(&scene, &app, &(struct faults){0});
    options.has_no_reconnection = true;
    enter(&guest, &scene, &options);
    turn_until(&scene, is_connected, &guest, "an event");
    pull_cables(&scene);
    turn_until(&scene, is_cut_off, &guest, "the end");
    expect_said(&app, "(ping timeout)");
    sio_connect(guest.socket);
    expect_return(&guest);
    leave(&guest, 1);
    tear_down(&scene);
    stop(&app);
}

static void a_pulled_cable_is_noticed_by_both_ends(void **state)
{
    (void)state;
    both_ends_notice_a_pulled_cable(websocket);
    both_ends_notice_a_pulled_cable(polling);
}

/* The client is the first to notice. */
static void
who_had_its_cable_pulled_comes_back(struct eio_transports transports)
{
    struct app app = start();
    struct sio_options options = impatient(transports);
    struct scene scene;
    struct guest guest;
    set_up(&scene, &app, &(struct faults){0});
    enter(&guest, &scene, &options);
    turn_until(&scene, is_connected, &guest, "an event");
    pull_cables(&scene);
    assert_int_equal(loop_turn(scene.loop, 0), 0);
    loop_advance(scene.loop, 2 * PING_MS);
    turn_until(&scene, is_cut_off, &guest, "the end");
    expect_return(&guest);
    leave(&guest, 1);
    tear_down(&scene);
    stop(&app);
}

static void who_notices_a_pulled_cable_first_is_recovered_too(void **state)
{
    (void)state;
    who_had_its_cable_pulled_comes_back(websocket);
    who_had_its_cable_pulled_comes_back(polling);
}

/* ------------------------------------------------------ an upgrade stalls */

static bool is_stalled_or_upgraded(void *user)
{
    const struct guest *guest = user;
    const struct passage *passage = guest->scene->relay->passages.first;
    const struct eio_session *session = guest->io->session;
    for (; passage != NULL; passage = passage->next)
        if (passage->state == FROZEN)
            return true;
    return session != NULL && session->state == EIO_OPENED &&
           session->transport == EIO_WEBSOCKET;
}

/* The third connection is the one that is probed. */
static void stall(const struct app *app, uint64_t offset)
{
    struct faults faults = {
        .freeze = {AT_BYTES, offset},
        .skip = 2,
        .only = 1,
    };
    struct scene scene;
    set_up(&scene, app, &faults);
    struct guest *guest = enter_retrying(&scene, both);
    turn_until(&scene, is_stalled_or_upgraded, guest, "the upgrade");
    turn_until(&scene, is_connected, guest, "an event");
    loop_advance(scene.loop, UPGRADE_MS);
    assert_int_equal(loop_turn(scene.loop, 0), 0);
    if (guest->io->session->transport == EIO_WEBSOCKET)
        loop_advance(scene.loop, 2 * PING_MS);
    for (int i = 0; i < TICKS; i++)
        tick(guest, i);
    turn_until(&scene, is_answered, guest, "every answer");
    expect_all(guest);
    leave(guest, 1);
    tear_down(&scene);
    free(guest);
}

static void an_upgrade_that_stalls_holds_up_nothing(void **state)
{
    struct app app = start();
    (void)state;
    for (uint64_t offset = 0; offset < 700; offset += STRIDE / 2)
        stall(&app, offset);
    stop(&app);
}

/* ------------------------------------------------------ a crowd */

static bool all_connected(void *user)
{
    struct guest *crowd = user;
    int count = 0;
    for (int i = 0; i < CROWD; i++)
        count += is_connected(&crowd[i]);
    return count == CROWD;
}

static bool all_cut_off(void *user)
{
    const struct guest *crowd = user;
    int count = 0;
    for (int i = 0; i < CROWD; i++)
        count += crowd[i].disconnects > 0;
    return count == CROWD;
}

static bool all_came_back(void *user)
{
    const struct guest *crowd = user;
    int count = 0;
    for (int i = 0; i < CROWD; i++)
        count += crowd[i].connects == 2 && crowd[i].next[1] == HEARD;
    return count == CROWD;
}

static struct guest *gather(struct scene *scene)
{
    struct guest *crowd = allocate(CROWD * sizeof *crowd);
    struct sio_options options = sio_default_options;
    for (int i = 0; i < CROWD; i++) {
        options.transports = i % 2 == 0 ? websocket : polling;
        enter(&crowd[i], scene, &options);
    }
    turn_until(scene, all_connected, crowd, "the crowd");
    return crowd;
}

/* Let a second and a half go by, on a clock that is held: a machine that stands
 * still meanwhile does not let tries gather. In no tenth of a second do more
 * than 30 of a hundred try to come back, and in none of the first four
 * anybody. */
static void expect_spread_tries(struct scene *scene, struct guest *crowd)
{
    int tries[16] = {0};
    for (int i = 0; i < 1600; i += 10) {
        loop_advance(scene->loop, 10);
        assert_int_equal(loop_turn(scene->loop, 0), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        int64_t after_ms = crowd[i].attempt_ms - crowd[i].cut_ms;
        assert_in_range(crowd[i].attempts, 1, 2);
        if (crowd[i].attempts == 1)
            tries[after_ms < 1600 ? after_ms / 100 : 15]++;
    }
    for (int i = 0; i < 16; i++)
        assert_in_range(tries[i], 0, i < 4 ? 0 : CROWD * 3 / 10);
}

/* To everybody but who says it. */
static void broadcast(struct guest *speaker, int from, int to)
{
    for (int i = from; i < to; i++)
        emit_number(speaker, "ext:broadcast", i);
}

static void a_crowd_that_is_cut_off_comes_back_bit_by_bit(void **state)
{
    struct app app = start();
    struct scene scene;
    struct guest speaker;
    (void)state;
    set_up(&scene, &app, &(struct faults){0});
    struct guest *crowd = gather(&scene);
    struct sio_options options = impatient(websocket);
    enter(&speaker, &scene, &options);
    turn_until(&scene, is_connected, &speaker, "the speaker");
    broadcast(&speaker, 0, HEARD / 2);
    assert_int_equal(loop_turn(scene.loop, 0), 0);
    loop_hold_clock(scene.loop);
    struct passage *its = scene.relay->passages.first; /* the newest */
    while (its->next != NULL)
        passage_reset(its->next, "a storm");
    broadcast(&speaker, HEARD / 2, HEARD);
    turn_until(&scene, all_cut_off, crowd, "the end of all");
    expect_spread_tries(&scene, crowd);
    loop_release_clock(scene.loop);
    turn_until(&scene, all_came_back, crowd, "the crowd");
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(crowd[i].recoveries, 1);
    leave(&speaker, 1);
    leave(crowd, CROWD);
    free(crowd);
    tear_down(&scene);
    stop(&app);
}

static bool all_are_new(void *user)
{
    const struct guest *crowd = user;
    int count = 0;
    for (int i = 0; i < CROWD; i++)
        count += crowd[i].connects == 2 && crowd[i].doubtful == 1;
    return count == CROWD;
}

static void a_crowd_sees_that_the_server_was_restarted(void **state)
{
    struct app app = start();
    struct scene scene;
    (void)state;
    set_up(&scene, &app, &(struct faults){0});
    struct guest *crowd = gather(&scene);
    struct app next = start();
    freeaddrinfo(scene.relay->server);
    scene.relay->server = address_of(&next);
    loop_hold_clock(scene.loop);
    stop(&app);
    turn_until(&scene, all_cut_off, crowd, "the end of all");
    expect_spread_tries(&scene, crowd);
    loop_release_clock(scene.loop);
    turn_until(&scene, all_are_new, crowd, "the crowd");
    leave(crowd, CROWD);
    free(crowd);
    tear_down(&scene);
    stop(&next);
}

static void who_was_away_too_long_sees_it(void **state)
{
    struct app app = start_with("1", "20000", true);
    struct sio_options options = impatient(websocket);
    struct scene scene;
    struct guest guest;
    (void)state;
    set_up(&scene, &app, &(struct faults){0});
    options.delay_ms = options.delay_max_ms = 50; /* not by loop_advance() */
    enter(&guest, &scene, &options);
    turn_until(&scene, is_connected, &guest, "an event");
    passage_reset(scene.relay->passages.first, "a storm");
    turn_until(&scene, is_cut_off, &guest, "the end");
    turn_until(&scene, is_connected, &guest, "the return");
    assert_int_equal(guest.recoveries, 0);
    leave(&guest, 1);
    tear_down(&scene);
    stop(&app);
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_by_polling_may_be_cut_anywhere),
        cmocka_unit_test(a_session_by_websocket_may_be_cut_anywhere),
        cmocka_unit_test(a_session_may_be_cut_anywhere_in_its_upgrade),
        cmocka_unit_test(an_upgrade_in_bad_weather_keeps_the_order),
        cmocka_unit_test(
            an_upgrade_that_no_proxy_knows_leaves_polling_as_it_was),
        cmocka_unit_test(polling_gets_through_a_buffering_proxy),
        cmocka_unit_test(a_pulled_cable_is_noticed_by_both_ends),
        cmocka_unit_test(who_notices_a_pulled_cable_first_is_recovered_too),
        cmocka_unit_test(an_upgrade_that_stalls_holds_up_nothing),
        cmocka_unit_test(a_crowd_that_is_cut_off_comes_back_bit_by_bit),
        cmocka_unit_test(a_crowd_sees_that_the_server_was_restarted),
        cmocka_unit_test(who_was_away_too_long_sees_it),
    };
    return backends_run("storm", tests, sizeof tests / sizeof *tests, NULL,
                        NULL);
}
