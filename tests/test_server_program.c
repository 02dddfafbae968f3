/* The program as an operator sees it: arguments in; the first line, a log and a
 * status out. It is build/server, or what the environment variable SERVER
 * names. */
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

#include "client/message.h"
#include "common/net.h"
#include "tests/program.h"

enum { PATIENCE_MS = 30000, LINE_SIZE = 128 };

/* One that runs: what it said first, and where it says more. */
struct server {
    pid_t pid;
    int out;
    FILE *err;
    char first_line[LINE_SIZE];
    int port; /* of 127.0.0.1; -1: it listens elsewhere */
};

static const char *server_path(void)
{
    const char *path = getenv("SERVER");
    return path != NULL ? path : "build/server";
}

/* ------------------------------------------------------ a server */

static struct server start(const char *line)
{
    struct server server = {.err = tmpfile()};
    int out[2], null = open("/dev/null", O_RDONLY);
    assert_int_equal(pipe(out), 0);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    const int standard[] = {null, out[1], fileno(server.err)};
    server.pid = program_start_line(server_path(), line, standard);
    close(null);
    close(out[1]);
    server.out = out[0];
    assert_true(
        program_line(server.out, server.first_line, LINE_SIZE, PATIENCE_MS));
    server.port = program_port(server.first_line);
    return server;
}

/* Its exit status; it has said nothing more on standard output. */
static int end_of(struct server *server)
{
    char byte;
    int status = program_wait(server->pid);
    assert_int_equal(read(server->out, &byte, 1), 0);
    close(server->out);
    return status;
}

static int stop_with(struct server *server, int number)
{
    kill(server->pid, number);
    return end_of(server);
}

/* Connect and send; reads and writes wait. */
static int connect_and_send(const struct server *server, const char *request)
{
    char port[8];
    struct net_peer peer;
    const char *why = NULL;
    snprintf(port, sizeof port, "%d", server->port);
    struct addrinfo *found = net_resolve("127.0.0.1", port, &why);
    assert_non_null(found);
    int fd = net_connect(found, &peer);
    freeaddrinfo(found);
    fcntl(fd, F_SETFL, 0); /* blocking */
    assert_true(write(fd, request, strlen(request)) > 0);
    return fd;
}

/* Ask, and wait until the server has closed. */
static void ask(const struct server *server, const char *request)
{
    char bytes[256];
    int fd = connect_and_send(server, request);
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
    close(fd);
}

static void expect_failure(const char *line, int status, const char *cause)
{
    struct program_run run = program_run(server_path(), line, "");
    if (run.status != status || strstr(run.err, cause) == NULL)
        fail_msg("%s: expected %d and \"%s\", got %d and \"%s\"", line, status,
                 cause, run.status, run.err);
    assert_memory_equal(run.err, "server: ", 8);
    assert_ptr_equal(strchr(run.err, '\n'), strrchr(run.err, '\n'));
    assert_string_equal(run.out, "");
}

/* ------------------------------------------------------ usage */

static void help_shows_every_option_and_examples(void **state)
{
    static const char *const options[] = {
        "-p, --port",       "-b, --bind",      "--unix",
        "--loop",           "--allow-origin",  "--max-connections",
        "--max-message",    "--ping-interval", "--ping-timeout",
        "--trace[=hex]",    "--log-format",    "--long-poll-timeout",
        "-q, --quiet",      "-h, --help",      "-V, --version",
        "examples:\n  ser",
    };
    (void)state;
    struct program_run run = program_run(server_path(), "--help", "");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strstr(run.out, options[i]) == NULL)
            fail_msg("--help does not show %s", options[i]);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
}

static void another_application_goes_by_its_own_name(void **state)
{
    const char *path = getenv("SOCKETIO_APP");
    (void)state;
    if (path == NULL)
        path = "build/socketio_app";
    struct program_run run = program_run(path, "--help", "");
    assert_memory_equal(run.out, "usage: socketio_app [options]\n", 30);
    run = program_run(path, "--port x", "");
    assert_int_equal(run.status, 2);
    assert_memory_equal(run.err, "socketio_app: --port x: ", 24);
}

static void the_version_is_one_line(void **state)
{
    (void)state;
    struct program_run run = program_run(server_path(), "-V", "");
    assert_int_equal(run.status, 0);
    assert_memory_equal(run.out, "server ", 7);
    assert_string_equal(strchr(run.out, '\n'), "\n");
    assert_string_equal(run.err, "");
}

static void a_wrong_command_line_is_explained_in_one_line(void **state)
{
    (void)state;
    expect_failure("--bogus", 2, "--bogus");
    expect_failure("-Zq", 2, "-Z");
    expect_failure("now", 2, "unexpected argument now");
    expect_failure("-p", 2, "it needs a value");
    expect_failure("-p 0 --unix", 2, "it needs a value");
    expect_failure("--quiet=3", 2, "--quiet=3");
    expect_failure("-p http", 2, "from 0 to 65535");
    expect_failure("-p 65536", 2, "from 0 to 65535");
    expect_failure("--port -1", 2, "from 0 to 65535");
    expect_failure("--loop kqueue", 2, "epoll (Linux) and poll");
    expect_failure("--allow-origin example.org", 2, "https://example.org");
    expect_failure("--max-connections 0", 2, "from 1 to");
    expect_failure("--max-message none", 2, "from 1 to");
    expect_failure("--ping-interval 1s", 2, "from 0 to");
    expect_failure("--ping-timeout 1e9", 2, "from 0 to");
    expect_failure("--long-poll-timeout 86400001", 2, "to 86400000");
    expect_failure("--trace=all", 2, "--trace=hex");
    expect_failure("--log-format xml", 2, "text and json");
    expect_failure("--trace -q", 2, "one of the two");
    expect_failure("-q --trace=hex", 2, "one of the two");
}

