/* The modes engineio and socketio as a user sees them, and as a program does
 * that drives them with --commands. It is build/client, or what the environment
 * variable CLIENT names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/net.h"
#include "common/websocket.h"
#include "common/websocket_handshake.h"
#include "tests/program.h"

enum { FRAME_SIZE = 6 + 125 }; /* a short one, masked */

/* ------------------------------------------------------ the server */

/* A server that goes through its script, on one WebSocket after another:
 *
 *      >4text   it says this packet, in a text frame   >#text   in a binary one
 *      <4text   it waits for this one                  !        it closes
 *
 * The script ends with NULL, and starts again with the next connection. */
struct script {
    pid_t pid;
    char url[64];
};

#define OPEN   ">0{\"sid\":\"abc\",\"pingInterval\":25000,\"pingTimeout\":20000}"
#define JOINED OPEN, "<40", ">40{\"sid\":\"s1\"}"

static void read_head(int fd, char *head, size_t size)
{
    size_t end = 0;
    while (end < size - 1 && read(fd, head + end, 1) == 1) {
        head[++end] = '\0';
        if (end >= 4 && strcmp(head + end - 4, "\r\n\r\n") == 0)
            return;
    }
}

static void upgrade(int fd)
{
    char head[4096] = "", accept[WS_ACCEPT_SIZE];
    read_head(fd, head, sizeof head);
    const char *key = strstr(head, "Sec-WebSocket-Key: ");
    if (key == NULL)
        _exit(1);
    ws_accept_key((struct slice){key + 19, WS_KEY_SIZE - 1}, accept);
    dprintf(fd,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
            accept);
}

static void say_frame(int fd, const char *text)
{
    struct buf frame = {0};
    bool is_binary = text[0] == '#';
    ws_append_frame(&frame, is_binary ? WS_BINARY : WS_TEXT,
                    slice_of(text + is_binary));
    if (write(fd, buf_head(&frame), buf_size(&frame)) == -1)
        _exit(1);
    buf_free(&frame);
}

static void read_exactly(int fd, uint8_t *bytes, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t more = read(fd, bytes + got, size - got);
        if (more <= 0)
            _exit(1);
        got += (size_t)more;
    }
}

/* A short one; returns the size of its payload, at bytes + 6. */
static size_t read_frame(int fd, uint8_t bytes[FRAME_SIZE])
{
    read_exactly(fd, bytes, 6);
    size_t size = bytes[1] & 0x7f;
    read_exactly(fd, bytes + 6, size);
    ws_mask(bytes + 6, size, bytes + 2, 0);
    return size;
}

static void expect_frame(int fd, const char *text)
{
    uint8_t bytes[FRAME_SIZE] = {0};
    size_t size = read_frame(fd, bytes);
    if (size != strlen(text) || memcmp(bytes + 6, text, size) != 0) {
        fprintf(stderr, "expected %s, got %.*s\n", text, (int)size, bytes + 6);
        _exit(1);
    }
}

static void follow(int fd, const char *const *step)
{
    uint8_t bytes[FRAME_SIZE];
    for (; *step != NULL; step++) {
        if (**step == '>')
            say_frame(fd, *step + 1);
        else if (**step == '<')
            expect_frame(fd, *step + 1);
        else
            return;
    }
    do
        read_frame(fd, bytes);
    while ((bytes[0] & 0x0f) != WS_CLOSE);
    dprintf(fd, "\x88%c", 0);
}

static struct script serve(const char *const *steps)
{
    const char *why = NULL;
    struct script script;
    int listener = net_listen("127.0.0.1", "0", &why);
    assert_int_not_equal(listener, -1);
    fcntl(listener, F_SETFL, 0); /* blocking */
    snprintf(script.url, sizeof script.url, "http://127.0.0.1:%d",
             net_port(listener));
    script.pid = fork();
    if (script.pid == 0) {
        alarm(PROGRAM_LIMIT_S);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            upgrade(fd);
            follow(fd, steps);
            close(fd);
        }
    }
    close(listener);
    return script;
}

static void end(const struct script *script)
{
    kill(script->pid, SIGKILL);
    waitpid(script->pid, NULL, 0);
}

/* ------------------------------------------------------ the client */

static const char *client_path(void)
{
    const char *path = getenv("CLIENT");
    return path != NULL ? path : "build/client";
}

