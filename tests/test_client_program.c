/* The program as a user sees it: arguments in; lines, files and a status out.
 * It is build/client, or what the environment variable CLIENT names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/measure.h"
#include "common/net.h"
#include "tests/program.h"

/* A server that answers each connection's first request in the same way. */
struct script {
    pid_t pid;
    char url[64];
};

/* ------------------------------------------------------ processes */

static void read_to_blank_line(int fd)
{
    char last[5] = "";
    char byte;
    while (strcmp(last, "\r\n\r\n") != 0 && read(fd, &byte, 1) == 1) {
        memmove(last, last + 1, 3);
        last[3] = byte;
    }
}

static void play(int listener, const char *text, bool stays_open)
{
    alarm(PROGRAM_LIMIT_S);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        read_to_blank_line(fd);
        if (write(fd, text, strlen(text)) == -1)
            _exit(1);
        if (!stays_open)
            close(fd);
    }
}

static struct script serve(const char *text, bool stays_open)
{
    const char *why = NULL;
    struct script script;
    int fd = net_listen("127.0.0.1", "0", &why);
    assert_int_not_equal(fd, -1);
    fcntl(fd, F_SETFL, 0); /* blocking */
    snprintf(script.url, sizeof script.url, "http://127.0.0.1:%d/",
             net_port(fd));
    script.pid = fork();
    if (script.pid == 0)
        play(fd, text, stays_open);
    close(fd);
    return script;
}

static void end(const struct script *script)
{
    kill(script->pid, SIGKILL);
    waitpid(script->pid, NULL, 0);
}

static const char *client_path(void)
{
    const char *path = getenv("CLIENT");
    return path != NULL ? path : "build/client";
}

static struct program_run run_with_input(const char *line, const char *input)
{
    return program_run(client_path(), line, input);
}

/* Run `mode` at the URL of a script that answers `text` and closes. */
static struct program_run run_against(const char *text, const char *mode)
{
    char line[256];
    struct script script = serve(text, false);
    snprintf(line, sizeof line, "%s %s", mode, script.url);
    struct program_run run = run_with_input(line, "");
    end(&script);
    return run;
}

/* One line that names the cause, behind the name of the program. */
static void expect_failure(const struct program_run *run, int status,
                           const char *cause)
{
    if (run->status != status || strstr(run->err, cause) == NULL)
        fail_msg("expected %d and \"%s\", got %d and \"%s\"", status, cause,
                 run->status, run->err);
    assert_memory_equal(run->err, "client: ", 8);
    assert_ptr_equal(strchr(run->err, '\n'), strrchr(run->err, '\n'));
}

static void expect_usage_failure(const char *line, const char *cause)
{
    struct program_run run = run_with_input(line, "");
    expect_failure(&run, 2, cause);
    assert_string_equal(run.out, "");
}

/* ------------------------------------------------------ usage */

static void help_and_version_go_to_standard_output(void **state)
{
    (void)state;
    struct program_run run = run_with_input("--help", "");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "examples:"));
    assert_string_equal(run.err, "");
    run = run_with_input("-V", "");
    assert_int_equal(run.status, 0);
    assert_memory_equal(run.out, "client ", 7);
}

static void a_wrong_command_line_is_explained_in_one_line(void **state)
{
    (void)state;
    expect_usage_failure("", "no mode");
    expect_usage_failure("get", "which URL");
    expect_usage_failure("walk http://h", "no mode walk");
    expect_usage_failure("get http://h --bogus", "--bogus");
    expect_usage_failure("get http://h -Zv", "no option -Z,");
    expect_usage_failure("get http://h -H", "-H needs a value");
    expect_usage_failure("get http://h -H nonsense", "Name: value");
    expect_usage_failure("get http://h:99999", "port");
    expect_usage_failure("get http://h:x", "port");
    expect_usage_failure("get https://h", "TLS");
    expect_usage_failure("get ftp://h", "ftp://h");
    expect_usage_failure("get http://h http://i", "unexpected");
    expect_usage_failure("get http://h -d x", "--data");
    expect_usage_failure("post http://h -d x -H content-length:3", "counts");
    expect_usage_failure("post http://h -d x -H Transfer-Encoding:chunked",
                         "counts");
    expect_usage_failure("websocket http://h --subprotocol a,b", "--subproto");
    expect_usage_failure("websocket http://h --subprotocol a --subprotocol a",
                         "once is enough");
    expect_usage_failure("websocket http://h -H sec-websocket-key:x",
                         "websocket says that itself");
    expect_usage_failure("websocket http://h -H Connection:close",
                         "websocket says that itself");
    expect_usage_failure("polling http://h -n 0", "--count");
    expect_usage_failure("polling http://h -m never", "--max-time");
    expect_usage_failure("polling http://h -r=x", "--reconnect");
    expect_usage_failure("polling http://h --color=blue", "--color");
    expect_usage_failure("polling http://h --loop kqueue", "--loop");
}

