/* build/weather as a user sees it: arguments in; lines and a status out. The
 * environment variable WEATHER names the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/net.h"

enum { TEXT_SIZE = 8192, PATIENCE_S = 20, ARGUMENTS_MAX = 24 };

struct run {
    pid_t pid;
    int status; /* of the exit; -1: a signal */
    int out;    /* the end of a pipe */
    FILE *err;
    char out_text[TEXT_SIZE], err_text[TEXT_SIZE];
};

static void become_weather(char *const *arguments, int out, int err)
{
    const char *path = getenv("WEATHER");
    alarm(PATIENCE_S); /* stays set behind exec */
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(path != NULL ? path : "build/weather", arguments);
    _exit(127);
}

/* Start it; `line` is its command line, cut at blanks. */
static struct run start(const char *line)
{
    char copy[512], *arguments[ARGUMENTS_MAX] = {"weather"};
    int count = 1, out[2];
    struct run run = {.err = tmpfile()};
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        arguments[count++] = word;
    assert_true(count < ARGUMENTS_MAX);
    assert_int_equal(pipe(out), 0);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    run.pid = fork();
    if (run.pid == 0)
        become_weather(arguments, out[1], fileno(run.err));
    close(out[1]);
    run.out = out[0];
    return run;
}

/* Read its first line, or all that it prints on standard output. */
static void read_out(struct run *run, bool only_a_line)
{
    size_t size = strlen(run->out_text);
    while (size + 1 < TEXT_SIZE && read(run->out, run->out_text + size, 1) == 1)
        if (run->out_text[size++] == '\n' && only_a_line)
            return;
}

static void finish(struct run *run)
{
    int status;
    read_out(run, false);
    close(run->out);
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    rewind(run->err);
    run->err_text[fread(run->err_text, 1, TEXT_SIZE - 1, run->err)] = '\0';
    fclose(run->err);
}

/* One line that names the cause, and nothing on standard output. */
static void expect_failure(const char *line, int status, const char *cause)
{
    struct run run = start(line);
    finish(&run);
    if (run.status != status || strstr(run.err_text, cause) == NULL)
        fail_msg("expected %d and \"%s\", got %d and \"%s\"", status, cause,
                 run.status, run.err_text);
    assert_memory_equal(run.err_text, "weather: ", 9);
    assert_ptr_equal(strchr(run.err_text, '\n'), strrchr(run.err_text, '\n'));
    assert_string_equal(run.out_text, "");
}

static void help_and_version_go_to_standard_output(void **state)
{
    struct run run = start("--help");
    (void)state;
    finish(&run);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out_text, "examples:"));
    assert_string_equal(run.err_text, "");
    run = start("-V");
    finish(&run);
    assert_int_equal(run.status, 0);
    assert_memory_equal(run.out_text, "weather ", 8);
}

static void a_wrong_command_line_is_explained_in_one_line(void **state)
{
    (void)state;
    expect_failure("", 2, "no server");
    expect_failure("h:1 i:2", 2, "unexpected argument i:2");
    expect_failure("h:99999", 2, "port");
    expect_failure("https://h", 2, "TLS");
    expect_failure("http+unix://%2Ftmp%2Fx", 2, "TCP only");
    expect_failure("h:1 --rain", 2, "no option --rain");
    expect_failure("h:1 -Zv", 2, "no option -Z,");
    expect_failure("h:1 --delay", 2, "--delay needs a value");
    expect_failure("h:1 -p 65536", 2, "--port 65536");
    expect_failure("h:1 --delay soon", 2, "--delay soon");
    expect_failure("h:1 --jitter -1", 2, "--jitter -1");
    expect_failure("h:1 --rate 0", 2, "--rate 0");
    expect_failure("h:1 --chunk 0", 2, "--chunk 0");
    expect_failure("h:1 --cut-after 5s", 2, "as 1000 or 500ms");
    expect_failure("h:1 --freeze-after ms", 2, "as 1000 or 500ms");
    expect_failure("h:1 --fail-percent 101", 2, "from 0 to 100");
    expect_failure("h:1 --outage soon", 2, "--outage soon");
    expect_failure("h:1 --only 0", 2, "--only 0");
    expect_failure("h:1 --skip 0", 2, "--skip 0");
    expect_failure("h:1 --seed x", 2, "--seed x");
    expect_failure("h:1 --loop kqueue", 2, "--loop kqueue");
}

static void where_it_cannot_begin_is_said_in_one_line(void **state)
{
    const char *why = NULL;
    char line[64];
    int taken = net_listen("127.0.0.1", "0", &why);
    (void)state;
    snprintf(line, sizeof line, "-p %d 127.0.0.1:1", net_port(taken));
    expect_failure(line, 1, "try another with --port");
    expect_failure("a..b:1", 1, "is the name right?");
    net_close(taken);
}

static void expect_end_by(int signal_number, const char *backend)
{
    char line[256];
    int port = 0;
    snprintf(line, sizeof line,
             "-p 0 --loop %s -v --delay 1 --jitter 1 --rate 1 --chunk 1 "
             "--skip 1 --only 1 --seed 1 127.0.0.1:1",
             backend);
    struct run run = start(line);
    read_out(&run, true);
    assert_int_equal(
        sscanf(run.out_text, "listening on http://127.0.0.1:%d\n", &port), 1);
    assert_in_range(port, 1, 65535);
    kill(run.pid, signal_number);
    finish(&run);
    assert_int_equal(run.status, 0);
    assert_ptr_equal(strchr(run.out_text, '\n'), strrchr(run.out_text, '\n'));
    assert_memory_equal(run.err_text, "ending (", 8);
}

static void it_says_where_it_listens_and_a_signal_ends_it(void **state)
{
    (void)state;
    expect_end_by(SIGTERM, "poll");
    expect_end_by(SIGINT, "poll");
#ifdef __linux__
    expect_end_by(SIGTERM, "epoll");
#endif
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    /* a reset may come before we are told of the connection */
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
        assert_int_equal(errno, ECONNRESET);
    return fd;
}

static void expect_reset(int fd)
{
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_true(errno == ECONNRESET || errno == ENOTCONN);
    close(fd);
}

static void expect_outage(const char *backend)
{
    const char *why = NULL;
    char line[128];
    int port = 0, server = net_listen("127.0.0.1", "0", &why);
    snprintf(line, sizeof line, "-p 0 --loop %s --outage 60000 127.0.0.1:%d",
             backend, net_port(server));
    struct run run = start(line);
    read_out(&run, true);
    sscanf(run.out_text, "listening on http://127.0.0.1:%d\n", &port);
    int before = connect_to(port);
    kill(run.pid, SIGUSR1);
    expect_reset(before);
    expect_reset(connect_to(port));
    kill(run.pid, SIGTERM);
    finish(&run);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.err_text, "the network is down for 60000 ms"));
    net_close(server);
}

static void a_user_signal_begins_an_outage(void **state)
{
    (void)state;
    expect_outage("poll");
#ifdef __linux__
    expect_outage("epoll");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version_go_to_standard_output),
        cmocka_unit_test(a_wrong_command_line_is_explained_in_one_line),
        cmocka_unit_test(where_it_cannot_begin_is_said_in_one_line),
        cmocka_unit_test(it_says_where_it_listens_and_a_signal_ends_it),
        cmocka_unit_test(a_user_signal_begins_an_outage),
    };
    return cmocka_run_group_tests_name("weather program", tests, NULL, NULL);
}
