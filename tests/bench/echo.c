/* echo.c -- one answer for each message, by WebSocket, Socket.IO and HTTP. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "tests/bench/compare.h"
#include "tests/bench/load.h"
#include "tests/bench/wire.h"

enum {
    DELAY_CONNECTIONS = 100,
    DELAYS_MAX = 1000000, /* kept of one slice */
};

/* The two sides of a row, and the bytes of a burst on either. */
struct pair {
    struct load floor, ours;
    struct buf burst, replies;
};

struct row {
    const char *what;
    enum alphabet alphabet;
    size_t size; /* bytes of a message */
    int depth;
};

static void encode_echo(struct pair *pair, const struct row *row)
{
    struct buf text = {0};
    uint64_t random = 2;
    append_text(&text, row->alphabet, row->size);
    for (int i = 0; i < row->depth; i++) {
        append_masked_frame(&pair->burst, buf_slice(&text), &random);
        append_frame(&pair->replies, buf_slice(&text));
    }
    buf_free(&text);
}

static void open_side(struct load *load, int (*dial_side)(int port), int count)
{
    int *fds = allocate((size_t)count * sizeof *fds);
    for (int i = 0; i < count; i++)
        fds[i] = dial_side(load->child.port);
    load_open(load, fds, count);
    free(fds);
}

/* Connect both sides. The pair's bytes are encoded and its server is started;
 * of each reply, `compared` bytes are. */
static void open_pair(const struct options *options, struct pair *pair,
                      int (*dial_ours)(int port), size_t compared)
{
    size_t depth = (size_t)pair->ours.depth;
    pair->ours.burst = buf_slice(&pair->burst);
    pair->ours.replies = buf_slice(&pair->replies);
    pair->floor = pair->ours;
    pair->ours.compared = compared;
    pair->floor.child =
        start_floor(options, "echo", buf_size(&pair->burst) / depth,
                    buf_size(&pair->replies) / depth);
    open_side(&pair->ours, dial_ours, pair->ours.count);
    open_side(&pair->floor, dial, pair->floor.count);
}

static void close_pair(struct pair *pair)
{
    load_close(&pair->ours);
    load_close(&pair->floor);
    child_stop(&pair->ours.child);
    child_stop(&pair->floor.child);
    buf_free(&pair->burst);
    buf_free(&pair->replies);
}

/* Measure the CPU of a pair that is open, print the row and close it. */
static void finish_row(const struct options *options, struct pair *pair,
                       const char *what)
{
    print_progress(what);
    struct comparison comparison =
        compare(options, load_cpu_per_message, &pair->floor, &pair->ours);
    print_comparison(what, pair->ours.depth, &comparison);
    close_pair(pair);
}

static void echo_row(const struct options *options, const struct row *row)
{
    struct pair pair = {.ours = {.child = start_server(options),
                                 .count = options->connections,
                                 .depth = row->depth}};
    encode_echo(&pair, row);
    open_pair(options, &pair, dial_echo,
              buf_size(&pair.replies) / (size_t)row->depth);
    finish_row(options, &pair, row->what);
}

void bench_echo(const struct options *options)
{
    static const struct row rows[] = {
        {"20 B", ASCII, 20, 1},
        {"20 B", ASCII, 20, 16},
        {"1 KiB", ASCII, 1024, 1},
        {"1 KiB", ASCII, 1024, 16},
        {"64 KiB", ASCII, 65536, 1},
        {"64 KiB", ASCII, 65536, 16},
        {"64 KiB in characters of 1 to 4 bytes", MIXED, 65536, 1},
        {"64 KiB in characters of 1 to 4 bytes", MIXED, 65536, 16},
    };
    char title[80];
    snprintf(title, sizeof title, "WebSocket echo, connections: %d",
             options->connections);
    print_heading(title, "server's CPU, ns per message");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        echo_row(options, &rows[i]);
}

/* An event with one text as its argument comes back with another name. */
static void encode_event(struct pair *pair, size_t size)
{
    struct buf text = {0}, event = {0}, answer = {0};
    uint64_t random = 2;
    append_text(&text, ASCII, size);
    buf_append(&text, "", 1);
    const char *argument = (const char *)buf_head(&text);
    buf_printf(&event, "42[\"message\",\"%s\"]", argument);
    buf_printf(&answer, "42[\"message-back\",\"%s\"]", argument);
    for (int i = 0; i < pair->ours.depth; i++) {
        append_masked_frame(&pair->burst, buf_slice(&event), &random);
        append_frame(&pair->replies, buf_slice(&answer));
    }
    buf_free(&text);
    buf_free(&event);
    buf_free(&answer);
}

static void socketio_row(const struct options *options, int depth)
{
    struct pair pair = {.ours = {.child = start_server(options),
                                 .count = options->connections,
                                 .depth = depth}};
    encode_event(&pair, 20);
    open_pair(options, &pair, dial_socketio,
              buf_size(&pair.replies) / (size_t)depth);
    finish_row(options, &pair, "message, 20 B; answered by message-back");
}

void bench_socketio(const struct options *options)
{
    char title[80];
    snprintf(title, sizeof title, "Socket.IO over WebSocket, connections: %d",
             options->connections);
    print_heading(title, "server's CPU, ns per event");
    socketio_row(options, 1);
    socketio_row(options, 16);
}

/* The request, and as many replies as one response says; its Date may change,
 * so only the status line is compared. */
static void encode_http(struct pair *pair)
{
    struct buf response = {0};
    int fd = dial(pair->ours.child.port);
    append_get(&pair->burst, "/healthz");
    ask(fd, buf_slice(&pair->burst), 200, &response);
    close(fd);
    buf_append_slice(&pair->replies, buf_slice(&response));
    for (int i = 1; i < pair->ours.depth; i++) {
        append_get(&pair->burst, "/healthz");
        buf_append_slice(&pair->replies, buf_slice(&response));
    }
    buf_free(&response);
}

static void http_row(const struct options *options, int depth)
{
    char what[64];
    struct pair pair = {.ours = {.child = start_server(options),
                                 .count = options->connections,
                                 .depth = depth}};
    encode_http(&pair);
    open_pair(options, &pair, dial, sizeof "HTTP/1.1 200" - 1);
    snprintf(what, sizeof what, "GET /healthz, %zu B for %zu B",
             pair.ours.replies.size / (size_t)depth,
             pair.ours.burst.size / (size_t)depth);
    finish_row(options, &pair, what);
}

void bench_http(const struct options *options)
{
    char title[80];
    snprintf(title, sizeof title, "HTTP kept alive, connections: %d",
             options->connections);
    print_heading(title, "server's CPU, ns per request");
    http_row(options, 1);
    http_row(options, 16);
}

void bench_delay(const struct options *options)
{
    const struct row row = {"20 B", ASCII, 20, 1};
    uint32_t *delays = allocate(DELAYS_MAX * sizeof *delays);
    struct pair pair = {.ours = {.child = start_server(options),
                                 .count = DELAY_CONNECTIONS,
                                 .depth = row.depth,
                                 .delays_ns = delays,
                                 .delays_max = DELAYS_MAX}};
    encode_echo(&pair, &row);
    open_pair(options, &pair, dial_echo, buf_size(&pair.replies));
    print_heading("WebSocket echo, 100 connections that all wait",
                  "delay, ns: 99 of 100 are shorter");
    print_progress(row.what);
    struct comparison comparison =
        compare(options, load_p99_delay, &pair.floor, &pair.ours);
    print_comparison(row.what, row.depth, &comparison);
    close_pair(&pair);
    free(delays);
}