static void an_option_of_another_mode_is_refused(void **state)
{
    (void)state;
    expect_usage_failure("polling http://h --namespace /x",
                         "--namespace goes with socketio, not with polling");
    expect_usage_failure("websocket http://h --ack",
                         "--ack goes with socketio, not with websocket");
    expect_usage_failure("get http://h --emit a 1", "--emit goes with");
    expect_usage_failure("post http://h -n 1", "--count goes with");
    expect_usage_failure("streaming http://h -i 5",
                         "--interval goes with polling, not with streaming");
    expect_usage_failure("engineio http://h --channel a", "--channel goes");
    expect_usage_failure("polling http://h --echo",
                         "--echo goes with websocket, engineio, not with");
}

static void an_option_of_all_modes_is_welcome_in_each(void **state)
{
    static const char *const modes[] = {
        "get",       "post",      "polling",  "long-polling",
        "streaming", "websocket", "engineio", "socketio"};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        char line[256];
        snprintf(line, sizeof line,
                 "%s http://127.0.0.1:1 -H A:b -m 9 -q --color never "
                 "--trace --loop poll --proxy-command false",
                 modes[i]);
        struct program_run run = run_with_input(line, "");
        assert_int_not_equal(run.status, 0);
        assert_int_not_equal(run.status, 2);
    }
}

static void a_wrong_comparison_is_explained_in_one_line(void **state)
{
    (void)state;
    expect_usage_failure("compare --rounds 1", "from 3 to 20");
    expect_usage_failure("compare --workload storm", "--workload storm");
    expect_usage_failure("compare --color blue", "--color blue");
    expect_usage_failure("compare --bogus", "no option --bogus");
    expect_usage_failure("compare http://h http://i", "one URL is enough");
    struct program_run run = run_with_input("compare --json /no/such/dir", "");
    expect_failure(&run, 1, "cannot write /no/such/dir");
    run = run_with_input("compare --help", "");
    assert_int_equal(run.status, 0);
    assert_memory_equal(run.out, "usage: client compare ", 22);
}

/* It would measure the sanitizer. */
static void what_is_sanitized_is_not_compared(void **state)
{
    (void)state;
    if (measure_refusal() == NULL)
        skip();
    struct program_run run = run_with_input("compare --quick", "");
    expect_failure(&run, 1, "compare: built with a sanitizer");
    assert_string_equal(run.out, "");
}

/* ------------------------------------------------------ what goes wrong */

static void every_failure_has_curls_number_and_one_line(void **state)
{
    static const char *const modes[] = {"get", "polling", "long-polling",
                                        "streaming", "websocket"};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct program_run run = run_against("SSH-2.0-x\r\n", modes[i]);
        expect_failure(&run, 8, "not HTTP");
        run = run_against("", modes[i]);
        expect_failure(&run, 52, "without an answer");
        run = run_against("HTTP/1.1 200 OK\r\nCon", modes[i]);
        expect_failure(&run, 56, "in the middle of the head");
        run = run_against("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n",
                          modes[i]);
        expect_failure(&run, 22, "404 Not Found");
    }
}

static void what_may_help_depends_on_the_status(void **state)
{
    static const char *const modes[] = {"get", "streaming"};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct program_run run = run_against(
            "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", modes[i]);
        expect_failure(&run, 22, "; does it work later?");
        run = run_against("HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n",
                          modes[i]);
        expect_failure(&run, 22, "; are you allowed to?");
        run = run_against("HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n",
                          modes[i]);
        expect_failure(&run, 22, "; are path and mode right?");
    }
}

