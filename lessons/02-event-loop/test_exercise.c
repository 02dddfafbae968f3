/* test_exercise.c -- are these the lines, and the loop, of exercise.h? */
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/net.h"
#include "lessons/02-event-loop/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

/* ------------------------------------------------------ lines */

/* Read parts as they might arrive, and write each line down as "<line>". The
 * result is that of the last call. */
static enum line_result read_parts(const struct slice *parts, size_t count,
                                   struct buf *lines)
{
    struct line_reader reader = {0};
    enum line_result result = LINE_NEED_MORE;
    for (size_t i = 0; i < count; i++) {
        struct slice came = arrival_of(parts[i]), in = came, line = {0};
        while ((result = line_next(&reader, &in, &line)) == LINE_COMPLETE) {
            buf_append_text(lines, "<");
            buf_append_slice(lines, line);
            buf_append_text(lines, ">");
            if (buf_size(lines) > 10000)
                lose("there is no end to the lines");
        }
        expect_written(result != LINE_NOT_WRITTEN, "line_next()");
        arrival_free(came);
        if (result == LINE_TOO_LONG)
            break;
        expect_number("bytes that are left in `in` at LINE_NEED_MORE",
                      (long long)in.size, 0);
    }
    return result;
}

static void expect_lines(const struct slice *parts, size_t count,
                         const char *expected)
{
    struct buf lines = {0};
    read_parts(parts, count, &lines);
    expect_text("the lines", buf_slice(&lines), expected);
    buf_free(&lines);
}

static void read_at_once(const char *text, const char *expected)
{
    struct slice whole = slice_of(text);
    story_case_bytes("one read brings", whole);
    expect_lines(&whole, 1, expected);
}

static void a_line_has_no_end_of_line(void)
{
    read_at_once("one\n", "<one>");
    read_at_once("one\r\n", "<one>");
    read_at_once("on", "");
}

static void lines_come_together(void)
{
    read_at_once("one\ntwo\r\nthree\nfou", "<one><two><three>");
}

static void try_split(const struct slice *parts, size_t count)
{
    expect_lines(parts, count, "<one><two><><three>");
}

static void any_split_is_the_same(void)
{
    struct slice bytes = slice_of("one\ntwo\r\n\nthree\r\n");
    story_bytes("sent", bytes);
    in_every_way(bytes, try_split);
}

static void only_lf_ends_a_line(void)
{
    read_at_once("\n\r\n", "<><>");
    read_at_once("a\rb\r\r\n", "<a\rb\r>");
}

static void try_too_long(const struct slice *parts, size_t count)
{
    struct buf lines = {0};
    enum line_result result = read_parts(parts, count, &lines);
    expect_true(result == LINE_TOO_LONG, "it is LINE_TOO_LONG");
    expect_text("the lines before it", buf_slice(&lines), "<ok>");
    buf_free(&lines);
}

static void too_long_is_refused(void)
{
    char text[4 + LINE_SIZE_MAX + 2] = "ok\n", right[LINE_SIZE_MAX + 3] = "<";
    memset(text + 3, 'x', LINE_SIZE_MAX);
    memset(right + 1, 'x', LINE_SIZE_MAX);
    text[3 + LINE_SIZE_MAX] = '\n';
    right[1 + LINE_SIZE_MAX] = '>';
    story_case("a line of %d bytes", LINE_SIZE_MAX);
    struct slice longest = {text + 3, LINE_SIZE_MAX + 1};
    expect_lines(&longest, 1, right);
    text[3 + LINE_SIZE_MAX] = 'x';
    story_case("the line \"ok\", and one of %d bytes so far",
               LINE_SIZE_MAX + 1);
    in_every_way((struct slice){text, 3 + LINE_SIZE_MAX + 1}, try_too_long);
}

/* ------------------------------------------------------ the loop */

enum { TURN_MS = 20, TURNS_MAX = 25 };

struct stage {
    struct line_server server;
    struct addrinfo *address;
};

static struct stage open_stage(void)
{
    char port[8];
    const char *why = "";
    struct stage stage = {0};
    int listener = net_listen("127.0.0.1", "0", &why);
    if (listener == -1)
        lose("nobody can listen here: %s", why);
    fcntl(listener, F_SETFL, 0); /* blocks, and so will who is accepted */
    snprintf(port, sizeof port, "%u", (unsigned)(uint16_t)net_port(listener));
    stage.address = net_resolve("127.0.0.1", port, &why);
    stage.server.fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    stage.server.count = 1;
    return stage;
}

static void turn(struct stage *stage)
{
    expect_written(line_server_turn(&stage->server, TURN_MS),
                   "line_server_turn()");
    expect_between("server->count", (long long)stage->server.count, 1,
                   1 + CLIENTS_MAX);
}

static void close_stage(struct stage *stage)
{
    for (nfds_t i = 0; i < stage->server.count; i++)
        close(stage->server.fds[i].fd);
    freeaddrinfo(stage->address);
}