/* Run `mode` at the URL of a server with this script. */
static struct program_run run_against(const char *const *steps,
                                      const char *mode, const char *options,
                                      const char *input)
{
    char line[512];
    struct script script = serve(steps);
    snprintf(line, sizeof line, "%s %s --transports websocket %s", mode,
             script.url, options);
    struct program_run run = program_run(client_path(), line, input);
    end(&script);
    return run;
}

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
    struct program_run run = program_run(client_path(), line, "");
    expect_failure(&run, 2, cause);
    assert_string_equal(run.out, "");
}

/* ------------------------------------------------------ engineio */

static void lines_are_messages_and_messages_are_lines(void **state)
{
    static const char *const steps[] = {OPEN, "<4hello", ">4one\ntwo", ">#xyz",
                                        NULL};
    (void)state;
    struct program_run run = run_against(steps, "engineio", "-n 2", "hello\n");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "one\\ntwo\ndata:;base64,eHl6\n");
    run = run_against(steps, "engineio", "-n 2 --json", "hello\n");
    assert_string_equal(run.out, "{\"text\":\"one\\ntwo\"}\n"
                                 "{\"binary\":\"eHl6\"}\n");
}

static void a_session_that_ends_is_broken(void **state)
{
    static const char *const steps[] = {OPEN, "!", NULL};
    (void)state;
    struct program_run run = run_against(steps, "engineio", "", "");
    expect_failure(&run, 56, "closed");
    static const char *const closed[] = {OPEN, ">1", NULL};
    run = run_against(closed, "engineio", "", "");
    expect_failure(&run, 56, "the server closed the session");
}

static void who_is_shut_out_by_socketio_is_told_its_mode(void **state)
{
    static const char *const closed[] = {OPEN, "<4hello", ">1", NULL};
    char line[256];
    (void)state;
    struct script script = serve(closed);
    snprintf(line, sizeof line, "engineio %s/socket.io/ --transports websocket",
             script.url);
    struct program_run run = program_run(client_path(), line, "hello\n");
    end(&script);
    expect_failure(&run, 56, "closed the session; Socket.IO is spoken there");
}

static void the_trace_shows_packets(void **state)
{
    static const char *const steps[] = {OPEN, ">4hello", NULL};
    (void)state;
    struct program_run run = run_against(steps, "engineio", "-n 1 --trace", "");
    assert_non_null(strstr(run.err, "\"4hello\""));
}

/* ------------------------------------------------------ socketio */

static void lines_are_events(void **state)
{
    static const char *const steps[] = {
        JOINED, "<42[\"hello\",1,\"two words\",{\"a\":[1,2]}]",
        "<42[\"again\",3]", ">42[\"done\"]", NULL};
    (void)state;
    struct program_run run =
        run_against(steps, "socketio", "-n 1",
                    "hello 1  \"two words\" {\"a\":[1, 2]}\n"
                    "[\"again\",3]\n");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "[\"done\"]\n");
    assert_string_equal(run.err, "");
}

static void events_are_shown_as_they_came(void **state)
{
    static const char *const steps[] = {
        JOINED,
        ">42[\"news\", 1.50,\"x\"]",
        ">452-[\"b\",[{\"_placeholder\":true,\"num\":1}],{\"_placeholder\":"
        "true,\"num\":0}]",
        ">#x",
        ">#yz",
        ">42[\"none\"]",
        NULL};
    (void)state;
    struct program_run run = run_against(steps, "socketio", "-n 3", "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out,
                        "[\"news\",1.50,\"x\"]\n"
                        "[\"b\",[{\"$bin\":\"eXo=\"}],{\"$bin\":\"eA==\"}]\n"
                        "[\"none\"]\n");
    run = run_against(steps, "socketio", "--json --on none --on news -n 2", "");
    assert_string_equal(
        run.out, "{\"nsp\":\"/\",\"event\":\"news\",\"args\":[1.50,\"x\"]}\n"
                 "{\"nsp\":\"/\",\"event\":\"none\",\"args\":[]}\n");
}

