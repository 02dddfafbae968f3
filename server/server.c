#include "server/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/http_write.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/url.h"
#include "common/utf8.h"

static const struct transport *const transports[] = {
    &polling,  &long_polling, &streaming, &websocket, &echo,
    &engineio, &socketio,     &chat_page, &health,    &metrics,
};

enum { TRANSPORTS = sizeof transports / sizeof *transports };

struct server_options server_default_options(void)
{
    return (struct server_options){
        .max_connections = CONNECTIONS_MAX,
        .max_message = MESSAGE_MAX,
        .max_payload = PAYLOAD_MAX,
        .max_sessions = SESSIONS_MAX,
        .join_ms = JOIN_MS,
        .apart_ms = SIO_APART_MS,
        .long_poll_timeout_ms = LONG_POLL_MS,
        .heartbeat_ms = HEARTBEAT_MS,
        .patience = {PING_INTERVAL_MS, PING_TIMEOUT_MS},
    };
}

/* ------------------------------------------------------------- accepting */

static void watch_listeners(struct server *server, unsigned interest)
{
    for (size_t i = 0; i < server->listener_count; i++)
        loop_watch(server->loop, &server->listeners[i].watch, interest);
}

/* Who waits in the listener's queue goes on waiting. We look again when a
 * connection has gone, or after a while, because others may hold
 * descriptors. */
static void pause_accepting(struct server *server, const char *why)
{
    if (!server->is_paused)
        log_error("accepting no more for now: %s (raise ulimit -n, or lower "
                  "--max-connections)",
                  why);
    server->is_paused = true;
    watch_listeners(server, 0);
    loop_timer_set(server->loop, &server->pause, ACCEPT_PAUSE_MS);
}

static void resume_accepting(struct server *server)
{
    server->is_paused = false;
    loop_timer_cancel(server->loop, &server->pause);
    if (!server->http.is_ending)
        watch_listeners(server, LOOP_READ);
}

static void on_pause_over(struct timer *timer)
{
    resume_accepting(CONTAINER(timer, struct server, pause));
}

/* Where many were, few are left: what those had need not stay ours. */
static void give_back_memory(struct server *server, size_t count)
{
    if (server->crowd < CROWD_MIN || count > server->crowd / 2)
        return;
    server->crowd = count;
    trim_memory();
}

static void on_reaped(struct conn_set *set)
{
    struct server *server = CONTAINER(set, struct server, http.conns);
    give_back_memory(server, set->count);
    if (server->is_paused)
        resume_accepting(server);
    if (server->http.is_ending && set->count == 0)
        loop_stop(server->loop);
}

/* Whoever is turned away may say what it likes, and be as slow as DRAIN_MS
 * allow. */
static void ignore(struct conn *conn)
{
    (void)conn;
}

static const struct protocol turned_away = {
    .name = "turned away",
    .on_bytes = ignore,
    .on_shutdown = ignore,
    .on_closed = ignore,
};

/* One more than we serve is told so, and may come again (RFC 9110, 15.6.4). We
 * wait for its end, or our close would reset what it has not read (RFC 9112,
 * 9.6); but for no more than TURNED_AWAY_MAX. */
static void turn_away(struct server *server, int fd,
                      const struct net_peer *peer)
{
    if (server->leaving.count >= TURNED_AWAY_MAX) {
        net_close(fd);
        return;
    }
    struct conn *conn =
        conn_new(&server->leaving, fd, peer, &turned_away, NULL);
    if (conn == NULL)
        return;
    buf_append_text(&conn->out, "HTTP/1.1 503 Service Unavailable\r\n"
                                "Retry-After: 1\r\n"
                                "Content-Length: 0\r\n"
                                "Connection: close\r\n\r\n");
    conn_drain(conn, "turned away");
}

static void accept_one(struct server *server, int fd,
                       const struct net_peer *peer)
{
    char name[NET_NAME_MAX];
    server->counters.accepted++;
    if (server->http.conns.count >= server->options.max_connections) {
        log_info("%s: turned away (%zu connections are open)",
                 net_peer_name(peer, name), server->http.conns.count);
        turn_away(server, fd, peer);
        return;
    }
    if (log_wants(LOG_INFO))
        log_info("%s: accepted", net_peer_name(peer, name));
    exchange_start(&server->http, fd, peer);
    if (server->crowd < server->http.conns.count)
        server->crowd = server->http.conns.count;
}

