/* exchanges.c -- the same request many times, on one connection or on as many.
 *
 *      keep    connect  ask answer  ask answer  ask answer  ...  close
 *      close   connect  ask answer  close  connect  ask answer  close ...
 *
 *      exchanges ADDRESS PORT COUNT keep|close
 *
 * It prints how many connections that took, how many packets of TCP before
 * a question could leave, and in all, both directions together, how many bytes
 * they brought, and how long.
 */
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/http.h"
#include "common/loop.h"
#include "common/net.h"

enum { BUFFER_SIZE = 4096 };

struct course {
    struct addrinfo *address;
    const char *request;
    bool is_kept; /* the connection, for the next request */
    int fd;       /* -1: there is no connection */
    int connections;
    struct net_traffic opening; /* of all, before the first question */
    struct net_traffic traffic; /* of those that are closed */
    struct buf in;
};

static void give_up(const char *what)
{
    fprintf(stderr, "exchanges: %s\n", what);
    exit(1);
}

static void open_connection(struct course *course)
{
    struct net_peer peer;
    course->fd = net_connect(course->address, &peer);
    poll(&(struct pollfd){.fd = course->fd, .events = POLLOUT}, 1, -1);
    if (course->fd == -1 || net_connect_error(course->fd) != 0)
        give_up("not connected");
    net_traffic_add(&course->opening, course->fd);
    fcntl(course->fd, F_SETFL, 0); /* from here on we wait where we stand */
    course->connections++;
}

static bool receive(struct course *course)
{
    ssize_t got = net_receive(course->fd, buf_room(&course->in, BUFFER_SIZE),
                              BUFFER_SIZE);
    if (got > 0)
        buf_added(&course->in, (size_t)got);
    return got > 0;
}

/* When both have said their last, all packets are counted. */
static void close_connection(struct course *course)
{
    net_end(course->fd);
    while (receive(course))
        continue;
    net_traffic_add(&course->traffic, course->fd);
    net_close(course->fd);
    course->fd = -1;
}

static void read_body(struct course *course, struct http_body *body)
{
    struct slice piece;
    enum http_body_result result;
    while ((result = http_body_next(body, &course->in, &piece)) !=
           HTTP_BODY_END)
        if (result == HTTP_BODY_BAD ||
            (result == HTTP_BODY_NEED_MORE && !receive(course)))
            give_up("a body that is broken off");
}

static void exchange(struct course *course)
{
    struct http_parser parser = {0};
    struct http_response response;
    if (course->fd == -1)
        open_connection(course);
    net_send(course->fd, slice_of(course->request));
    while (http_next_response(&parser, &course->in, METHOD_GET, &response) !=
           HTTP_HEAD)
        if (parser.status != 0 || !receive(course))
            give_up("no response");
    read_body(course, &response.body);
    if (!course->is_kept)
        close_connection(course);
}

static unsigned long long packets(const struct net_traffic *traffic)
{
    return traffic->segments_up + traffic->segments_down;
}

static unsigned long long bytes(const struct net_traffic *traffic)
{
    return traffic->bytes_up + traffic->bytes_down;
}

int main(int argc, char **argv)
{
    const char *why = "usage: exchanges ADDRESS PORT COUNT keep|close";
    struct course course = {.fd = -1};
    if (argc == 5)
        course.address = net_resolve(argv[1], argv[2], &why);
    if (course.address == NULL)
        give_up(why);
    course.is_kept = strcmp(argv[4], "keep") == 0;
    course.request = course.is_kept ? "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                                    : "GET /healthz HTTP/1.1\r\nHost: a\r\n"
                                      "Connection: close\r\n\r\n";
    int64_t begin_us = loop_clock_us();
    for (int i = atoi(argv[3]); i > 0; i--)
        exchange(&course);
    int64_t end_us = loop_clock_us();
    if (course.fd != -1)
        close_connection(&course);
    printf("connections %d\nopening %llu\npackets %llu\nbytes %llu\nms %.2f\n",
           course.connections, packets(&course.opening),
           packets(&course.traffic), bytes(&course.traffic),
           (double)(end_us - begin_us) / 1e3);
    freeaddrinfo(course.address);
    buf_free(&course.in);
}
