#include "tests/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/limits.h"

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

static void expect_health(struct peer *peer)
{
    peer_expect_head(peer, 200);
    peer_expect_next(peer, "ok\n");
}

/* ------------------------------------------------------------- routing */

static void the_front_page_is_for_people(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_get(peer, "/");
    peer_expect_status(peer, 200);
    peer_expect(peer, "Content-Type: text/html; charset=utf-8\r\n");
    peer_expect(peer, "Content-Security-Policy: ");
    peer_expect(peer, "\r\n\r\n");
    peer_expect(peer, "</html>");
}

static void a_page_that_is_not_there_is_404(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_get(peer, "/nowhere");
    peer_expect_head(peer, 404);
    peer_expect(peer, "404 Not Found: ");
    peer_expect(peer, "\n");
    peer_get(peer, "/polling/");
    peer_expect_head(peer, 404);
    peer_expect(peer, "\n");
    peer_get(peer, "/polling%00");
    peer_expect_head(peer, 404);
}

static void a_method_that_is_not_taken_is_405_and_says_which_are(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "DELETE /polling HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_status(peer, 405);
    peer_expect(peer, "Allow: GET, HEAD, POST, OPTIONS\r\n");
    peer_expect(peer, "\r\n\r\n");
    peer_expect(peer, "\n");
    peer_say(peer, "TRACE /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_status(peer, 405);
    peer_expect(peer, "Allow: GET, HEAD, OPTIONS\r\n");
}

static void connect_is_not_for_a_server_like_this(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n");
    peer_expect_status(peer, 405);
}

static void metrics_count(void **state)
{
    struct peer *peer = peer_new(*state), *other = peer_new(*state);
    peer_post(peer, "/polling", "one");
    peer_get(other, "/socket.io/?EIO=4&transport=polling");
    peer_expect(other, "0{");
    peer_get(peer, "/metrics");
    peer_expect_status(peer, 200);
    peer_expect(peer, "\nconnections 2\n");
    peer_expect(peer, "\nsocketio_clients 1\n");
    peer_expect(peer, "\nrequests_total 3\n");
    peer_expect(peer, "\nmessages_published_total 1\n");
}

/* ------------------------------------------------------------- origins */

static void options_say_what_there_is(void **state)
{
    struct peer *peer = peer_new(*state);
    peer_say(peer, "OPTIONS /polling HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_status(peer, 204);
    peer_expect_no(peer, "Content-Length");
    peer_expect(peer, "Allow: GET, HEAD, POST, OPTIONS\r\n\r\n");
    peer_say(peer, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_head(peer, 204);
    peer_say(peer, "OPTIONS /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    peer_expect_head(peer, 404);
}

static void allow_friend(struct stage *stage)
{
    stage->server->options.origins[0] = "http://friend.example";
    stage->server->options.origin_count = 1;
}

static void ask_from(struct peer *peer, const char *method, const char *origin,
                     const char *fields)
{
    char request[512];
    snprintf(request, sizeof request,
             "%s /polling HTTP/1.1\r\nHost: x\r\nOrigin: %s\r\n%s\r\n", method,
             origin, fields);
    peer_say(peer, request);
}

static void a_friend_may_read_the_answer(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    allow_friend(stage);
    ask_from(peer, "GET", "http://friend.example", "");
    peer_expect_status(peer, 204);
    peer_expect(peer, "Access-Control-Allow-Origin: http://friend.example\r\n"
                      "Vary: Origin\r\n");
    peer_expect(peer, "\r\n\r\n");
    ask_from(peer, "GET", "http://friend.example.evil.example", "");
    peer_expect_status(peer, 204);
    peer_expect_no(peer, "Access-Control");
}

static void a_friend_may_ask_what_it_may_send(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    allow_friend(stage);
    ask_from(peer, "OPTIONS", "http://friend.example",
             "Access-Control-Request-Method: POST\r\n");
    peer_expect_status(peer, 204);
    peer_expect(peer, "Access-Control-Allow-Methods: GET, HEAD, POST\r\n");
    peer_expect(peer, "Access-Control-Allow-Headers: Content-Type, ");
    peer_expect(peer, "Access-Control-Allow-Origin: http://friend.example\r\n");
    peer_expect(peer, "\r\n\r\n");
    ask_from(peer, "OPTIONS", "http://evil.example",
             "Access-Control-Request-Method: POST\r\n");
    peer_expect_status(peer, 204);
    peer_expect_no(peer, "Access-Control");
}

static void strangers_may_not_publish(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    allow_friend(stage);
    ask_from(peer, "POST", "http://evil.example", "Content-Length: 0\r\n");
    peer_expect_head(peer, 403);
    peer_expect(peer, "\n");
    ask_from(peer, "POST", "http://x.evil", "Content-Length: 0\r\n");
    peer_expect_head(peer, 403);
    peer_expect(peer, "\n");
    ask_from(peer, "POST", "http://x", "Content-Length: 0\r\n");
    peer_expect_head(peer, 201);
    peer_expect(peer, "}");
    ask_from(peer, "POST", "http://friend.example", "Content-Length: 0\r\n");
    peer_expect_head(peer, 201);
}

static void a_star_lets_everybody_in(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    stage->server->options.origins[0] = "*";
    stage->server->options.origin_count = 1;
    ask_from(peer, "POST", "http://evil.example", "Content-Length: 0\r\n");
    peer_expect_status(peer, 201);
    peer_expect(peer, "Access-Control-Allow-Origin: *\r\n");
}

/* ------------------------------------------------------------- connections */

static void one_connection_too_many_is_503(void **state)
{
    struct stage *stage = *state;
    stage->server->options.max_connections = 1;
    struct peer *first = peer_new(stage);
    peer_say(first, HEALTH);
    expect_health(first);
    struct peer *second = peer_new(stage);
    peer_say(second, HEALTH);
    peer_expect_status(second, 503);
    peer_expect(second, "Retry-After: 1\r\n");
    peer_close(first);
    peer_expect_connections(stage, 0);
    struct peer *third = peer_new(stage);
    peer_say(third, HEALTH);
    expect_health(third);
}

/* What is sent to a socket that is closed resets it, and what was not read yet
 * is gone. */
static void
what_one_too_many_says_late_does_not_cost_it_the_answer(void **state)
{
    struct stage *stage = *state;
    stage->server->options.max_connections = 0;
    struct peer *peer = peer_new(stage);
    peer_settle(stage);
    peer_say(peer, HEALTH);
    peer_settle(stage);
    peer_say(peer, HEALTH);
    peer_settle(stage);
    peer_expect_status(peer, 503);
    peer_expect(peer, "Connection: close\r\n\r\n");
    peer_expect_end(peer);
    assert_int_equal(stage->server->leaving.count, 1);
    peer_close(peer);
    peer_settle(stage);
    assert_int_equal(stage->server->leaving.count, 0);
}

static void many_too_many_are_turned_away_without_a_word(void **state)
{
    struct stage *stage = *state;
    stage->server->options.max_connections = 0;
    for (int i = 0; i < TURNED_AWAY_MAX; i++)
        peer_expect_head(peer_new(stage), 503);
    peer_expect_gone(peer_new(stage));
    assert_int_equal(stage->server->leaving.count, TURNED_AWAY_MAX);
    loop_advance(stage->loop, DRAIN_MS);
    peer_settle(stage);
    assert_int_equal(stage->server->leaving.count, 0);
}

/* How many descriptors are open. */
static size_t count_descriptors(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 4096; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

/* Leave room for no descriptor. Returns the limit that was. Valgrind has limits
 * of its own. */
static struct rlimit limit_descriptors(void)
{
    struct rlimit before, limit;
    if (getenv("VALGRIND") != NULL)
        skip();
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    int lowest = dup(0);
    close(lowest);
    limit.rlim_cur = (rlim_t)lowest;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

/* Each end of a connection has a descriptor here, so a client that waits has
 * one, and the next free one is the server's. */
static void without_descriptors_it_waits_until_there_are_some(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    struct rlimit before = limit_descriptors();
    peer_say(peer, HEALTH);
    peer_settle(stage);
    bool is_paused = stage->server->is_paused;
    size_t count = stage->server->http.conns.count;
    setrlimit(RLIMIT_NOFILE, &before);
    assert_true(is_paused);
    assert_int_equal(count, 0);
    peer_expect_silence(peer);
    loop_advance(stage->loop, ACCEPT_PAUSE_MS);
    expect_health(peer);
    assert_false(stage->server->is_paused);
}

static void it_goes_on_when_a_connection_ends(void **state)
{
    struct stage *stage = *state;
    struct peer *first = peer_new(stage);
    peer_say(first, HEALTH);
    expect_health(first);
    struct peer *second = peer_new(stage);
    struct rlimit before = limit_descriptors();
    peer_say(second, HEALTH);
    peer_settle(stage);
    bool is_paused = stage->server->is_paused;
    peer_close(first);
    peer_settle(stage);
    bool is_paused_still = stage->server->is_paused;
    setrlimit(RLIMIT_NOFILE, &before);
    assert_true(is_paused);
    assert_false(is_paused_still); /* long before ACCEPT_PAUSE_MS */
    expect_health(second);
}

static void a_shutdown_while_it_waits_comes_to_its_end(void **state)
{
    struct stage *stage = *state;
    struct peer *stuck = peer_new(stage), *other = peer_new(stage);
    peer_upgrade(stuck, "/websocket");
    peer_say(other, HEALTH);
    expect_health(other);
    struct peer *third = peer_new(stage);
    struct rlimit before = limit_descriptors();
    peer_say(third, HEALTH);
    peer_settle(stage);
    server_shutdown(stage->server);
    setrlimit(RLIMIT_NOFILE, &before);
    peer_close(other);
    peer_expect_connections(stage, 1);
    loop_advance(stage->loop, SHUTDOWN_MS);
    peer_settle(stage);
    assert_int_equal(stage->server->http.conns.count, 0);
}

static void a_thousand_resets_leave_nothing_behind(void **state)
{
    struct stage *stage = *state;
    peer_settle(stage);
    size_t before = count_descriptors();
    for (int i = 0; i < 1000; i++) {
        struct peer *peer = peer_new(stage);
        if (i % 4 == 1)
            peer_say(peer, "GET / HT");
        if (i % 4 == 2)
            peer_get(peer, "/long-polling");
        if (i % 4 == 3)
            peer_upgrade(peer, "/websocket");
        if (i % 8 > 3)
            loop_turn(stage->loop, 0);
        peer_reset(peer);
    }
    peer_settle(stage);
    peer_expect_connections(stage, 0);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(stage->server->counters.accepted, 1000);
}

/* ------------------------------------------------------------- listeners */

static int connect_to(const void *address, socklen_t size)
{
    const struct sockaddr *at = address;
    int fd = socket(at->sa_family, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, at, size), 0);
    return fd;
}

static void it_listens_on_ipv6_too(void **state)
{
    struct stage *stage = *state;
    const char *why = NULL;
    int port = server_listen(stage->server, "::1", "0", &why);
    if (port == -1)
        skip(); /* there are machines without */
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)port),
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct peer *peer = peer_on(stage, connect_to(&address, sizeof address));
    peer_say(peer, HEALTH);
    expect_health(peer);
}

static void it_listens_on_a_path_and_cleans_up(void **state)
{
    struct stage *stage = *state;
    const char *why = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/push-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
    assert_int_equal(server_listen_unix(stage->server, address.sun_path, &why),
                     0);
    struct peer *peer = peer_on(stage, connect_to(&address, sizeof address));
    peer_say(peer, HEALTH);
    expect_health(peer);
    server_shutdown(stage->server);
    assert_int_equal(access(address.sun_path, F_OK), -1);
    assert_int_equal(rmdir(folder), 0);
}

static void a_port_in_use_is_refused_with_the_cause(void **state)
{
    struct stage *stage = *state;
    const char *why = NULL;
    char port[8];
    snprintf(port, sizeof port, "%d", stage->port);
    assert_int_equal(server_listen(stage->server, "127.0.0.1", port, &why), -1);
    assert_string_equal(why, strerror(EADDRINUSE));
}

static void too_many_listeners_are_refused(void **state)
{
    struct stage *stage = *state;
    const char *why = NULL;
    for (int i = 1; i < LISTENERS_MAX; i++)
        assert_true(server_listen(stage->server, "127.0.0.1", "0", &why) > 0);
    assert_int_equal(server_listen(stage->server, "127.0.0.1", "0", &why), -1);
    assert_non_null(why);
}

/* ------------------------------------------------------------- shutdown */

static void a_shutdown_without_connections_stops_the_loop(void **state)
{
    struct stage *stage = *state;
    server_shutdown(stage->server);
    assert_int_equal(loop_run(stage->loop), 0);
}

static void a_shutdown_ends_everything_in_order(void **state)
{
    struct stage *stage = *state;
    struct peer *idle = peer_new(stage), *parked = peer_new(stage);
    struct peer *stream = peer_new(stage);
    peer_say(idle, HEALTH);
    expect_health(idle);
    peer_get(parked, "/long-polling");
    peer_get(stream, "/streaming");
    peer_expect(stream, "retry: 2000\n");
    server_shutdown(stage->server);
    server_shutdown(stage->server); /* a second time changes nothing */
    peer_expect_end(idle);
    peer_expect_status(parked, 204);
    peer_expect(parked, "Connection: close\r\n\r\n");
    peer_expect_end(parked);
    peer_expect(stream, "\r\n0\r\n\r\n");
    peer_expect_end(stream);
    peer_close(idle);
    peer_close(parked);
    peer_close(stream);
    assert_int_equal(loop_run(stage->loop), 0);
    assert_int_equal(stage->server->http.conns.count, 0);
}

static void a_shutdown_does_not_wait_for_who_does_not_go(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/websocket");
    server_shutdown(stage->server);
    loop_advance(stage->loop, SHUTDOWN_MS - 1);
    peer_expect_close(peer, WS_GOING_AWAY);
    loop_advance(stage->loop, 1);
    assert_int_equal(loop_run(stage->loop), 0);
    assert_int_equal(stage->server->http.conns.count, 0);
}

/* As a browser keeps connections that it has no use for now. */
static void a_shutdown_does_not_wait_for_idle_connections(void **state)
{
    struct stage *stage = *state;
    struct peer *peer = peer_new(stage);
    peer_say(peer, HEALTH);
    expect_health(peer);
    server_shutdown(stage->server);
    peer_settle(stage);
    assert_int_equal(stage->server->http.conns.count, 0);
    peer_expect_end(peer);
    assert_int_equal(loop_run(stage->loop), 0);
}

static void a_shutdown_refuses_new_connections(void **state)
{
    struct stage *stage = *state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)stage->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server_shutdown(stage->server);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address),
                     -1);
    assert_int_equal(errno, ECONNREFUSED);
    close(fd);
}