static void an_event_is_emitted_once_and_acknowledged(void **state)
{
    static const char *const steps[] = {JOINED, "<420[\"q\",1,{\"a\":2}]",
                                        ">430[\"yes\",3]", NULL};
    (void)state;
    struct program_run run =
        run_against(steps, "socketio", "--emit q 1 {\"a\":2} --ack", "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "{\"ack\":[\"yes\",3]}\n");
}

static void each_line_is_the_text_of_a_named_event(void **state)
{
    static const char *const steps[] = {JOINED, "<42[\"say\",\"a \\\"b\\\"\"]",
                                        "<42[\"say\",\"\"]", ">42[\"done\"]",
                                        NULL};
    (void)state;
    struct program_run run =
        run_against(steps, "socketio", "--emit say -n 1", "a \"b\"\n\n");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "[\"done\"]\n");
}

static void what_is_not_acknowledged_in_time_is_a_timeout(void **state)
{
    static const char *const steps[] = {JOINED, NULL};
    (void)state;
    struct program_run run =
        run_against(steps, "socketio", "--emit q 1 --ack-timeout 50", "");
    expect_failure(&run, 28, "timed out");
}

static void namespace_and_auth_are_as_given(void **state)
{
    static const char *const steps[] = {OPEN, "<40/chat,{\"token\":1}",
                                        ">40/chat,{\"sid\":\"s1\"}",
                                        ">42/chat,[\"hi\"]", NULL};
    (void)state;
    struct program_run run = run_against(
        steps, "socketio", "--namespace /chat --auth {\"token\":1} -n 1", "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "[\"hi\"]\n");
}

static void the_path_of_the_url_is_the_namespace(void **state)
{
    static const char *const steps[] = {OPEN, "<40/chat,",
                                        ">40/chat,{\"sid\":\"s1\"}",
                                        ">42/chat,[\"hi\"]", NULL};
    char line[256];
    (void)state;
    struct script script = serve(steps);
    snprintf(line, sizeof line, "socketio %s/chat --transports websocket -n 1",
             script.url);
    struct program_run run = program_run(client_path(), line, "");
    end(&script);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "[\"hi\"]\n");
}

static void a_refusal_is_said_with_its_message(void **state)
{
    static const char *const steps[] = {
        OPEN, "<40", ">44{\"message\":\"not\\u001b you\"}", NULL};
    (void)state;
    struct program_run run = run_against(steps, "socketio", "-r", "");
    expect_failure(&run, 22, "the namespace / refused: not\\x1b you");
}

static void what_is_not_socketio_is_said_so(void **state)
{
    static const char *const echo[] = {">hello", NULL};
    static const char *const other[] = {OPEN, "<40", ">4nonsense", NULL};
    static const char *const old[] = {OPEN, "<40", ">40", NULL};
    (void)state;
    struct program_run run = run_against(echo, "socketio", "", "");
    expect_failure(&run, 8, "not Engine.IO at /socket.io/");
    run = run_against(other, "socketio", "", "");
    expect_failure(&run, 8, "parse error");
    run = run_against(old, "socketio", "", "");
    expect_failure(&run, 8, "CONNECT has no sid");
    run = program_run(client_path(),
                      "socketio http://127.0.0.1:1 --emit a 1 --ack", "");
    expect_failure(&run, 7, "127.0.0.1:1: ");
}