static void on_acceptable(struct watch *watch, unsigned ready)
{
    struct listener *listener = CONTAINER(watch, struct listener, watch);
    struct net_peer peer;
    (void)ready;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = net_accept(watch->fd, &peer);
        if (fd == -1) {
            if (errno != EAGAIN)
                pause_accepting(listener->server, strerror(errno));
            return;
        }
        accept_one(listener->server, fd, &peer);
    }
}

static int listen_with(struct server *server, int fd, const char *path)
{
    struct listener *listener = &server->listeners[server->listener_count];
    *listener = (struct listener){
        .watch = {.fd = fd, .on_ready = on_acceptable},
        .server = server,
        .unix_path = path,
    };
    if (loop_watch(server->loop, &listener->watch, LOOP_READ) == -1) {
        net_close(fd);
        return -1;
    }
    server->listener_count++;
    return net_port(fd);
}

static bool has_place(const struct server *server, const char **why)
{
    if (server->listener_count < LISTENERS_MAX)
        return true;
    *why = "too many addresses to listen on";
    return false;
}

int server_listen(struct server *server, const char *address, const char *port,
                  const char **why)
{
    if (!has_place(server, why))
        return -1;
    int fd = net_listen(address, port, why);
    return fd == -1 ? -1 : listen_with(server, fd, NULL);
}

int server_listen_unix(struct server *server, const char *path,
                       const char **why)
{
    if (!has_place(server, why))
        return -1;
    int fd = net_listen_unix(path, why);
    return fd == -1 ? -1 : listen_with(server, fd, path);
}

/* ------------------------------------------------------------- origins */

/* "http://" and our Host, or https for who is behind a proxy that ends TLS. */
static bool is_own_origin(struct slice origin, struct slice host)
{
    const char *scheme =
        slice_starts_with(origin, "https://") ? "https://" : "http://";
    size_t size = strlen(scheme);
    return host.size > 0 && origin.size == size + host.size &&
           slice_starts_with(origin, scheme) &&
           memcmp(origin.data + size, host.data, host.size) == 0;
}

bool server_allows_origin(const struct server *server,
                          const struct http_request *request, uint8_t *origin)
{
    const struct server_options *options = &server->options;
    struct slice asked = http_field(&request->head, "Origin");
    if (asked.data == NULL || is_own_origin(asked, request->host))
        return true;
    for (size_t i = 0; i < options->origin_count; i++) {
        const char *allowed = options->origins[i];
        if (!slice_is(slice_of("*"), allowed) && !slice_is(asked, allowed))
            continue;
        if (origin != NULL)
            *origin = (uint8_t)(i + 1);
        return true;
    }
    return false;
}

/* ------------------------------------------------------------- routing */

static const struct transport *transport_for(struct slice path)
{
    for (size_t i = 0; i < TRANSPORTS; i++)
        if (slice_is(path, transports[i]->path))
            return transports[i];
    return pages_transport(path);
}

/* "/%70olling" is "/polling" (RFC 3986, 6.2.2.2). */
static const struct transport *find_transport(struct slice path)
{
    struct buf decoded = {0};
    const struct transport *transport = transport_for(path);
    if (transport == NULL && url_decode(path, &decoded))
        transport = transport_for(buf_slice(&decoded));
    buf_free(&decoded);
    return transport;
}

static unsigned method_bits(enum http_method method)
{
    switch (method) {
    case METHOD_GET: return ALLOW_GET | ALLOW_UPGRADE;
    case METHOD_HEAD: return ALLOW_GET;
    case METHOD_POST: return ALLOW_POST;
    case METHOD_OPTIONS:
    case METHOD_PUT:
    case METHOD_DELETE:
    case METHOD_PATCH:
    case METHOD_TRACE:
    case METHOD_CONNECT:
    case METHOD_OTHER: break;
    }
    return ALLOW_OTHER;
}

static const char *allow_field(unsigned allowed)
{
    if (allowed == ALLOW_UPGRADE)
        return "Allow: GET, OPTIONS\r\n";
    return allowed & ALLOW_POST ? "Allow: GET, HEAD, POST, OPTIONS\r\n"
                                : "Allow: GET, HEAD, OPTIONS\r\n";
}

/* OPTIONS says what there is (9110, 9.3.7), to a browser as the Fetch standard
 * wants it before a request of another origin. */
