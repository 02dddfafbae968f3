#include "lessons/weather_relay.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/limits.h"
#include "common/log.h"

/* ------------------------------------------------------------- connecting */

/* The kernel ends a try that nobody answers, after some minutes. */
static void try_next(struct passage *passage, const char *why)
{
    struct watch *watch = &passage->ends[FROM_SERVER].watch;
    struct net_peer peer;
    char name[NET_NAME_MAX];
    while (passage->address != NULL) {
        const struct addrinfo *address = passage->address;
        passage->address = address->ai_next;
        watch->fd = net_connect(address, &peer);
        if (watch->fd == -1) {
            why = strerror(errno);
            continue;
        }
        if (loop_watch(passage->set->loop, watch, LOOP_WRITE) == -1)
            passage_reset(passage, strerror(errno));
        return;
    }
    log_error("%s: no connection to the server: %s; is it running?",
              net_peer_name(&passage->client, name), why);
    passage_close(passage, "no server");
}

static void on_decided(struct watch *watch, unsigned ready)
{
    struct end *server = CONTAINER(watch, struct end, watch);
    struct passage *passage = server->passage;
    int error = net_connect_error(watch->fd);
    (void)ready;
    if (error == 0) {
        passage_connected(passage);
        return;
    }
    loop_watch(passage->set->loop, watch, 0);
    net_close(watch->fd);
    watch->fd = -1;
    try_next(passage, strerror(error));
}

static void start(struct relay *relay, int fd, const struct net_peer *client)
{
    struct passages *set = &relay->passages;
    struct passage *passage = passage_new(set, fd, client);
    char name[NET_NAME_MAX];
    log_info("%s: connection %llu", net_peer_name(client, name),
             (unsigned long long)set->started);
    if (passages_are_down(set)) {
        passage_reset(passage, "--outage");
        return;
    }
    if (faults_fail(passage->faults, set->started)) {
        passage_reset(passage, "--fail-percent");
        return;
    }
    passage->address = relay->server;
    passage->ends[FROM_SERVER].watch.on_ready = on_decided;
    try_next(passage, "no address");
}

/* ------------------------------------------------------------- accepting */

static void on_pause_over(struct timer *timer)
{
    struct relay *relay = CONTAINER(timer, struct relay, pause);
    loop_watch(relay->passages.loop, &relay->watch, LOOP_READ);
}

static void pause_accepting(struct relay *relay, const char *why)
{
    log_error("accepting no more for now: %s (raise ulimit -n)", why);
    loop_watch(relay->passages.loop, &relay->watch, 0);
    loop_timer_set(relay->passages.loop, &relay->pause, ACCEPT_PAUSE_MS);
}

static void on_acceptable(struct watch *watch, unsigned ready)
{
    struct relay *relay = CONTAINER(watch, struct relay, watch);
    struct net_peer client;
    int fd = -1;
    (void)ready;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        if ((fd = net_accept(watch->fd, &client)) == -1)
            break;
        start(relay, fd, &client);
    }
    if (fd == -1 && errno != EAGAIN)
        pause_accepting(relay, strerror(errno));
}

struct relay *relay_new(struct loop *loop, const struct faults *faults,
                        struct addrinfo *server)
{
    struct relay *relay = allocate(sizeof *relay);
    *relay = (struct relay){
        .passages = {.loop = loop, .faults = *faults},
        .server = server,
        .watch = {.fd = -1, .on_ready = on_acceptable},
        .pause.on_due = on_pause_over,
    };
    return relay;
}

int relay_listen(struct relay *relay, const char *port, const char **why)
{
    relay->watch.fd = net_listen("127.0.0.1", port, why);
    if (relay->watch.fd == -1)
        return -1;
    if (loop_watch(relay->passages.loop, &relay->watch, LOOP_READ) == 0)
        return net_port(relay->watch.fd);
    *why = strerror(errno);
    return -1;
}

void relay_free(struct relay *relay)
{
    passages_close(&relay->passages);
    loop_timer_cancel(relay->passages.loop, &relay->pause);
    if (relay->watch.fd != -1) {
        loop_watch(relay->passages.loop, &relay->watch, 0);
        net_close(relay->watch.fd);
    }
    freeaddrinfo(relay->server);
    free(relay);
}