static void a_cut_is_broken_unless_it_may_come_back(void **state)
{
    static const char *const steps[] = {JOINED, ">42[\"hi\"]", "!", NULL};
    (void)state;
    struct program_run run = run_against(steps, "socketio", "", "");
    expect_failure(&run, 56, "transport close");
    run = run_against(steps, "socketio", "-r -n 2", "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "[\"hi\"]\n[\"hi\"]\n");
    assert_non_null(strstr(run.err, "client: cut: transport close"));
}

static void a_line_that_is_no_event_is_explained(void **state)
{
    static const char *const steps[] = {JOINED, "<42[\"a\"]", NULL};
    (void)state;
    struct program_run run = run_against(steps, "socketio", "", "a b\na\n");
    expect_failure(&run, 1, "not JSON");
}

static void a_wrong_command_line_is_explained_in_one_line(void **state)
{
    (void)state;
    expect_usage_failure("socketio", "which URL");
    expect_usage_failure("socketio http://h --auth [1]", "--auth");
    expect_usage_failure("socketio http://h --auth {", "JSON object");
    expect_usage_failure("socketio http://h --emit a x", "not JSON");
    expect_usage_failure("socketio http://h --emit a {\"$bin\":\"?\"}", "$bin");
    expect_usage_failure("socketio http://h --emit connect", "reserved");
    expect_usage_failure("socketio http://h --namespace chat", "slash");
    expect_usage_failure("socketio http://h --path x", "slash");
    expect_usage_failure("socketio http://h --transports pigeon",
                         "--transports");
    expect_usage_failure("websocket http://h --commands", "--commands");
    expect_usage_failure("socketio --commands --emit a",
                         "--commands takes no --emit");
}

/* ------------------------------------------------------ --commands */

/* A client that is driven. */
struct driven {
    pid_t pid;
    int in;
    FILE *out;
};

static struct driven drive(const char *options)
{
    int in[2], out[2];
    char line[256];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    fcntl(in[1], F_SETFD, FD_CLOEXEC);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    snprintf(line, sizeof line, "socketio --commands %s", options);
    int null = open("/dev/null", O_RDWR);
    int standard[3] = {in[0], out[1], null};
    struct driven driven = {program_start_line(client_path(), line, standard),
                            in[1], fdopen(out[0], "r")};
    close(in[0]);
    close(out[1]);
    close(null);
    return driven;
}

static void tell(const struct driven *driven, const char *line)
{
    dprintf(driven->in, "%s\n", line);
}

static void hear(const struct driven *driven, const char *line)
{
    char heard[1024] = "";
    if (fgets(heard, sizeof heard, driven->out) != NULL)
        heard[strcspn(heard, "\n")] = '\0';
    assert_string_equal(heard, line);
}

static void finish(struct driven *driven)
{
    char rest[16];
    assert_null(fgets(rest, sizeof rest, driven->out));
    assert_int_equal(program_wait(driven->pid), 0);
    fclose(driven->out);
    close(driven->in);
}

static void open_at(const struct driven *driven, const char *url)
{
    char line[256];
    snprintf(line, sizeof line,
             "{\"cmd\":\"open\",\"url\":\"%s\",\"transports\":[\"websocket\"],"
             "\"reconnectionDelay\":10,\"randomizationFactor\":0,"
             "\"auth\":{\"a\":1}}",
             url);
    tell(driven, line);
}

#define OPENED OPEN, "<40{\"a\":1}", ">40{\"sid\":\"s1\"}"

static void commands_go_in_and_events_come_out(void **state)
{
    static const char *const steps[] = {
        OPENED,
        "<40/chat,",
        ">40/chat,{\"sid\":\"s2\"}",
        "<451-/chat,0[\"q\",{\"_placeholder\":true,\"num\":0}]",
        "<xyz",
        ">461-/chat,0[{\"_placeholder\":true,\"num\":0}]",
        ">#xyz",
        ">425[\"asked\",1]",
        "<435[1,\"acked\"]",
        "<420[\"never\"]",
        NULL};
    (void)state;
    struct script script = serve(steps);
    struct driven driven = drive("");
    open_at(&driven, script.url);
    hear(&driven, "{\"ev\":\"connect\",\"nsp\":\"/\",\"id\":\"s1\"}");
    tell(&driven, "{\"cmd\":\"join\",\"nsp\":\"/chat\"}");
    hear(&driven, "{\"ev\":\"connect\",\"nsp\":\"/chat\",\"id\":\"s2\"}");
    tell(&driven, "{\"cmd\":\"emit\",\"nsp\":\"/chat\",\"event\":\"q\","
                  "\"args\":[{\"$bin\":\"eHl6\"}],\"ack\":\"t\"}");
    hear(&driven,
         "{\"ev\":\"ack\",\"tag\":\"t\",\"args\":[{\"$bin\":\"eHl6\"}]}");
    hear(&driven, "{\"ev\":\"event\",\"nsp\":\"/\",\"event\":\"asked\","
                  "\"args\":[1]}");
    tell(&driven, "{\"cmd\":\"emit\",\"event\":\"never\",\"ack\":7,"
                  "\"timeout\":10}");
    hear(&driven, "{\"ev\":\"ack-error\",\"tag\":7,"
                  "\"message\":\"operation has timed out\"}");
    tell(&driven, "{\"cmd\":\"leave\",\"nsp\":\"/chat\"}");
    hear(&driven, "{\"ev\":\"disconnect\",\"nsp\":\"/chat\","
                  "\"reason\":\"io client disconnect\"}");
    end(&script);
    hear(&driven, "{\"ev\":\"disconnect\",\"nsp\":\"/\","
                  "\"reason\":\"transport close\"}");
    hear(&driven, "{\"ev\":\"reconnect_attempt\",\"attempt\":1}");
    tell(&driven, "{\"cmd\":\"quit\"}");
    while (getc(driven.out) != EOF)
        ;
    finish(&driven);
}

static void a_refusal_comes_out_with_its_data(void **state)
{
    static const char *const steps[] = {
        OPEN, "<40{\"a\":1}", ">44{\"message\":\"no\",\"data\":[ 1 ]}", NULL};
    (void)state;
    struct script script = serve(steps);
    struct driven driven = drive("");
    open_at(&driven, script.url);
    hear(&driven, "{\"ev\":\"connect_error\",\"nsp\":\"/\","
                  "\"message\":\"no\",\"data\":[1]}");
    tell(&driven, "{\"cmd\":\"quit\"}");
    finish(&driven);
    end(&script);
}

static void a_cut_is_told_and_what_was_emitted_is_sent_then(void **state)
{
    static const char *const steps[] = {OPENED, ">42[\"hi\"]", "!", NULL};
    (void)state;
    struct script script = serve(steps);
    struct driven driven = drive("");
    open_at(&driven, script.url);
    for (int i = 0; i < 2; i++) {
        hear(&driven, "{\"ev\":\"connect\",\"nsp\":\"/\",\"id\":\"s1\"}");
        hear(&driven, "{\"ev\":\"event\",\"nsp\":\"/\",\"event\":\"hi\","
                      "\"args\":[]}");
        hear(&driven, "{\"ev\":\"disconnect\",\"nsp\":\"/\","
                      "\"reason\":\"transport close\"}");
        hear(&driven, "{\"ev\":\"reconnect_attempt\",\"attempt\":1}");
        hear(&driven, "{\"ev\":\"reconnect\",\"attempt\":1}");
    }
    close(driven.in);
    driven.in = -1;
    while (getc(driven.out) != EOF)
        ;
    finish(&driven);
    end(&script);
}

static void nobody_there_is_told_and_attempts_are_counted(void **state)
{
    (void)state;
    struct driven driven = drive("");
    tell(&driven, "{\"cmd\":\"open\",\"url\":\"http://127.0.0.1:1\","
                  "\"reconnectionDelay\":1,\"reconnectionAttempts\":1}");
    hear(&driven, "{\"ev\":\"connect_error\",\"nsp\":\"/\","
                  "\"message\":\"127.0.0.1:1: Connection refused\"}");
    hear(&driven, "{\"ev\":\"reconnect_attempt\",\"attempt\":1}");
    hear(&driven, "{\"ev\":\"connect_error\",\"nsp\":\"/\","
                  "\"message\":\"127.0.0.1:1: Connection refused\"}");
    hear(&driven, "{\"ev\":\"reconnect_failed\"}");
    tell(&driven, "{\"cmd\":\"quit\"}");
    hear(&driven, "");
    finish(&driven);
}

static void a_line_that_makes_no_sense_does_not_end_it(void **state)
{
    static const char *const lines[] = {
        "nonsense",
        "[]",
        "{}",
        "{\"cmd\":\"dance\"}",
        "{\"cmd\":\"emit\",\"event\":\"a\"}",
        "{\"cmd\":\"join\",\"nsp\":\"/a\"}",
        "{\"cmd\":\"join\",\"nsp\":\"a\"}",
        "{\"cmd\":\"open\"}",
        "{\"cmd\":\"open\",\"url\":\"http://h\",\"nsp\":\"/a,b\"}",
        "{\"cmd\":\"open\",\"url\":\"http://h\",\"path\":\"/a b\"}",
        "{\"cmd\":\"open\",\"url\":\"ftp://h\"}",
        "{\"cmd\":\"open\",\"url\":\"http://h\",\"auth\":1}",
        "{\"cmd\":\"open\",\"url\":\"http://h\",\"transports\":[\"x\"]}",
        "{\"cmd\":\"open\",\"url\":\"http://h\",\"headers\":{\"a\":\"\\n\"}}",
    };
    static const char error[] = "{\"ev\":\"error\",\"message\":";
    char heard[1024];
    (void)state;
    struct driven driven = drive("");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        tell(&driven, lines[i]);
        assert_non_null(fgets(heard, sizeof heard, driven.out));
        assert_memory_equal(heard, error, sizeof error - 1);
    }
    tell(&driven, "{\"cmd\":\"quit\"}");
    finish(&driven);
}