static void answer_options(struct exchange *exchange,
                           const struct http_request *request, unsigned allowed)
{
    struct buf fields = {0};
    buf_append_text(&fields, allow_field(allowed));
    if (exchange->origin != 0 &&
        http_field(&request->head, "Access-Control-Request-Method").data)
        buf_append_text(&fields,
                        "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
                        "Access-Control-Allow-Headers: Content-Type, "
                        "Last-Event-ID, If-None-Match\r\n"
                        "Access-Control-Max-Age: 600\r\n");
    buf_append(&fields, "", 1);
    exchange_respond(
        exchange,
        &(struct response){.status = 204, .fields = (char *)buf_head(&fields)});
    buf_free(&fields);
}

static void refuse_method(struct exchange *exchange,
                          const struct http_request *request, unsigned allowed)
{
    if (request->method == METHOD_OTHER)
        exchange_refuse(exchange, 501, "this method is not known here");
    else
        exchange_refuse_with(exchange, 405, allow_field(allowed),
                             "this page does not take that method");
}

static void route(struct exchange *exchange, const struct http_request *request)
{
    const struct transport *transport = find_transport(request->path);
    bool is_allowed = server_allows_origin(server_of_conn(exchange->conn),
                                           request, &exchange->origin);
    bool is_for_all = request->form == HTTP_ASTERISK_FORM; /* OPTIONS * */
    unsigned allowed = transport ? transport->allowed : ALLOW_GET | ALLOW_POST;
    if (request->method == METHOD_OTHER || request->method == METHOD_CONNECT)
        refuse_method(exchange, request, allowed);
    else if (transport == NULL && !is_for_all)
        exchange_refuse_with(exchange, 404, NULL,
                             "no such page; / shows what there is");
    else if (request->method == METHOD_OPTIONS)
        answer_options(exchange, request, allowed);
    else if (is_for_all || !(method_bits(request->method) & allowed))
        refuse_method(exchange, request, allowed);
    else if (request->method == METHOD_POST && !is_allowed &&
             !(allowed & ALLOW_OTHER))
        exchange_refuse_with(exchange, 403, NULL,
                             "this origin may not publish; see --allow-origin");
    else
        transport->serve(exchange, request);
}

/* ------------------------------------------------------------- channels */

static void refuse_channel(struct exchange *exchange)
{
    exchange_refuse_with(exchange, 503, "Retry-After: 10\r\n",
                         "there are too many channels");
}

/* The channel of a percent-encoded name; NULL when the request was refused. */
static struct channel *channel_or_refuse(struct exchange *exchange,
                                         struct slice encoded)
{
    struct channel *channel = NULL;
    struct server *server = server_of_conn(exchange->conn);
    struct buf *name = &loop_lent(server->loop)->scratch;
    _Static_assert(CHANNEL_NAME_MAX == 64, "the sentence below says so");
    if (!url_decode(encoded, name) || !channel_name_is_valid(buf_slice(name)))
        exchange_refuse_with(exchange, 400, NULL,
                             "a channel is called by 1 to 64 of A-Z a-z 0-9 "
                             "- . _ ~");
    else if ((channel = channel_named(server->channels, buf_slice(name))) ==
             NULL)
        refuse_channel(exchange);
    buf_consume(name, buf_size(name));
    return channel;
}

/* The channel that ?channel= names. */
static struct channel *find_channel(struct exchange *exchange,
                                    const struct http_request *request)
{
    struct slice name = slice_of("lobby");
    url_query(request->query, "channel", &name);
    return channel_or_refuse(exchange, name);
}

bool server_find_place(struct exchange *exchange,
                       const struct http_request *request,
                       struct channel **channel, struct place *place)
{
    struct slice after = http_field(&request->head, "Last-Event-ID");
    *place = (struct place){0};
    url_query(request->query, "instance", &place->instance);
    /* a browser that reconnects keeps the URL and adds the field: it is
     * newer */
    if (after.size == 0)
        url_query(request->query, "after", &after);
    if (after.size > 0 && !url_number(after, &place->after)) {
        exchange_refuse_with(exchange, 400, NULL,
                             "after and Last-Event-ID are the id of a message");
        return false;
    }
    *channel = find_channel(exchange, request);
    return *channel != NULL;
}

static void on_brake_over(struct timer *timer)
{
    struct server *server = CONTAINER(timer, struct server, brake);
    conn_set_wake(&server->http.conns);
}

/* A message in BRAKE_MS is the least that whoever publishes may do, however
 * slow a subscriber is: that one lapses in the end. */
