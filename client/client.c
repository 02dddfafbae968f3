#include "client/client.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/proxy_command.h"
#include "client/trace_head.h"
#include "common/http_write.h"

#define USER_AGENT "push/1.0"

/* ------------------------------------------------------ endings */

/* Let go of the connection; whatever it still hears is nobody's. */
static void drop_connection(struct client *client, const char *why)
{
    if (client->conn != NULL) {
        client->conn->session = NULL;
        conn_close(client->conn, why);
        client->conn = NULL;
    }
    client->is_used = false;
}

static void become_idle(struct client *client)
{
    client->state = CLIENT_IDLE;
    client->is_again = false;
    loop_timer_cancel(client->set->loop, &client->timer);
}

static void fail(struct client *client, enum outcome outcome, const char *why)
{
    drop_connection(client, why);
    dial_stop(&client->dial);
    become_idle(client);
    client->handler->on_failed(client, outcome, why);
}

static void finish(struct client *client)
{
    if (!client->may_keep)
        drop_connection(client, "not kept alive");
    client->is_used = true;
    become_idle(client);
    client->handler->on_done(client);
}

/* ------------------------------------------------------ responses */

static void wait_for_server(struct client *client)
{
    loop_timer_set(client->set->loop, &client->timer, client->patience_ms);
}

static void on_silence(struct timer *timer)
{
    struct client *client = CONTAINER(timer, struct client, timer);
    char why[64];
    snprintf(why, sizeof why, "no answer within %d seconds",
             (client->patience_ms + 999) / 1000);
    fail(client, OUTCOME_TIMEOUT, why);
}

static void take_head(struct client *client,
                      const struct http_response *response)
{
    trace_response(&client->conn->peer, response);
    if (response->status == 101 && !client->is_upgrade) {
        fail(client, OUTCOME_WEIRD_REPLY, "101, but we asked for no upgrade");
        return;
    }
    if (response->status < 200 && response->status != 101)
        return; /* interim: the one that counts follows (RFC 9110, 15.2) */
    client->body = response->body;
    client->may_keep = response->keep_alive;
    client->state = CLIENT_READING;
    client->handler->on_head(client, response);
}

/* Each of these takes one thing out of conn->in; false: it needs more. */
static bool next_head(struct client *client)
{
    struct http_response response;
    switch (http_next_response(&client->parser, &client->conn->in,
                               client->method, &response)) {
    case HTTP_NEED_MORE: return false;
    case HTTP_BAD:
        fail(client, OUTCOME_WEIRD_REPLY, client->parser.why);
        return true;
    case HTTP_HEAD: take_head(client, &response); return true;
    }
    return false;
}

static bool next_piece(struct client *client)
{
    struct slice piece;
    switch (http_body_next(&client->body, &client->conn->in, &piece)) {
    case HTTP_BODY_NEED_MORE: return false;
    case HTTP_BODY_PIECE: client->handler->on_piece(client, piece); return true;
    case HTTP_BODY_END: finish(client); return true;
    case HTTP_BODY_BAD:
        fail(client, OUTCOME_WEIRD_REPLY, client->body.why);
        return true;
    }
    return false;
}

static bool next(struct client *client)
{
    switch (client->state) {
    case CLIENT_IDLE:
        if (buf_size(&client->conn->in) > 0)
            drop_connection(client, "bytes that nobody asked for");
        return false;
    case CLIENT_DIALLING: return false;
    case CLIENT_ASKED: return next_head(client);
    case CLIENT_READING: return next_piece(client);
    }
    return false;
}

/* What is called back may close the connection or give it away. */
static void on_bytes(struct conn *conn)
{
    struct client *client = conn->session;
    if (client != NULL && client_is_busy(client))
        wait_for_server(client);
    while (client != NULL && client->conn == conn && next(client))
        ;
}

/* ------------------------------------------------------ lost connections */

static void dial(struct client *client);

static void ask_again(struct deferred *deferred)
{
    struct client *client = CONTAINER(deferred, struct client, retry);
    if (client->state == CLIENT_DIALLING && client->conn == NULL)
        dial(client);
}

/* The server had closed a kept connection before it saw our request. Only what
 * may be done twice is sent again (RFC 9110, 9.2.2; RFC 9112, 9.3.1). */
static bool may_ask_again(const struct client *client)
{
    bool is_idempotent =
        client->method != METHOD_POST && client->method != METHOD_PATCH &&
        client->method != METHOD_CONNECT && client->method != METHOD_OTHER;
    return client->is_used && !client->is_again && is_idempotent &&
           !client->is_once && client->state == CLIENT_ASKED;
}

/* Nothing came. From a command, nothing at all: it has not reached a server. */
static void fail_unheard(struct client *client)
{
    if (client->dial.pid == 0 || client->is_used) {
        fail(client, OUTCOME_EMPTY_REPLY,
             "the server closed without an answer");
        return;
    }
    char why[CLIENT_WHY_MAX];
    int status = dial_end_command(&client->dial);
    snprintf(why, sizeof why, "--proxy-command %.100s: %s",
             client->config->proxy_command,
             status == PROXY_COMMAND_MISSING ? "it cannot be run"
                                             : "it ended without a word");
    fail(client, OUTCOME_CONNECT, why);
}

/* What came of a head is its beginning, however little it is. */
static bool may_be_http(struct slice head)
{
    struct slice name = slice_of("HTTP/");
    size_t size = head.size < name.size ? head.size : name.size;
    return memcmp(head.data, name.data, size) == 0;
}

