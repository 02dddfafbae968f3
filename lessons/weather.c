/* weather.c -- a small network with faults, between any client and any server.
 *
 *      client --> build/weather --delayed, cut, frozen ...--> server
 *
 * What a technique is worth shows when the network is bad. The faults are
 * chosen on the command line, and come again with the same seed. From here on:
 *
 *      weather_options    the command line
 *      weather_relay      accepts a client, connects to the server
 *      weather_passage    one connection: reads, writes, cuts, freezes
 *      weather_proxy      two proxies that understand HTTP, but not enough
 *      weather_way        one direction: when which bytes may pass
 *      weather_faults     what can happen, and chance
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/net.h"
#include "common/signals.h"
#include "lessons/weather_options.h"
#include "lessons/weather_relay.h"

/* ------------------------------------------------------------- signals */

struct orders {
    struct signals signals;
    struct loop *loop;
    struct relay *relay;
};

static void on_signal(struct signals *signals, int number)
{
    struct orders *orders = CONTAINER(signals, struct orders, signals);
    if (number == SIGUSR1) {
        passages_break(&orders->relay->passages);
        return;
    }
    log_info("ending (%s)", strsignal(number));
    loop_stop(orders->loop);
}

/* ------------------------------------------------------------- main */

/* Two descriptors a connection: take what the system gives. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static struct addrinfo *resolve(const struct url *server, const char **why)
{
    char host[256], port[8];
    *why = "the name is too long";
    if (server->host.size >= sizeof host)
        return NULL;
    memcpy(host, server->host.data, server->host.size);
    host[server->host.size] = '\0';
    snprintf(port, sizeof port, "%u", (unsigned)server->port);
    return net_resolve(host, port, why);
}

static int listen_on(struct relay *relay, const char *port)
{
    const char *why = NULL;
    int got = relay_listen(relay, port, &why);
    if (got == -1)
        fprintf(stderr,
                "weather: cannot listen on 127.0.0.1 port %s: %s; try another "
                "with --port\n",
                port, why);
    return got;
}

static int run(struct loop *loop, const struct weather_options *options,
               struct addrinfo *server)
{
    struct relay *relay = relay_new(loop, &options->faults, server);
    struct orders orders = {{.on_signal = on_signal}, loop, relay};
    int port = listen_on(relay, options->port);
    int result = -1;
    if (port != -1) {
        signals_watch(&orders.signals, loop); /* before it is read */
        signals_add(&orders.signals, SIGUSR1);
        printf("listening on http://127.0.0.1:%d\n", port);
        fflush(stdout);
        result = loop_run(loop);
        signals_stop(&orders.signals, loop);
    }
    relay_free(relay);
    return result == -1 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct weather_options options;
    const char *why = NULL;
    weather_options_read(&options, argc, argv);
    log_set(&options.log);
    raise_descriptor_limit();
    struct addrinfo *server = resolve(&options.server, &why);
    if (server == NULL) {
        fprintf(stderr, "weather: %s: %s; is the name right?\n",
                options.server_text, why);
        return 1;
    }
    struct loop *loop = loop_new(options.backend);
    if (loop == NULL) {
        fprintf(stderr, "weather: --loop %s: %s; try the other one\n",
                options.backend->name, strerror(errno));
        return 1;
    }
    int status = run(loop, &options, server);
    loop_free(loop);
    return status;
}