static void what_was_too_much_is_not_blamed_on_the_url(void **state)
{
    (void)state;
    struct program_run run = run_against(
        "HTTP/1.1 413 x\r\nContent-Length: 0\r\n\r\n", "post -d hello");
    expect_failure(&run, 22, "; send less at once");
}

/* The right server may still say what it must not. */
static void what_is_wrong_later_is_not_blamed_on_the_url(void **state)
{
    (void)state;
    struct program_run run =
        run_against("HTTP/1.1 200 OK\r\n"
                    "Content-Type: text/event-stream\r\n"
                    "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
                    "streaming");
    expect_failure(&run, 8, "; -v shows what came");
}

static void get_does_not_connect_again(void **state)
{
    (void)state;
    struct program_run run = run_against("HTTP/1.1 200 OK\r\n"
                                         "Content-Length: 3\r\n\r\nab",
                                         "get");
    expect_failure(&run, 56, "in the middle of the body");
    assert_null(strstr(run.err, "-r"));
}

static void nobody_there_is_said_so(void **state)
{
    (void)state;
    struct program_run run = run_with_input("get http://127.0.0.1:1/", "");
    expect_failure(&run, 7, "127.0.0.1:1: ");
    run = run_with_input("websocket ws://a..b/", "");
    expect_failure(&run, 6, "a..b");
    run = run_with_input("get http+unix://%2Fno%2Fsuch/", "");
    expect_failure(&run, 7, "No such file");
}

static void expect_command_failure(const char *mode, const char *command,
                                   const char *cause)
{
    char line[128];
    snprintf(line, sizeof line, "%s http://h --proxy-command %s", mode,
             command);
    struct program_run run = run_with_input(line, "");
    expect_failure(&run, 7, cause);
    assert_non_null(strstr(run.err, "; does it work in a shell?"));
}

/* What a shell says of it would be a second line. */
static void a_command_that_brings_nothing_is_told_in_one_line(void **state)
{
    static const char *const modes[] = {"get", "polling", "streaming",
                                        "websocket"};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        expect_command_failure(modes[i], "/no/such", "it cannot be run");
        expect_command_failure(modes[i], "/etc", "it cannot be run");
        expect_command_failure(modes[i], "/etc/passwd", "it cannot be run");
        expect_command_failure(modes[i], "no-such", "it cannot be run");
        expect_command_failure(modes[i], "true", "it ended without a word");
    }
}

static void a_command_speaks_for_itself(void **state)
{
    (void)state; /* tabs: the line is cut at blanks */
    struct program_run run = run_with_input("get http://h --proxy-command "
                                            "echo\tPassword\tof\t%h:\t>&2",
                                            "");
    assert_int_equal(run.status, 7);
    assert_memory_equal(run.err, "Password of h:\nclient: ", 23);
}

static void silence_ends_with_max_time(void **state)
{
    char line[128];
    struct script script = serve("", true);
    (void)state;
    snprintf(line, sizeof line, "get %s -m 0.1", script.url);
    struct program_run run = run_with_input(line, "");
    expect_failure(&run, 28, "--max-time");
    end(&script);
}

/* ------------------------------------------------------ what goes well */

static void get_writes_the_body_as_it_is(void **state)
{
    (void)state;
    struct program_run run =
        run_against("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                    "a\x1b\r\nb",
                    "get");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "a\x1b\r\nb");
    assert_string_equal(run.err, "");
}

static void the_trace_shows_both_heads_and_no_control_characters(void **state)
{
    (void)state;
    struct program_run run = run_against("HTTP/1.1 200 \x1b[31m\r\nX: 1\r\n"
                                         "Content-Length: 0\r\n\r\n",
                                         "-v get");
    assert_non_null(strstr(run.err, " > GET / HTTP/1.1\n"));
    run = run_against("HTTP/1.1 200 OK\r\nX: \xc3\xa9\r\n"
                      "Content-Length: 0\r\n\r\n",
                      "-v get");
    assert_non_null(strstr(run.err, " < HTTP/1.1 200 OK\n"));
    assert_non_null(strstr(run.err, " < X: \\xc3\\xa9\n"));
}

