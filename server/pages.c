/* pages.c -- pages for people, and for machines: is it alive, what has it done?
 */
#include <stdio.h>

#include "common/url.h"
#include "server/chat_page.css.h"
#include "server/chat_page.html.h"
#include "server/chat_page.js.h"
#include "server/engineio.h"
#include "server/front_page.css.h"
#include "server/front_page.html.h"
#include "server/front_page.js.h"
#include "server/socketio.h"
#include "server/socketio.js.h"
#include "server/table.h"

/* ------------------------------------------------------------- pages */

struct page {
    const char *path, *type;
    struct slice text;
};

static const char html[] = "text/html; charset=utf-8";
static const char css[] = "text/css; charset=utf-8";
static const char script[] = "text/javascript; charset=utf-8";

static const struct page texts[] = {
    {"/", html, {front_page_html, sizeof front_page_html}},
    {"/front_page.css", css, {front_page_css, sizeof front_page_css}},
    {"/front_page.js", script, {front_page_js, sizeof front_page_js}},
    {"/chat", html, {chat_page_html, sizeof chat_page_html}},
    {"/chat_page.css", css, {chat_page_css, sizeof chat_page_css}},
    {"/chat_page.js", script, {chat_page_js, sizeof chat_page_js}},
    {"/socketio.js", script, {socketio_js, sizeof socketio_js}},
};

/* NULL: there is none. */
static const struct page *page_at(struct slice path)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_is(path, texts[i].path))
            return &texts[i];
    return NULL;
}

/* The same for a path as it was sent: "/%63hat". */
static const struct page *find_page(struct slice path)
{
    struct buf decoded = {0};
    url_decode(path, &decoded);
    const struct page *page = page_at(buf_slice(&decoded));
    buf_free(&decoded);
    return page;
}

/* A page that did not change, to judge by its hash, is not sent again (RFC
 * 9110, 13.1.2). Nothing but our own scripts may act in it, and nothing but
 * they may style it. */
void pages_serve(struct exchange *exchange, const struct http_request *request)
{
    const struct page *page = find_page(request->path);
    char etag[24], fields[256];
    snprintf(etag, sizeof etag, "\"%016llx\"",
             (unsigned long long)table_hash(page->text, 0));
    snprintf(fields, sizeof fields,
             "ETag: %s\r\nCache-Control: no-cache\r\n"
             "Content-Security-Policy: default-src 'self'; img-src data:; "
             "frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n"
             "X-Content-Type-Options: nosniff\r\n",
             etag);
    bool is_known = http_etag_matches(&request->head, etag);
    exchange_respond(exchange, &(struct response){
                                   .status = is_known ? 304 : 200,
                                   .type = is_known ? NULL : page->type,
                                   .fields = fields,
                                   .body = is_known ? slice_of("") : page->text,
                               });
}

static const struct transport pages = {
    .path = "/",
    .allowed = ALLOW_GET,
    .serve = pages_serve,
};

const struct transport *pages_transport(struct slice path)
{
    return page_at(path) != NULL ? &pages : NULL;
}

/* ------------------------------------------------------------- health */

static void serve_health(struct exchange *exchange,
                         const struct http_request *request)
{
    (void)request;
    exchange_respond(exchange, &(struct response){.status = 200,
                                                  .type = "text/plain",
                                                  .body = slice_of("ok\n")});
}

const struct transport health = {
    .path = "/healthz",
    .allowed = ALLOW_GET,
    .serve = serve_health,
};

/* ------------------------------------------------------------- metrics */

static void append_metric(struct buf *out, const char *type, const char *name,
                          uint64_t value)
{
    buf_printf(out, "# TYPE %s %s\n%s %llu\n", name, type, name,
               (unsigned long long)value);
}

/* How it is now. */
static void append_gauges(struct buf *out, const struct server *server)
{
    static const char type[] = "gauge";
    int64_t uptime_ms = loop_now(server->loop) - server->started_ms;
    append_metric(out, type, "uptime_seconds", (uint64_t)uptime_ms / 1000);
    append_metric(out, type, "connections", server->http.conns.count);
    append_metric(out, type, "engineio_sessions",
                  eio_hub_count(server->engineio));
    append_metric(out, type, "socketio_clients",
                  sio_client_count(server->socketio));
    append_metric(out, type, "channels", channels_count(server->channels));
}

/* What has come together since it began. */
static void append_counters(struct buf *out, const struct server *server)
{
    static const char type[] = "counter";
    const struct counters *counters = &server->counters;
    const struct exchange_host *http = &server->http;
    append_metric(out, type, "connections_accepted_total", counters->accepted);
    append_metric(out, type, "requests_total", http->requests);
    append_metric(out, type, "requests_refused_total", http->refused);
    append_metric(out, type, "websockets_total", counters->upgrades);
    append_metric(out, type, "messages_published_total",
                  channels_published(server->channels));
    append_metric(out, type, "received_bytes_total", http->conns.bytes_in);
    append_metric(out, type, "sent_bytes_total", http->conns.bytes_out);
}

/* In the text format of Prometheus. */
static void serve_metrics(struct exchange *exchange,
                          const struct http_request *request)
{
    const struct server *server = server_of_conn(exchange->conn);
    struct buf text = {0};
    (void)request;
    append_gauges(&text, server);
    append_counters(&text, server);
    exchange_respond(
        exchange,
        &(struct response){.status = 200,
                           .type = "text/plain; version=0.0.4; charset=utf-8",
                           .fields = "Cache-Control: no-store\r\n",
                           .body = buf_slice(&text)});
    buf_free(&text);
}

const struct transport metrics = {
    .path = "/metrics",
    .allowed = ALLOW_GET,
    .serve = serve_metrics,
};