static void what_the_system_refuses_is_explained_in_one_line(void **state)
{
    char line[LINE_SIZE];
    (void)state;
    expect_failure("-p 0 -b 192.0.2.1", 1, "192.0.2.1");
    expect_failure("-p 0 -b 300.0.0.1", 1, "300.0.0.1");
    expect_failure("-p 0 --unix /no/such/folder", 1, "/no/such/folder");
    expect_failure("-p 0 --unix /etc/passwd", 1, "no socket");
    struct server server = start("-q -p 0");
    snprintf(line, sizeof line, "-p %d", server.port);
    expect_failure(line, 1, "try another");
    assert_int_equal(stop_with(&server, SIGTERM), 0);
    fclose(server.err);
}

/* ------------------------------------------------------ what it says */

static void the_first_line_says_where_it_listens(void **state)
{
    char expected[LINE_SIZE];
    (void)state;
    struct server server = start("-p 0");
    snprintf(expected, sizeof expected, "listening on http://127.0.0.1:%d",
             server.port);
    assert_true(server.port > 0);
    assert_string_equal(server.first_line, expected);
    assert_int_equal(stop_with(&server, SIGTERM), 0);
    fclose(server.err);
}

static void an_address_of_ipv6_stands_in_brackets(void **state)
{
    const char *why;
    (void)state;
    int fd = net_listen("::1", "0", &why);
    if (fd == -1)
        skip(); /* there are machines without */
    net_close(fd);
    struct server server = start("-p 0 -b ::1");
    assert_memory_equal(server.first_line, "listening on http://[::1]:", 26);
    assert_int_equal(stop_with(&server, SIGTERM), 0);
    fclose(server.err);
}

static void a_quiet_server_says_no_more(void **state)
{
    char log[PROGRAM_TEXT_SIZE];
    (void)state;
    struct server server = start("-p 0 -q");
    ask(&server, "nonsense\r\n\r\n");
    assert_int_equal(stop_with(&server, SIGTERM), 0);
    program_read_all(server.err, log);
    assert_string_equal(log, "");
}

/* A log line has no id, and a time with a fraction: as a message with another
 * time it is read by our own reader of JSON. */
static void expect_json(const char *line)
{
    static const char start_of_line[] = "{\"time\":";
    char copy[1024];
    struct buf scratch = {0};
    struct heard heard;
    assert_memory_equal(line, start_of_line, strlen(start_of_line));
    snprintf(copy, sizeof copy, "{\"id\":1,\"when\":%s",
             line + strlen(start_of_line));
    if (!message_read(slice_of(copy), &scratch, &heard))
        fail_msg("this is no JSON: %s", line);
    assert_true(heard.text.size > 0);
    buf_free(&scratch);
}

static void a_log_in_json_is_an_object_a_line(void **state)
{
    char log[PROGRAM_TEXT_SIZE];
    (void)state;
    struct server server = start("-p 0 --log-format json --trace=hex");
    ask(&server, "GET /\"\\?\x1b\xff HTTP/1.1\r\nHost: \"\r\n\r\n");
    ask(&server, "GET /healthz HTTP/1.1\r\nHost: a\r\n"
                 "Connection: close\r\n\r\n");
    assert_int_equal(stop_with(&server, SIGTERM), 0);
    program_read_all(server.err, log);
    assert_non_null(strstr(log, "/healthz"));
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
        expect_json(line);
}

/* ------------------------------------------------------ signals */

static void a_signal_ends_it_in_good_order(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        char log[PROGRAM_TEXT_SIZE];
        struct server server = start("-p 0");
        assert_int_equal(stop_with(&server, signals[i]), 0);
        program_read_all(server.err, log);
        assert_memory_equal(log, "ending (", 8);
        assert_string_equal(strchr(log, '\n'), "\n");
    }
}

/* Both arrive before it sees the first, and a request that has begun behind one
 * that was answered could keep it for a while. */
static void a_second_signal_ends_it_at_once(void **state)
{
    char byte;
    (void)state;
    if (getenv("VALGRIND") != NULL)
        skip(); /* it frees nothing then, which is to be so */
    struct server server = start("-p 0 -q");
    int fd = connect_and_send(&server, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET");
    assert_int_equal(read(fd, &byte, 1), 1);
    kill(server.pid, SIGSTOP);
    kill(server.pid, SIGTERM);
    kill(server.pid, SIGINT);
    kill(server.pid, SIGCONT);
    assert_int_equal(end_of(&server), 1);
    fclose(server.err);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_shows_every_option_and_examples),
        cmocka_unit_test(another_application_goes_by_its_own_name),
        cmocka_unit_test(the_version_is_one_line),
        cmocka_unit_test(a_wrong_command_line_is_explained_in_one_line),
        cmocka_unit_test(what_the_system_refuses_is_explained_in_one_line),
        cmocka_unit_test(the_first_line_says_where_it_listens),
        cmocka_unit_test(an_address_of_ipv6_stands_in_brackets),
        cmocka_unit_test(a_quiet_server_says_no_more),
        cmocka_unit_test(a_log_in_json_is_an_object_a_line),
        cmocka_unit_test(a_signal_ends_it_in_good_order),
        cmocka_unit_test(a_second_signal_ends_it_at_once),
    };
    return cmocka_run_group_tests_name("server program", tests, NULL, NULL);
}
