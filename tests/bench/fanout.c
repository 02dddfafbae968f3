/* fanout.c -- one message to many subscribers, over each way of server push.
 *
 * A publisher posts a message; when all subscribers have it, the next follows.
 * A subscriber has it when the text has come, whatever stands around it. With
 * Socket.IO the publisher is a client as the others, and gets its own event.
 */
#define _GNU_SOURCE /* memmem */
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "tests/bench/compare.h"
#include "tests/bench/wire.h"

enum {
    TEXT_SIZE = 100,      /* bytes of a message */
    MARK_SIZE = 16,       /* of which the first tell one from the next */
    PUBLISHED_MAX = 1024, /* bytes around the text, and it */
    LEARNING = 12,        /* messages, until ids have two digits as most will */
    WARM_UP = 40, /* messages, until TCP has settled on how to acknowledge */
    EVENTS_PER_WAIT = 256,
    SILENCE_MAX_MS = 5000,
};

enum way { WEBSOCKET, EVENT_STREAM, LONG_POLLING, SOCKETIO };

struct subscriber {
    int fd;
    size_t size; /* of the bytes since the message before */
    char bytes[PUBLISHED_MAX];
};

struct fanout {
    struct child child;
    enum way way;
    bool is_floor;
    size_t message_size; /* bytes to a subscriber: the floor's, or as learnt */
    size_t ack_size;     /* bytes to the publisher, likewise */
    int publisher, epoll_fd;
    int count;                /* of subscribers */
    int missing;              /* subscribers that do not have the message yet */
    unsigned sequence;        /* of the message */
    char mark[MARK_SIZE + 1]; /* the beginning of its text */
    struct buf next_request;  /* of a long poll; empty until it is known */
    struct subscriber *subscribers;
};

static void append_long_poll(struct buf *request, unsigned after)
{
    char target[64];
    snprintf(target, sizeof target, "/long-polling?channel=bench&after=%u",
             after);
    append_get(request, target);
}

static bool is_event(const struct fanout *fanout)
{
    return fanout->way == SOCKETIO && !fanout->is_floor;
}

/* A connection that gets what is published from now on. */
static int subscribe(const struct fanout *fanout)
{
    struct buf request = {0}, response = {0};
    if (is_event(fanout))
        return dial_socketio(fanout->child.port);
    if (fanout->way == WEBSOCKET && !fanout->is_floor)
        return dial_websocket(fanout->child.port, "/websocket?channel=bench");
    int fd = dial(fanout->child.port);
    if (fanout->way == LONG_POLLING) {
        append_long_poll(&request, 0);
        send_all(fd, buf_slice(&request));
    } else if (fanout->way == EVENT_STREAM && !fanout->is_floor) {
        append_get(&request, "/streaming?channel=bench");
        ask(fd, buf_slice(&request), 200, &response);
    }
    buf_free(&request);
    buf_free(&response);
    return fd;
}

static void subscribe_all(struct fanout *fanout, int count)
{
    fanout->count = count;
    fanout->subscribers = allocate((size_t)count * sizeof *fanout->subscribers);
    fanout->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    fanout->publisher = is_event(fanout) ? dial_socketio(fanout->child.port)
                                         : dial(fanout->child.port);
    for (int i = 0; i < count; i++) {
        struct subscriber *subscriber = &fanout->subscribers[i];
        struct epoll_event event = {EPOLLIN, {.ptr = subscriber}};
        subscriber->fd = subscribe(fanout);
        if (epoll_ctl(fanout->epoll_fd, EPOLL_CTL_ADD, subscriber->fd,
                      &event) == -1)
            fail("epoll_ctl: %s", strerror(errno));
    }
    child_settle(&fanout->child); /* all are accepted */
}

static void append_post(struct buf *request, struct slice text)
{
    buf_printf(request,
               "POST /polling?channel=bench HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               "Content-Length: %zu\r\n\r\n",
               text.size);
    buf_append_slice(request, text);
}

/* io.except([]).emit(): to everyone. */
static void append_event(struct buf *request, struct slice text)
{
    struct buf event = {0};
    uint64_t random = 4;
    buf_append_text(&event, "42[\"ext:except\",[],\"");
    buf_append_slice(&event, text);
    buf_append_text(&event, "\"]");
    append_masked_frame(request, buf_slice(&event), &random);
    buf_free(&event);
}

static void publish(struct fanout *fanout)
{
    struct buf text = {0}, request = {0};
    fanout->sequence++;
    snprintf(fanout->mark, sizeof fanout->mark, "message %08u",
             fanout->sequence);
    buf_append_text(&text, fanout->mark);
    append_text(&text, ASCII, TEXT_SIZE - MARK_SIZE);
    if (is_event(fanout))
        append_event(&request, buf_slice(&text));
    else
        append_post(&request, buf_slice(&text));
    send_all(fanout->publisher, buf_slice(&request));
    buf_free(&text);
    buf_free(&request);
}

/* Nobody waits for it before all subscribers have the message, so it does not
 * matter whether the server sends it first or last. */
static void receive_acknowledgement(struct fanout *fanout)
{
    struct buf response = {0};
    bool is_posted = !fanout->is_floor && fanout->way != SOCKETIO;
    if (is_event(fanout))
        fanout->ack_size = fanout->message_size;
    size_t size = fanout->ack_size;
    if (is_posted)
        fanout->ack_size = receive_response(fanout->publisher, 201, &response);
    else if (recv(fanout->publisher, buf_room(&response, size), size,
                  MSG_WAITALL) != (ssize_t)size)
        fail("a message was not acknowledged");
    buf_free(&response);
}