uint64_t server_publish(struct conn *conn, struct channel *channel,
                        struct slice text)
{
    struct server *server = server_of_conn(conn);
    uint64_t id = channel_publish(channel, text);
    if (channel_is_crowded(channel)) {
        conn_wait(conn);
        if (server->brake.slot == 0)
            loop_timer_set(server->loop, &server->brake, BRAKE_MS);
    }
    return id;
}

static void on_body(struct exchange *exchange, struct slice body)
{
    struct buf answer = {0};
    struct channel *channel = exchange->user;
    channel_release(channel);
    if (!utf8_is_valid(body.data, body.size)) {
        exchange_refuse_with(exchange, 400, NULL, "the text is not UTF-8");
        return;
    }
    buf_printf(
        &answer, "{\"id\":%llu}",
        (unsigned long long)server_publish(exchange->conn, channel, body));
    exchange_respond(exchange, &(struct response){.status = 201,
                                                  .type = "application/json",
                                                  .body = buf_slice(&answer)});
    buf_free(&answer);
}

static void on_gone(struct exchange *exchange)
{
    channel_release(exchange->user);
}

static const struct holder publisher = {.on_body = on_body, .on_gone = on_gone};

uint32_t server_text_max(const struct server *server)
{
    return server->options.max_message < TEXT_MAX ? server->options.max_message
                                                  : TEXT_MAX;
}

void server_publish_body(struct exchange *exchange,
                         const struct http_request *request)
{
    struct channel *channel = find_channel(exchange, request);
    if (channel == NULL)
        return;
    if (request->body.framing == HTTP_NO_BODY) {
        exchange_refuse(exchange, 411, "say Content-Length, or send chunks");
        return;
    }
    channel_hold(channel);
    exchange->user = channel;
    exchange_read_body(
        exchange, server_text_max(server_of_conn(exchange->conn)), &publisher);
}

/* ------------------------------------------------------------- its life */

struct server *server_new(struct loop *loop,
                          const struct server_options *options)
{
    struct server *server = allocate(sizeof *server);
    server->loop = loop;
    server->options = *options;
    server->http.route = route;
    server->http.origins = server->options.origins;
    server->http.conns.loop = loop;
    server->http.conns.on_reaped = on_reaped;
    server->leaving.loop = loop;
    server->channels = channels_new(loop);
    server->pause.on_due = on_pause_over;
    server->brake.on_due = on_brake_over;
    server->started_ms = loop_now(loop);
    for (size_t i = 0; i < TRANSPORTS; i++)
        if (transports[i]->open != NULL)
            transports[i]->open(server);
    return server;
}

static void stop_listening(struct server *server)
{
    watch_listeners(server, 0);
    for (size_t i = 0; i < server->listener_count; i++) {
        net_close(server->listeners[i].watch.fd);
        if (server->listeners[i].unix_path != NULL)
            unlink(server->listeners[i].unix_path);
    }
    server->listener_count = 0;
}

static void on_shutdown_over(struct timer *timer)
{
    struct server *server = CONTAINER(timer, struct server, pause);
    conn_set_close(&server->http.conns, "shutting down, and it did not go");
    loop_stop(server->loop);
}

void server_shutdown(struct server *server)
{
    if (server->http.is_ending)
        return;
    server->http.is_ending = true;
    server->is_paused = false; /* the timer has another task now */
    stop_listening(server);
    server->pause.on_due = on_shutdown_over;
    loop_timer_set(server->loop, &server->pause, SHUTDOWN_MS);
    conn_set_close(&server->leaving, "shutting down");
    for (size_t i = 0; i < TRANSPORTS; i++)
        if (transports[i]->shutdown != NULL)
            transports[i]->shutdown(server);
    conn_set_shutdown(&server->http.conns);
    if (server->http.conns.count == 0)
        loop_stop(server->loop);
}

void server_free(struct server *server)
{
    struct loop *loop = server->loop;
    stop_listening(server);
    server->http.conns.on_reaped = NULL;
    conn_set_close(&server->http.conns, "server is gone");
    conn_set_close(&server->leaving, "server is gone");
    do /* once at least: a channel may be about to deliver */
        loop_turn(loop, 0);
    while (server->http.conns.count > 0);
    loop_timer_cancel(loop, &server->brake);
    loop_timer_cancel(loop, &server->pause);
    for (size_t i = TRANSPORTS; i-- > 0;)
        if (transports[i]->close != NULL)
            transports[i]->close(server);
    channels_free(server->channels);
    free(server);
}