static void on_lost(struct client *client, const char *why, size_t unread)
{
    bool is_head = client->state == CLIENT_ASKED;
    if (client->state == CLIENT_IDLE) {
        drop_connection(client, why);
    } else if (unread == 0 && may_ask_again(client)) {
        drop_connection(client, why);
        client->is_again = true;
        client->state = CLIENT_DIALLING;
        loop_defer(client->set->loop, &client->retry);
    } else if (is_head && unread == 0) {
        fail_unheard(client);
    } else if (is_head && !may_be_http(buf_slice(&client->conn->in))) {
        fail(client, OUTCOME_WEIRD_REPLY, "what came is not HTTP");
    } else {
        char text[CLIENT_WHY_MAX];
        snprintf(text, sizeof text, "in the middle of the %s: %s",
                 is_head ? "head" : "body", why);
        fail(client, OUTCOME_BROKEN, text);
    }
}

static void on_end(struct conn *conn)
{
    struct client *client = conn->session;
    if (client == NULL)
        conn_close(conn, "done");
    else if (client->state == CLIENT_READING &&
             http_body_may_end_here(&client->body)) {
        client->may_keep = false;
        finish(client);
    } else
        on_lost(client, "the server closed the connection",
                buf_size(&conn->in));
}

static void on_closed(struct conn *conn)
{
    if (conn->session != NULL)
        on_lost(conn->session, conn->why, buf_size(&conn->in));
}

static void on_shutdown(struct conn *conn)
{
    conn_close(conn, "going away");
}

static const struct protocol http_protocol = {
    .name = "http",
    .on_bytes = on_bytes,
    .on_end = on_end,
    .on_shutdown = on_shutdown,
    .on_closed = on_closed,
};

/* ------------------------------------------------------ connecting */

static void send_request(struct client *client)
{
    client->state = CLIENT_ASKED;
    client->parser = (struct http_parser){0};
    ++*client->config->requests;
    wait_for_server(client);
    trace_request(&client->conn->peer, buf_slice(&client->request));
    conn_write(client->conn, buf_slice(&client->request));
}

static void on_connected(struct dial *dial, int fd, const struct net_peer *peer)
{
    struct client *client = CONTAINER(dial, struct client, dial);
    client->conn = conn_new(client->set, fd, peer, &http_protocol, client);
    if (client->conn == NULL) {
        fail(client, OUTCOME_CONNECT, strerror(errno));
        return;
    }
    ++*client->config->connections;
    client->is_used = false;
    send_request(client);
}

static void on_not_connected(struct dial *dial, enum outcome outcome,
                             const char *why)
{
    struct client *client = CONTAINER(dial, struct client, dial);
    fail(client, outcome, why);
}

static void dial(struct client *client)
{
    static const struct dial_handler handler = {
        .on_connected = on_connected,
        .on_failed = on_not_connected,
    };
    client->state = CLIENT_DIALLING;
    dial_start(&client->dial, client->set->loop, client->config->url,
               client->config->proxy_command, &handler);
}

/* ------------------------------------------------------ requests */

static enum http_method method_of(const char *name)
{
    static const char *const names[] = {
        [METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",
        [METHOD_POST] = "POST",       [METHOD_OPTIONS] = "OPTIONS",
        [METHOD_PUT] = "PUT",         [METHOD_DELETE] = "DELETE",
        [METHOD_PATCH] = "PATCH",     [METHOD_TRACE] = "TRACE",
        [METHOD_CONNECT] = "CONNECT",
    };
    int method = METHOD_GET;
    while (method < METHOD_OTHER && strcmp(names[method], name) != 0)
        method++;
    return (enum http_method)method;
}

/* Do the fields of the config have one with this name? */
static bool is_overridden(const struct client_config *config, const char *name)
{
    const char *const *field = config->fields;
    for (; field != NULL && *field != NULL; field++) {
        struct slice own = {*field, strcspn(*field, ":")};
        if (slice_is_any_case(own, name))
            return true;
    }
    return false;
}

void client_add_field(struct client *client, const char *name,
                      struct slice value)
{
    if (!is_overridden(client->config, name))
        http_append_field(&client->request, name, value);
}

void client_begin(struct client *client, const char *method,
                  struct slice target)
{
    const char *const *field = client->config->fields;
    assert(!client_is_busy(client));
    client->method = method_of(method);
    client->is_upgrade = client->is_once = false;
    buf_free(&client->request);
    http_append_request_line(&client->request, method, target);
    client_add_field(client, "Host", client->config->url->authority);
    client_add_field(client, "User-Agent", slice_of(USER_AGENT));
    for (; field != NULL && *field != NULL; field++)
        buf_printf(&client->request, "%s\r\n", *field);
}

void client_send(struct client *client, struct slice body, int patience_ms)
{
    client->patience_ms = patience_ms;
    if (body.data != NULL)
        http_append_length(&client->request, body.size);
    http_append_end(&client->request);
    buf_append_slice(&client->request, body);
    if (client->conn != NULL && client->conn->state != CONN_OPEN)
        drop_connection(client, "lost in this very turn");
    if (client->conn == NULL)
        dial(client);
    else
        send_request(client);
}

/* ------------------------------------------------------ its life */

void client_init(struct client *client, struct conn_set *set,
                 const struct client_config *config,
                 const struct client_handler *handler, void *user)
{
    *client = (struct client){
        .set = set,
        .config = config,
        .handler = handler,
        .user = user,
        .timer.on_due = on_silence,
        .retry.run = ask_again,
    };
}

void client_close(struct client *client)
{
    drop_connection(client, "not needed any more");
    dial_stop(&client->dial);
    become_idle(client);
}

void client_free(struct client *client)
{
    client_close(client);
    buf_free(&client->request);
}

struct conn *client_release(struct client *client)
{
    struct conn *conn = client->conn;
    conn->session = NULL;
    client->conn = NULL;
    client->is_used = false;
    become_idle(client);
    return conn;
}
