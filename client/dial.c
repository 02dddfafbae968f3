#include "client/dial.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "client/proxy_command.h"
#include "common/limits.h"

/* Stop waiting for the address that is being tried. */
static void drop_address(struct dial *dial)
{
    loop_timer_cancel(dial->loop, &dial->timer);
    if (dial->watch.fd == -1)
        return;
    loop_watch(dial->loop, &dial->watch, 0);
    net_close(dial->watch.fd);
    dial->watch.fd = -1;
}

static void free_addresses(struct dial *dial)
{
    if (dial->addresses != NULL)
        freeaddrinfo(dial->addresses);
    dial->addresses = dial->next = NULL;
}

static void fail(struct dial *dial)
{
    drop_address(dial);
    free_addresses(dial);
    dial->is_busy = false;
    dial->handler->on_failed(dial, dial->outcome, dial->why);
}

static void succeed(struct dial *dial)
{
    int fd = dial->watch.fd;
    loop_watch(dial->loop, &dial->watch, 0);
    loop_timer_cancel(dial->loop, &dial->timer);
    dial->watch.fd = -1;
    free_addresses(dial);
    dial->is_busy = false;
    dial->handler->on_connected(dial, fd, &dial->peer);
}

/* Remember why an address failed: it is the cause if no other one answers. */
static void note(struct dial *dial, enum outcome outcome, const char *why)
{
    char name[NET_NAME_MAX];
    dial->outcome = outcome;
    if (dial->peer.family == AF_UNIX)
        snprintf(dial->why, sizeof dial->why, "%s", why);
    else
        snprintf(dial->why, sizeof dial->why, "%s: %s",
                 net_peer_name(&dial->peer, name), why);
}

static bool try_address(struct dial *dial, const struct addrinfo *address)
{
    dial->watch.fd = net_connect(address, &dial->peer);
    if (dial->watch.fd == -1 ||
        loop_watch(dial->loop, &dial->watch, LOOP_WRITE) == -1) {
        note(dial, OUTCOME_CONNECT, strerror(errno));
        drop_address(dial);
        return false;
    }
    loop_timer_set(dial->loop, &dial->timer, CONNECT_MS);
    return true;
}

static void try_next(struct dial *dial)
{
    drop_address(dial);
    while (dial->next != NULL) {
        const struct addrinfo *address = dial->next;
        dial->next = address->ai_next;
        if (try_address(dial, address))
            return;
    }
    fail(dial);
}

static void on_ready(struct watch *watch, unsigned ready)
{
    struct dial *dial = CONTAINER(watch, struct dial, watch);
    (void)ready;
    int error = net_connect_error(watch->fd);
    if (error == 0) {
        succeed(dial);
        return;
    }
    note(dial, OUTCOME_CONNECT, strerror(error));
    try_next(dial);
}

static void on_time_over(struct timer *timer)
{
    struct dial *dial = CONTAINER(timer, struct dial, timer);
    note(dial, OUTCOME_TIMEOUT, "no answer");
    try_next(dial);
}

/* ------------------------------------------------------ the ways */

static void start_host(struct dial *dial)
{
    char host[256], port[8];
    const char *why = "the name is too long";
    snprintf(port, sizeof port, "%u", (unsigned)dial->url->port);
    if (dial->url->host.size < sizeof host) {
        memcpy(host, dial->url->host.data, dial->url->host.size);
        host[dial->url->host.size] = '\0';
        dial->addresses = dial->next = net_resolve(host, port, &why);
    }
    if (dial->addresses == NULL) {
        dial->outcome = OUTCOME_RESOLVE;
        snprintf(dial->why, sizeof dial->why, "%.*s: %s",
                 (int)dial->url->host.size, dial->url->host.data, why);
    }
    try_next(dial);
}

/* A descriptor that needs no more than to become writable. */
static void wait_for(struct dial *dial, int fd)
{
    dial->watch.fd = fd;
    if (fd != -1 && loop_watch(dial->loop, &dial->watch, LOOP_WRITE) == 0) {
        loop_timer_set(dial->loop, &dial->timer, CONNECT_MS);
        return;
    }
    dial->outcome = OUTCOME_CONNECT;
    snprintf(dial->why, sizeof dial->why, "%s", strerror(errno));
    fail(dial);
}

static void start_unix(struct dial *dial)
{
    struct buf path = {0};
    url_decode(dial->url->host, &path); /* was checked with the URL */
    buf_append(&path, "", 1);
    wait_for(dial,
             net_connect_unix((const char *)buf_head(&path), &dial->peer));
    buf_free(&path);
}

static void start_command(struct dial *dial)
{
    dial->peer = (struct net_peer){.family = AF_UNIX};
    wait_for(dial, proxy_command_start(dial->command, dial->url, &dial->pid));
}

static void start(struct deferred *deferred)
{
    struct dial *dial = CONTAINER(deferred, struct dial, start);
    if (!dial->is_busy)
        return;
    if (dial->command != NULL)
        start_command(dial);
    else if (dial->url->scheme == URL_HTTP_UNIX)
        start_unix(dial);
    else
        start_host(dial);
}

void dial_start(struct dial *dial, struct loop *loop, const struct url *url,
                const char *command, const struct dial_handler *handler)
{
    dial_stop(dial);
    dial->loop = loop;
    dial->url = url;
    dial->command = command;
    dial->handler = handler;
    dial->watch = (struct watch){.fd = -1, .on_ready = on_ready};
    dial->timer.on_due = on_time_over;
    dial->start.run = start;
    dial->is_busy = true;
    loop_defer(loop, &dial->start);
}

int dial_end_command(struct dial *dial)
{
    int status = dial->pid > 0 ? proxy_command_end(dial->pid) : 0;
    dial->pid = 0;
    return status;
}

void dial_stop(struct dial *dial)
{
    if (dial->is_busy) {
        drop_address(dial);
        free_addresses(dial);
        dial->is_busy = false;
    }
    dial_end_command(dial);
}
