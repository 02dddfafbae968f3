#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/net.h"

static void wait_until_ready(int fd, short events)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    assert_int_equal(poll(&wanted, 1, 5000), 1);
}

static int listen_or_fail(const char *address)
{
    const char *why = NULL;
    int fd = net_listen(address, "0", &why);
    if (fd == -1)
        fail_msg("%s: %s", address, why);
    assert_true(net_port(fd) > 0);
    return fd;
}

/* Begin to connect to a port of an address; decided when it returns. */
static int connect_to(const char *host, int number, struct net_peer *peer)
{
    const char *why = NULL;
    char port[8];
    snprintf(port, sizeof port, "%d", number);
    struct addrinfo *found = net_resolve(host, port, &why);
    assert_non_null(found);
    int fd = net_connect(found, peer);
    freeaddrinfo(found);
    if (fd != -1)
        wait_until_ready(fd, POLLOUT);
    return fd;
}

static void assert_is_prepared(int fd)
{
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

/* Say something from one to the other. */
static void assert_connected(int from, int to)
{
    char bytes[8];
    assert_int_equal(net_send(from, slice_of("hello")), 5);
    wait_until_ready(to, POLLIN);
    assert_int_equal(net_receive(to, bytes, sizeof bytes), 5);
    assert_memory_equal(bytes, "hello", 5);
}

static void meet(const char *address, const char *name)
{
    struct net_peer client, server;
    char text[NET_NAME_MAX];
    int listener = listen_or_fail(address);
    int to = connect_to(address, net_port(listener), &server);
    assert_int_equal(net_connect_error(to), 0);
    int from = net_accept(listener, &client);
    assert_int_not_equal(from, -1);
    assert_is_prepared(listener);
    assert_is_prepared(to);
    assert_is_prepared(from);
    assert_connected(to, from);
    assert_connected(from, to);
    assert_int_equal(server.port, net_port(listener));
    assert_int_equal(client.port, net_port(to));
    net_peer_name(&client, text);
    assert_int_equal(strncmp(text, name, strlen(name)), 0);
    net_close(from);
    net_close(to);
    net_close(listener);
}

static void two_meet_over_ipv4(void **state)
{
    (void)state;
    meet("127.0.0.1", "127.0.0.1:");
}

static void two_meet_over_ipv6(void **state)
{
    const char *why;
    (void)state;
    int fd = net_listen("::1", "0", &why);
    if (fd == -1)
        skip(); /* there are machines without */
    net_close(fd);
    meet("::1", "[::1]:");
}

/* ------------------------------------------------------------- paths */

struct place {
    char folder[32];
    char path[64];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    strcpy(place->folder, "/tmp/push-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/socket", place->folder);
    *state = place;
    return 0;
}

static int clear_place(void **state)
{
    struct place *place = *state;
    unlink(place->path);
    rmdir(place->folder);
    free(place);
    return 0;
}

static void two_meet_at_a_path(void **state)
{
    struct place *place = *state;
    struct net_peer client, server;
    char text[NET_NAME_MAX];
    const char *why = NULL;
    int listener = net_listen_unix(place->path, &why);
    assert_int_not_equal(listener, -1);
    assert_int_equal(net_port(listener), 0);
    int to = net_connect_unix(place->path, &server);
    assert_int_not_equal(to, -1);
    int from = net_accept(listener, &client);
    assert_connected(to, from);
    assert_connected(from, to);
    assert_string_equal(net_peer_name(&client, text), "unix");
    assert_string_equal(net_peer_name(&server, text), "unix");
    net_close(from);
    net_close(to);
    net_close(listener);
}

static void a_socket_file_that_was_left_behind_is_replaced(void **state)
{
    struct place *place = *state;
    const char *why = NULL;
    net_close(net_listen_unix(place->path, &why));
    assert_int_equal(access(place->path, F_OK), 0);
    int listener = net_listen_unix(place->path, &why);
    assert_int_not_equal(listener, -1);
    net_close(listener);
}

static void a_path_in_use_is_not_taken_over(void **state)
{
    struct place *place = *state;
    struct net_peer peer;
    const char *why = NULL;
    int listener = net_listen_unix(place->path, &why);
    assert_int_equal(net_listen_unix(place->path, &why), -1);
    assert_string_equal(why, "in use by another server");
    int to = net_connect_unix(place->path, &peer);
    assert_int_not_equal(to, -1);
    net_close(to);
    net_close(listener);
}

/* A live server with a full queue must neither block us nor lose its path. */
static void a_path_whose_queue_is_full_is_in_use(void **state)
{
    struct place *place = *state;
    struct net_peer peer;
    const char *why = NULL;
    int waiting[8];
    int listener = net_listen_unix(place->path, &why);
    listen(listener, 1);
    for (int i = 0; i < 8; i++)
        waiting[i] = net_connect_unix(place->path, &peer);
    assert_int_equal(net_listen_unix(place->path, &why), -1);
    assert_int_equal(access(place->path, F_OK), 0);
    for (int i = 0; i < 8; i++)
        if (waiting[i] != -1)
            net_close(waiting[i]);
    net_close(listener);
}

static void assert_is_left_alone(const char *path)
{
    struct stat before, after;
    const char *why = NULL;
    assert_int_equal(lstat(path, &before), 0);
    assert_int_equal(net_listen_unix(path, &why), -1);
    assert_string_equal(why, "something is there that is no socket");
    assert_int_equal(lstat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino);
}

static void what_is_no_socket_is_left_alone(void **state)
{
    struct place *place = *state;
    assert_is_left_alone(place->folder);
    net_close(open(place->path, O_CREAT | O_WRONLY, 0600));
    assert_is_left_alone(place->path);
    unlink(place->path);
    assert_int_equal(symlink("nowhere", place->path), 0);
    assert_is_left_alone(place->path);
    unlink(place->path);
    assert_int_equal(symlink(".", place->path), 0);
    assert_is_left_alone(place->path);
}

static void a_path_too_long_is_refused(void **state)
{
    char path[300];
    const char *why = NULL;
    struct net_peer peer;
    (void)state;
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(net_listen_unix(path, &why), -1);
    assert_string_equal(why, strerror(ENAMETOOLONG));
    assert_int_equal(net_connect_unix(path, &peer), -1);
    assert_int_equal(errno, ENAMETOOLONG);
}

/* ------------------------------------------------------------- errors */

static void a_port_in_use_is_told(void **state)
{
    const char *why = NULL;
    char port[8];
    (void)state;
    int listener = listen_or_fail("127.0.0.1");
    snprintf(port, sizeof port, "%d", net_port(listener));
    assert_int_equal(net_listen("127.0.0.1", port, &why), -1);
    assert_string_equal(why, strerror(EADDRINUSE));
    net_close(listener);
}

static void an_address_of_somebody_else_is_told(void **state)
{
    const char *why = NULL;
    (void)state;
    assert_int_equal(net_listen("192.0.2.1", "0", &why), -1);
    assert_string_equal(why, strerror(EADDRNOTAVAIL));
    assert_int_equal(net_listen("300.0.0.1", "x", &why), -1);
    assert_non_null(why);
}

static void a_port_where_nobody_listens_refuses(void **state)
{
    struct net_peer peer;
    (void)state;
    int listener = listen_or_fail("127.0.0.1");
    int port = net_port(listener);
    net_close(listener);
    int fd = connect_to("127.0.0.1", port, &peer);
    int error = fd == -1 ? errno : net_connect_error(fd);
    assert_int_equal(error, ECONNREFUSED);
    if (fd != -1)
        net_close(fd);
}

static void a_path_where_nobody_listens_refuses(void **state)
{
    struct place *place = *state;
    struct net_peer peer;
    assert_int_equal(net_connect_unix(place->path, &peer), -1);
    assert_int_equal(errno, ENOENT);
}

static int lowest_free_descriptor(void)
{
    int fd = dup(STDIN_FILENO);
    assert_int_not_equal(fd, -1);
    close(fd);
    return fd;
}

static void what_fails_leaves_no_descriptor(void **state)
{
    struct place *place = *state;
    struct net_peer peer;
    const char *why = NULL;
    char port[8];
    int listener = listen_or_fail("127.0.0.1");
    int at_path = net_listen_unix(place->path, &why);
    int lowest = lowest_free_descriptor();
    snprintf(port, sizeof port, "%d", net_port(listener));
    assert_int_equal(net_listen("127.0.0.1", port, &why), -1);
    assert_int_equal(net_listen_unix(place->path, &why), -1);
    assert_int_equal(net_listen_unix(place->folder, &why), -1);
    assert_int_equal(net_connect_unix(place->folder, &peer), -1);
    assert_int_equal(net_accept(listener, &peer), -1);
    assert_int_equal(lowest_free_descriptor(), lowest);
    net_close(at_path);
    net_close(listener);
}

static void nobody_waits_is_eagain(void **state)
{
    struct net_peer peer;
    (void)state;
    int listener = listen_or_fail("127.0.0.1");
    assert_int_equal(net_accept(listener, &peer), -1);
    assert_int_equal(errno, EAGAIN);
    net_close(listener);
}

static void a_peer_that_is_gone_is_an_error_and_no_signal(void **state)
{
    int fds[2];
    char byte;
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    net_end(fds[0]);
    assert_int_equal(net_receive(fds[1], &byte, 1), 0);
    net_close(fds[0]);
    assert_int_equal(net_send(fds[1], slice_of("x")), -1);
    assert_int_equal(errno, EPIPE);
    net_close(fds[1]);
}

static void closing_keeps_errno(void **state)
{
    (void)state;
    errno = EMFILE;
    net_close(-1);
    assert_int_equal(errno, EMFILE);
}

static void random_bytes_are_not_the_same_twice(void **state)
{
    uint8_t a[16], b[16];
    (void)state;
    net_random(a, sizeof a);
    net_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void traffic_is_counted_where_the_kernel_tells(void **state)
{
    struct net_peer peer;
    char bytes[8];
    (void)state;
    int listener = listen_or_fail("127.0.0.1");
    int to = connect_to("127.0.0.1", net_port(listener), &peer);
    int from = net_accept(listener, &peer);
    net_send(to, slice_of("hello"));
    wait_until_ready(from, POLLIN);
    net_receive(from, bytes, sizeof bytes);
    struct net_traffic sum = {0};
    net_traffic_add(&sum, from);
#ifdef __linux__
    assert_int_equal(sum.bytes_down, 5);
    assert_true(sum.segments_down > 0);
#endif
    net_close(from);
    net_close(to);
    net_close(listener);
}

#define AT_PLACE(name)                                                         \
    cmocka_unit_test_setup_teardown(name, make_place, clear_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_meet_over_ipv4),
        cmocka_unit_test(two_meet_over_ipv6),
        AT_PLACE(two_meet_at_a_path),
        AT_PLACE(a_socket_file_that_was_left_behind_is_replaced),
        AT_PLACE(a_path_in_use_is_not_taken_over),
        AT_PLACE(a_path_whose_queue_is_full_is_in_use),
        AT_PLACE(what_is_no_socket_is_left_alone),
        cmocka_unit_test(a_path_too_long_is_refused),
        cmocka_unit_test(a_port_in_use_is_told),
        cmocka_unit_test(an_address_of_somebody_else_is_told),
        cmocka_unit_test(a_port_where_nobody_listens_refuses),
        AT_PLACE(a_path_where_nobody_listens_refuses),
        AT_PLACE(what_fails_leaves_no_descriptor),
        cmocka_unit_test(nobody_waits_is_eagain),
        cmocka_unit_test(a_peer_that_is_gone_is_an_error_and_no_signal),
        cmocka_unit_test(closing_keeps_errno),
        cmocka_unit_test(random_bytes_are_not_the_same_twice),
        cmocka_unit_test(traffic_is_counted_where_the_kernel_tells),
    };
    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