static const char two_messages[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    "data: {\"id\":1,\"text\":\"a\\nb\"}\n\ndata: "
    "{\"id\":2,\"text\":\"c\"}\n\n";

static void messages_are_lines(void **state)
{
    (void)state;
    struct program_run run = run_against(two_messages, "streaming");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "a\\nb\nc\n");
    run = run_against(two_messages, "--json streaming");
    assert_string_equal(run.out, "{\"id\":1,\"text\":\"a\\nb\"}\n"
                                 "{\"id\":2,\"text\":\"c\"}\n");
    run = run_against(two_messages, "-n 1 streaming");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "a\\nb\n");
}

static void what_was_lost_is_said_on_standard_error(void **state)
{
    (void)state;
    struct program_run run =
        run_against("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                    "data: {\"id\":9,\"lost\":\"old ones\"}\n\n",
                    "streaming");
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "lost: old ones (up to 9)"));
}

/* ------------------------------------------------------ signals, pipes */

static void a_reader_that_leaves_ends_it_quietly(void **state)
{
    char line[128], first[6] = "";
    int out[2];
    FILE *err = tmpfile();
    (void)state;
    struct script script = serve(two_messages, true);
    assert_int_equal(pipe(out), 0);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    snprintf(line, sizeof line, "streaming %s", script.url);
    int null = open("/dev/null", O_RDONLY);
    pid_t pid = program_start_line(client_path(), line,
                                   (int[]){null, out[1], fileno(err)});
    close(out[1]);
    close(null);
    assert_int_equal(read(out[0], first, 5), 5);
    assert_string_equal(first, "a\\nb\n");
    close(out[0]);
    assert_int_equal(program_wait(pid), 0);
    char text[PROGRAM_TEXT_SIZE];
    program_read_all(err, text);
    assert_string_equal(text, "");
    end(&script);
}

static void a_signal_ends_it_in_good_order(void **state)
{
    char line[128], byte;
    int out[2];
    (void)state;
    struct script script = serve(two_messages, true);
    assert_int_equal(pipe(out), 0);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    snprintf(line, sizeof line, "streaming %s", script.url);
    int null = open("/dev/null", O_RDWR);
    pid_t pid =
        program_start_line(client_path(), line, (int[]){null, out[1], null});
    assert_int_equal(read(out[0], &byte, 1), 1); /* it runs */
    kill(pid, SIGTERM);
    assert_int_equal(program_wait(pid), 0);
    close(out[0]);
    close(out[1]);
    close(null);
    end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version_go_to_standard_output),
        cmocka_unit_test(a_wrong_command_line_is_explained_in_one_line),
        cmocka_unit_test(an_option_of_another_mode_is_refused),
        cmocka_unit_test(a_wrong_comparison_is_explained_in_one_line),
        cmocka_unit_test(what_is_sanitized_is_not_compared),
        cmocka_unit_test(an_option_of_all_modes_is_welcome_in_each),
        cmocka_unit_test(every_failure_has_curls_number_and_one_line),
        cmocka_unit_test(what_may_help_depends_on_the_status),
        cmocka_unit_test(what_was_too_much_is_not_blamed_on_the_url),
        cmocka_unit_test(what_is_wrong_later_is_not_blamed_on_the_url),
        cmocka_unit_test(get_does_not_connect_again),
        cmocka_unit_test(nobody_there_is_said_so),
        cmocka_unit_test(a_command_that_brings_nothing_is_told_in_one_line),
        cmocka_unit_test(a_command_speaks_for_itself),
        cmocka_unit_test(silence_ends_with_max_time),
        cmocka_unit_test(get_writes_the_body_as_it_is),
        cmocka_unit_test(the_trace_shows_both_heads_and_no_control_characters),
        cmocka_unit_test(messages_are_lines),
        cmocka_unit_test(what_was_lost_is_said_on_standard_error),
        cmocka_unit_test(a_reader_that_leaves_ends_it_quietly),
        cmocka_unit_test(a_signal_ends_it_in_good_order),
    };
    return cmocka_run_group_tests_name("client program", tests, NULL, NULL);
}