/* As a pipe has it: all is said before there is a connection. */
static void what_is_asked_is_answered_behind_the_end_of_the_input(void **state)
{
    static const char *const steps[] = {
        OPENED, "<420[\"q\"]", ">430[1]", ">42[\"and\"]", "<41", NULL};
    (void)state;
    struct script script = serve(steps);
    struct driven driven = drive("");
    open_at(&driven, script.url);
    tell(&driven, "{\"cmd\":\"emit\",\"event\":\"q\",\"ack\":\"t\"}");
    close(driven.in);
    driven.in = -1;
    hear(&driven, "{\"ev\":\"connect\",\"nsp\":\"/\",\"id\":\"s1\"}");
    hear(&driven, "{\"ev\":\"ack\",\"tag\":\"t\",\"args\":[1]}");
    hear(&driven, "{\"ev\":\"event\",\"nsp\":\"/\",\"event\":\"and\","
                  "\"args\":[]}");
    hear(&driven, "{\"ev\":\"disconnect\",\"nsp\":\"/\","
                  "\"reason\":\"io client disconnect\"}");
    finish(&driven);
    end(&script);
}

static void the_end_of_its_input_is_as_quit(void **state)
{
    (void)state;
    struct program_run run =
        program_run(client_path(), "socketio --commands", "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, "");
}

static void a_url_beside_commands_is_opened(void **state)
{
    static const char *const steps[] = {JOINED, NULL};
    char options[256];
    (void)state;
    struct script script = serve(steps);
    snprintf(options, sizeof options, "%s --transports websocket", script.url);
    struct driven driven = drive(options);
    hear(&driven, "{\"ev\":\"connect\",\"nsp\":\"/\",\"id\":\"s1\"}");
    tell(&driven, "{\"cmd\":\"quit\"}");
    hear(&driven, "{\"ev\":\"disconnect\",\"nsp\":\"/\","
                  "\"reason\":\"io client disconnect\"}");
    end(&script);
    finish(&driven);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_messages_and_messages_are_lines),
        cmocka_unit_test(a_session_that_ends_is_broken),
        cmocka_unit_test(who_is_shut_out_by_socketio_is_told_its_mode),
        cmocka_unit_test(the_trace_shows_packets),
        cmocka_unit_test(lines_are_events),
        cmocka_unit_test(events_are_shown_as_they_came),
        cmocka_unit_test(an_event_is_emitted_once_and_acknowledged),
        cmocka_unit_test(each_line_is_the_text_of_a_named_event),
        cmocka_unit_test(what_is_not_acknowledged_in_time_is_a_timeout),
        cmocka_unit_test(namespace_and_auth_are_as_given),
        cmocka_unit_test(the_path_of_the_url_is_the_namespace),
        cmocka_unit_test(a_refusal_is_said_with_its_message),
        cmocka_unit_test(what_is_not_socketio_is_said_so),
        cmocka_unit_test(a_cut_is_broken_unless_it_may_come_back),
        cmocka_unit_test(a_line_that_is_no_event_is_explained),
        cmocka_unit_test(a_wrong_command_line_is_explained_in_one_line),
        cmocka_unit_test(commands_go_in_and_events_come_out),
        cmocka_unit_test(a_refusal_comes_out_with_its_data),
        cmocka_unit_test(a_cut_is_told_and_what_was_emitted_is_sent_then),
        cmocka_unit_test(nobody_there_is_told_and_attempts_are_counted),
        cmocka_unit_test(a_line_that_makes_no_sense_does_not_end_it),
        cmocka_unit_test(the_end_of_its_input_is_as_quit),
        cmocka_unit_test(what_is_asked_is_answered_behind_the_end_of_the_input),
        cmocka_unit_test(a_url_beside_commands_is_opened),
    };
    return cmocka_run_group_tests_name("client program, events", tests, NULL,
                                       NULL);
}