/* A client that has connected, and said this. */
static int client(struct stage *stage, const char *name, const char *text)
{
    struct net_peer peer;
    int fd = net_connect(stage->address, &peer);
    story_bytes(name, slice_of(text));
    fcntl(fd, F_SETFL, 0);
    net_send(fd, slice_of(text));
    return fd;
}

static void say(int fd, const char *name, const char *text)
{
    story_bytes(name, slice_of(text));
    net_send(fd, slice_of(text));
}

static bool is_readable(int fd)
{
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    return poll(&waited, 1, 0) == 1;
}

/* Turn until the client has been answered all of this. */
static void expect_answer(struct stage *stage, int fd, const char *name,
                          const char *expected)
{
    char bytes[256];
    size_t size = 0;
    for (int i = 0; i < TURNS_MAX && size < strlen(expected); i++) {
        turn(stage);
        if (!is_readable(fd))
            continue;
        ssize_t got = recv(fd, bytes + size, sizeof bytes - size, 0);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    expect_text(name, (struct slice){bytes, size}, expected);
}

static void expect_end(struct stage *stage, int fd, const char *sentence)
{
    char byte;
    for (int i = 0; i < TURNS_MAX && !is_readable(fd); i++)
        turn(stage);
    expect_true(is_readable(fd) && recv(fd, &byte, 1, 0) <= 0, sentence);
}

static void a_line_comes_back(void)
{
    struct stage stage = open_stage();
    story("nobody comes, and a turn ends when its time is over");
    turn(&stage);
    int fd = client(&stage, "a client connects and sends", "one\n\ntwo\r\nthr");
    expect_answer(&stage, fd, "it gets", "one\n\ntwo\n");
    say(fd, "it sends", "ee\n");
    expect_answer(&stage, fd, "it gets", "three\n");
    close(fd);
    close_stage(&stage);
}

static void the_silent_keep_nobody_waiting(void)
{
    struct stage stage = open_stage();
    int silent = client(&stage, "the first client connects and sends", "");
    int other = client(&stage, "the second one connects and sends", "hello\n");
    story("the server takes its turns");
    expect_answer(&stage, other, "the second one gets", "hello\n");
    say(silent, "the first one sends at last", "half a");
    turn(&stage);
    say(other, "the second one sends", "again\n");
    expect_answer(&stage, other, "the second one gets", "again\n");
    say(silent, "the first one sends", " line\n");
    expect_answer(&stage, silent, "the first one gets", "half a line\n");
    close(silent);
    close(other);
    close_stage(&stage);
}

static void nobody_gets_what_others_sent(void)
{
    struct stage stage = open_stage();
    int first = client(&stage, "the first client sends", "aaa");
    int second = client(&stage, "the second one sends", "bbb\n");
    expect_answer(&stage, second, "the second one gets", "bbb\n");
    int third = client(&stage, "a third one sends, and closes", "ccc");
    for (int i = 0; i < TURNS_MAX && stage.server.count < 4; i++)
        turn(&stage);
    turn(&stage);
    close(third);
    for (int i = 0; i < TURNS_MAX && stage.server.count > 3; i++)
        turn(&stage);
    int fourth = client(&stage, "a fourth one sends", "ddd\n");
    expect_answer(&stage, fourth, "the fourth one gets", "ddd\n");
    say(first, "the first one sends", "AAA\n");
    expect_answer(&stage, first, "the first one gets", "aaaAAA\n");
    close(first);
    close(second);
    close(fourth);
    close_stage(&stage);
}

static void who_has_ended_is_forgotten(void)
{
    struct stage stage = open_stage();
    int first = client(&stage, "the first client sends", "one\n");
    int second = client(&stage, "the second one sends", "two\n");
    expect_answer(&stage, second, "the second one gets", "two\n");
    say(second, "the second one sends", "half of");
    turn(&stage);
    story("the first one ends");
    shutdown(first, SHUT_WR);
    expect_answer(&stage, first, "the first one gets", "one\n");
    expect_end(&stage, first, "the server closes the first one's connection");
    expect_number("server->count", (long long)stage.server.count, 2);
    say(second, "the second one sends", " a line\n");
    expect_answer(&stage, second, "the second one gets", "half of a line\n");
    int third = client(&stage, "a third one sends, and is gone", "a\nb\nc\n");
    close(third);
    for (int i = 0; i < TURNS_MAX && stage.server.count < 3; i++)
        turn(&stage);
    for (int i = 0; i < TURNS_MAX && stage.server.count > 2; i++)
        turn(&stage);
    expect_number("server->count", (long long)stage.server.count, 2);
    close(first);
    close(second);
    close_stage(&stage);
}

static void who_sends_too_much_is_closed(void)
{
    char text[LINE_SIZE_MAX + 2] = "";
    memset(text, 'x', LINE_SIZE_MAX + 1);
    struct stage stage = open_stage();
    int fd = client(&stage, "a client sends a line that is too long", text);
    expect_end(&stage, fd, "the server closes its connection");
    expect_number("server->count", (long long)stage.server.count, 1);
    close(fd);
    close_stage(&stage);
}

static void one_too_many_is_closed(void)
{
    int fds[CLIENTS_MAX + 1];
    struct stage stage = open_stage();
    for (int i = 0; i <= CLIENTS_MAX; i++)
        fds[i] = client(&stage, "another client sends", "x\n");
    for (int i = 0; i < CLIENTS_MAX; i++)
        expect_answer(&stage, fds[i], "it gets", "x\n");
    expect_end(&stage, fds[CLIENTS_MAX], "the last one is closed");
    say(fds[0], "the first one sends", "still here\n");
    expect_answer(&stage, fds[0], "it gets", "still here\n");
    for (int i = 0; i <= CLIENTS_MAX; i++)
        close(fds[i]);
    close_stage(&stage);
}

static const struct graded_test tests[] = {
    {"a line is what stands before LF, or before CR and LF",
     10,
     a_line_has_no_end_of_line,
     {"what is done with the byte that ends the line?",
      "copy bytes to the reader until an LF comes; then look at the last one",
      "if (size > 0 && bytes[size - 1] == '\\r') size--;"},
     NULL},
    {"several lines in one read are several lines",
     10,
     lines_come_together,
     {"what became of the bytes behind the first LF?",
      "`in` moves on behind the LF, and no further; the next call goes on "
      "there",
      "in->data += taken; in->size -= taken; return LINE_COMPLETE"},
     NULL},
    {"wherever the network cuts, the lines are the same",
     20,
     any_split_is_the_same,
     {"what is remembered when a read ends in the middle of a line?",
      "reader->bytes and size keep it; begin anew only behind an LF",
      "CR may be the last byte of one read, and LF the first of the next: look "
      "for the CR when the LF comes"},
     "build/lessons/02-event-loop/poll, and in another terminal, with the port "
     "that it says: build/lessons/02-event-loop/silent 127.0.0.1 PORT 1 3000"},
    {"an empty line is a line, and CR alone ends none",
     5,
     only_lf_ends_a_line,
     {"how many lines are \"\\n\\n\"?", "one CR belongs to the LF, not all",
      "take off at most one CR, and only right before the LF"},
     NULL},
    {"a line over the limit is refused as soon as it is, and one at it is not",
     5,
     too_long_is_refused,
     {"who bounds the memory that a client can make you use?",
      "look whether there is room before you write the byte",
      "if (reader->size == LINE_SIZE_MAX) return LINE_TOO_LONG;"},
     NULL},
    {"a client gets back its lines",
     10,
     a_line_comes_back,
     {"which descriptors does poll() say are ready, and what does it mean for "
      "the first one?",
      "revents of fds[0]: accept one; of another: recv once, then line_next() "
      "until LINE_NEED_MORE",
      "fds[count] = (struct pollfd){.fd = accept(...), .events = POLLIN}; "
      "count++"},
     NULL},
    {"a client that is silent keeps nobody waiting",
     15,
     the_silent_keep_nobody_waiting,
     {"in which call does the server wait, and for whom?",
      "only in poll(): recv once, and only from whom poll() says is ready",
      "no recv() right behind accept(), no loop until the line is complete"},
     "build/lessons/02-event-loop/poll, and in another terminal, with the port "
     "that it says: build/lessons/02-event-loop/silent 127.0.0.1 PORT 1 3000"},
    {"nobody gets what another client has sent",
     10,
     nobody_gets_what_others_sent,
     {"how many half lines can there be at the same time?",
      "each client has a reader; who comes begins with an empty one",
      "server->readers[server->count] = (struct line_reader){0};"},
     NULL},
    {"who sends a line that is too long is closed",
     5,
     who_sends_too_much_is_closed,
     {"what may come behind LINE_TOO_LONG?",
      "nothing: it is final, and the client is dropped as one that has ended",
      "LINE_NEED_MORE: go on; LINE_TOO_LONG: close, and move the last one"},
     NULL},
    {"who has ended is closed, and forgotten",
     5,
     who_has_ended_is_forgotten,
     {"what does recv() return at the end?",
      "close it, and move the last one to its place: fds and reader",
      "fds[i] = fds[--count], while walking down from the end"},
     NULL},
    {"one client more than there is room for is closed, and the others stay",
     5,
     one_too_many_is_closed,
     {"where does fds[1 + CLIENTS_MAX] stand?",
      "accept it, look whether there is room, close it if not",
      "if (server->count == 1 + CLIENTS_MAX) close(fd);"},
     NULL},
    {0},
};

int main(void)
{
    return grade("02-event-loop", tests);
}