static struct CMUnitTest tests[] = {
    cmocka_unit_test(the_front_page_is_for_people),
    cmocka_unit_test(a_page_that_is_not_there_is_404),
    cmocka_unit_test(a_method_that_is_not_taken_is_405_and_says_which_are),
    cmocka_unit_test(connect_is_not_for_a_server_like_this),
    cmocka_unit_test(metrics_count),
    cmocka_unit_test(options_say_what_there_is),
    cmocka_unit_test(a_friend_may_read_the_answer),
    cmocka_unit_test(a_friend_may_ask_what_it_may_send),
    cmocka_unit_test(strangers_may_not_publish),
    cmocka_unit_test(a_star_lets_everybody_in),
    cmocka_unit_test(one_connection_too_many_is_503),
    cmocka_unit_test(what_one_too_many_says_late_does_not_cost_it_the_answer),
    cmocka_unit_test(many_too_many_are_turned_away_without_a_word),
    cmocka_unit_test(without_descriptors_it_waits_until_there_are_some),
    cmocka_unit_test(it_goes_on_when_a_connection_ends),
    cmocka_unit_test(a_shutdown_while_it_waits_comes_to_its_end),
    cmocka_unit_test(a_thousand_resets_leave_nothing_behind),
    cmocka_unit_test(it_listens_on_ipv6_too),
    cmocka_unit_test(it_listens_on_a_path_and_cleans_up),
    cmocka_unit_test(a_port_in_use_is_refused_with_the_cause),
    cmocka_unit_test(too_many_listeners_are_refused),
    cmocka_unit_test(a_shutdown_without_connections_stops_the_loop),
    cmocka_unit_test(a_shutdown_ends_everything_in_order),
    cmocka_unit_test(a_shutdown_does_not_wait_for_who_does_not_go),
    cmocka_unit_test(a_shutdown_does_not_wait_for_idle_connections),
    cmocka_unit_test(a_shutdown_refuses_new_connections),
};

int main(void)
{
    return peer_run("server", tests, sizeof tests / sizeof *tests);
}
