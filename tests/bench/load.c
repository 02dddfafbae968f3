#include "tests/bench/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "tests/bench/compare.h"

enum {
    EVENTS_PER_WAIT = 256,
    RECEIVE_SIZE = 512 * 1024,
    SILENCE_MAX_MS = 5000
};

struct load_peer {
    int fd;
    size_t sent;     /* bytes of the burst */
    size_t received; /* bytes of the replies */
    uint64_t began_ns;
};

/* Edge-triggered (epoll(7)): what the kernel did not take now, it asks for
 * later. */
static void send_more(struct load *load, struct load_peer *peer)
{
    while (peer->sent < load->burst.size) {
        ssize_t sent =
            send(peer->fd, load->burst.data + peer->sent,
                 load->burst.size - peer->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent == -1 && errno == EAGAIN)
            return;
        if (sent == -1)
            fail("the server broke a connection: %s", strerror(errno));
        peer->sent += (size_t)sent;
    }
}

static void start_burst(struct load *load, struct load_peer *peer)
{
    peer->sent = peer->received = 0;
    if (load->delays_ns != NULL)
        peer->began_ns = now_ns();
    load->busy++;
    send_more(load, peer);
}

static void end_burst(struct load *load, struct load_peer *peer)
{
    if (load->delays_ns != NULL && load->messages < load->delays_max)
        load->delays_ns[load->messages] = (uint32_t)(now_ns() - peer->began_ns);
    load->messages += (uint64_t)load->depth;
    load->busy--;
    if (!load->is_ending)
        start_burst(load, peer);
}

/* Compare what arrived at `peer->received` with the start of each reply. */
static void check(const struct load *load, const struct load_peer *peer,
                  const char *bytes, size_t size)
{
    size_t reply_size = load->replies.size / (size_t)load->depth;
    for (size_t i = 0; i < size; i++) {
        size_t at = peer->received + i;
        if (at % reply_size < load->compared &&
            bytes[i] != load->replies.data[at])
            fail("reply %zu differs at byte %zu from what was expected",
                 at / reply_size, at % reply_size);
    }
}

static void receive_more(struct load *load, struct load_peer *peer)
{
    static char bytes[RECEIVE_SIZE]; /* scratch: nothing in it is kept */
    while (peer->received < load->replies.size) {
        size_t room = load->replies.size - peer->received;
        if (room > sizeof bytes)
            room = sizeof bytes;
        ssize_t got = recv(peer->fd, bytes, room, MSG_DONTWAIT);
        if (got == -1 && errno == EAGAIN)
            return;
        if (got <= 0)
            fail("the server closed a connection under load");
        if (load->is_checking)
            check(load, peer, bytes, (size_t)got);
        peer->received += (size_t)got;
    }
}

static void wait_and_serve(struct load *load)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    int count =
        epoll_wait(load->epoll_fd, events, EVENTS_PER_WAIT, SILENCE_MAX_MS);
    if (count == 0)
        fail("no reply for %d ms", SILENCE_MAX_MS);
    for (int i = 0; i < count; i++) {
        struct load_peer *peer = events[i].data.ptr;
        size_t expected = load->replies.size;
        if (peer->received == expected)
            continue; /* it only became writable */
        send_more(load, peer);
        receive_more(load, peer);
        if (peer->received == expected)
            end_burst(load, peer);
    }
}

static void run(struct load *load, int slice_ms)
{
    uint64_t end_ns = now_ns() + (uint64_t)slice_ms * 1000000;
    load->messages = 0;
    load->is_ending = slice_ms == 0;
    for (int i = 0; i < load->count; i++)
        start_burst(load, &load->peers[i]);
    while (load->busy > 0) {
        wait_and_serve(load);
        load->is_ending = load->is_ending || now_ns() >= end_ns;
    }
}

/* More bytes than the replies have would be taken for the next ones. */
static void check_nothing_left(const struct load *load)
{
    char byte;
    for (int i = 0; i < load->count; i++)
        if (recv(load->peers[i].fd, &byte, 1, MSG_DONTWAIT) != -1)
            fail("the server sent more than the replies, or closed");
}

void load_open(struct load *load, const int *fds, int count)
{
    load->count = count;
    load->peers = allocate((size_t)count * sizeof *load->peers);
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        struct load_peer *peer = &load->peers[i];
        struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET,
                                    {.ptr = peer}};
        *peer =
            (struct load_peer){.fd = fds[i], .received = load->replies.size};
        if (epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, peer->fd, &event) == -1)
            fail("epoll_ctl: %s", strerror(errno));
    }
    load->is_checking = load->compared > 0;
    run(load, 0);
    load->is_checking = false;
    check_nothing_left(load);
}

double load_cpu_per_message(void *side, int slice_ms)
{
    struct load *load = side;
    uint64_t before = child_cpu_ns(&load->child);
    run(load, slice_ms);
    uint64_t after = child_cpu_ns(&load->child);
    check_nothing_left(load);
    return (double)(after - before) / (double)load->messages;
}

static int compare_delays(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

double load_p99_delay(void *side, int slice_ms)
{
    struct load *load = side;
    run(load, slice_ms);
    size_t count =
        load->messages < load->delays_max ? load->messages : load->delays_max;
    qsort(load->delays_ns, count, sizeof *load->delays_ns, compare_delays);
    return load->delays_ns[count * 99 / 100];
}

void load_close(struct load *load)
{
    for (int i = 0; i < load->count; i++)
        close(load->peers[i].fd);
    close(load->epoll_fd);
    free(load->peers);
}