static bool has_message(const struct fanout *fanout,
                        const struct subscriber *subscriber)
{
    if (fanout->is_floor)
        return subscriber->size >= fanout->message_size;
    return memmem(subscriber->bytes, subscriber->size, fanout->mark,
                  MARK_SIZE) != NULL;
}

/* The long poll that follows the message: all subscribers send the same, so the
 * first one that has the message finds out its id for all. */
static void ask_for_next(struct fanout *fanout,
                         const struct subscriber *subscriber)
{
    unsigned id = fanout->sequence;
    if (buf_size(&fanout->next_request) == 0) {
        const char *found =
            memmem(subscriber->bytes, subscriber->size, "\"id\":", 5);
        if (!fanout->is_floor &&
            (found == NULL || sscanf(found, "\"id\": %u", &id) != 1))
            fail("a long poll was answered without an id");
        append_long_poll(&fanout->next_request, id);
    }
    send_all(subscriber->fd, buf_slice(&fanout->next_request));
}

static void on_readable(struct fanout *fanout, struct subscriber *subscriber)
{
    size_t room = sizeof subscriber->bytes - 1 - subscriber->size;
    ssize_t got = recv(subscriber->fd, subscriber->bytes + subscriber->size,
                       room, MSG_DONTWAIT);
    if (got <= 0)
        fail("a subscriber was left alone, or sent too much");
    subscriber->size += (size_t)got;
    subscriber->bytes[subscriber->size] = '\0';
    if (!has_message(fanout, subscriber))
        return;
    if (fanout->way == LONG_POLLING)
        ask_for_next(fanout, subscriber);
    fanout->message_size = subscriber->size;
    subscriber->size = 0;
    fanout->missing--;
}

static void publish_and_wait(struct fanout *fanout)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    buf_consume(&fanout->next_request, buf_size(&fanout->next_request));
    fanout->missing = fanout->count;
    publish(fanout);
    /* subscribers are far away: the server must not be charged for waking us */
    child_settle(&fanout->child);
    while (fanout->missing > 0) {
        int count = epoll_wait(fanout->epoll_fd, events, EVENTS_PER_WAIT,
                               SILENCE_MAX_MS);
        if (count == 0)
            fail("%d of %d subscribers did not get message %u", fanout->missing,
                 fanout->count, fanout->sequence);
        for (int i = 0; i < count; i++)
            on_readable(fanout, events[i].data.ptr);
    }
    receive_acknowledgement(fanout);
}

/* In turns, so that both begin the comparison after the same silence. */
static void warm_up(struct fanout *floor, struct fanout *ours)
{
    for (int i = 0; i < WARM_UP; i++) {
        publish_and_wait(floor);
        publish_and_wait(ours);
    }
}

/* Publish for `slice_ms`. Returns nanoseconds of CPU for each message
 * delivered. */
static double cpu_per_delivery(void *side, int slice_ms)
{
    struct fanout *fanout = side;
    uint64_t end_ns = now_ns() + (uint64_t)slice_ms * 1000000;
    unsigned first = fanout->sequence;
    uint64_t before = child_cpu_ns(&fanout->child);
    do
        publish_and_wait(fanout);
    while (now_ns() < end_ns);
    uint64_t used = child_cpu_ns(&fanout->child) - before;
    return (double)used / (fanout->sequence - first) / fanout->count;
}

static void close_fanout(struct fanout *fanout)
{
    for (int i = 0; i < fanout->count; i++)
        close(fanout->subscribers[i].fd);
    close(fanout->publisher);
    close(fanout->epoll_fd);
    free(fanout->subscribers);
    buf_free(&fanout->next_request);
    child_stop(&fanout->child);
}

static void fanout_row(const struct options *options, enum way way,
                       const char *name)
{
    const char *mode = way == LONG_POLLING ? "fanout-request" : "fanout";
    char what[64];
    print_progress(name);
    struct fanout ours = {
        .child = way == SOCKETIO
                     ? start_program(options, options->app, NEVER_MS)
                     : start_server(options),
        .way = way};
    subscribe_all(&ours, options->subscribers);
    for (int i = 0; i < LEARNING; i++)
        publish_and_wait(&ours);
    struct fanout floor = {.way = way,
                           .is_floor = true,
                           .message_size = ours.message_size,
                           .ack_size = ours.ack_size};
    floor.child =
        start_floor(options, mode, floor.message_size, floor.ack_size);
    subscribe_all(&floor, options->subscribers);
    warm_up(&floor, &ours);
    struct comparison comparison =
        compare(options, cpu_per_delivery, &floor, &ours);
    snprintf(what, sizeof what, "%s, %zu B", name, floor.message_size);
    print_comparison(what, 0, &comparison);
    close_fanout(&ours);
    close_fanout(&floor);
}

void bench_fanout(const struct options *options)
{
    char title[80];
    snprintf(title, sizeof title, "One message of %d B to %d subscribers",
             TEXT_SIZE, options->subscribers);
    print_heading(title, "server's CPU, ns per delivery");
    fanout_row(options, WEBSOCKET, "WebSocket");
    fanout_row(options, EVENT_STREAM, "event stream");
    fanout_row(options, LONG_POLLING, "long polling");
    fanout_row(options, SOCKETIO, "Socket.IO over WebSocket");
}
