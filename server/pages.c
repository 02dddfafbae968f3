/* pages.c -- for people and for machines that watch: what is here, is it alive,
 * what has it done.
 */
#include <stdio.h>

#include "server/engineio.h"
#include "server/front_page.html.h"
#include "server/front_page.js.h"

static void answer(struct exchange *exchange, const char *type,
                   const struct buf *body)
{
    exchange_respond(exchange,
                     &(struct response){.status = 200,
                                        .type = type,
                                        .fields = "Cache-Control: no-store\r\n",
                                        .body = buf_slice(body)});
}

/* ------------------------------------------------------------- the front
 * page */

/* FNV-1a: two pages are the same if this is, as far as a cache may care. */
static uint64_t hash(struct slice text)
{
    uint64_t value = 14695981039346656037u;
    for (size_t i = 0; i < text.size; i++)
        value = (value ^ (uint8_t)text.data[i]) * 1099511628211u;
    return value;
}

/* A page that did not change is not sent again (RFC 9110, 13.1.2). Nothing but
 * its own script may act in it. */
static void serve_page(struct exchange *exchange,
                       const struct http_request *request, const char *type,
                       struct slice page)
{
    char etag[24], fields[256];
    snprintf(etag, sizeof etag, "\"%016llx\"", (unsigned long long)hash(page));
    snprintf(fields, sizeof fields,
             "ETag: %s\r\nCache-Control: no-cache\r\n"
             "Content-Security-Policy: default-src 'self'; "
             "style-src 'unsafe-inline'; img-src data:; "
             "frame-ancestors 'none'\r\n"
             "X-Content-Type-Options: nosniff\r\n",
             etag);
    bool is_known = http_etag_matches(&request->head, etag);
    exchange_respond(exchange, &(struct response){
                                   .status = is_known ? 304 : 200,
                                   .type = is_known ? NULL : type,
                                   .fields = fields,
                                   .body = is_known ? slice_of("") : page,
                               });
}

static void serve_front_page(struct exchange *exchange,
                             const struct http_request *request)
{
    serve_page(exchange, request, "text/html; charset=utf-8",
               (struct slice){front_page_html, sizeof front_page_html});
}

static void serve_front_script(struct exchange *exchange,
                               const struct http_request *request)
{
    serve_page(exchange, request, "text/javascript; charset=utf-8",
               (struct slice){front_page_js, sizeof front_page_js});
}

const struct transport front_page = {
    .path = "/",
    .allowed = ALLOW_GET,
    .serve = serve_front_page,
};
const struct transport front_script = {
    .path = "/front_page.js",
    .allowed = ALLOW_GET,
    .serve = serve_front_script,
};

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

static void append_metric(struct buf *out, const char *name, const char *type,
                          uint64_t value)
{
    buf_printf(out, "# TYPE %s %s\n%s %llu\n", name, type, name,
               (unsigned long long)value);
}

/* In the text format of Prometheus. */
static void serve_metrics(struct exchange *exchange,
                          const struct http_request *request)
{
    const struct server *server = server_of_conn(exchange->conn);
    const struct counters *counters = &server->counters;
    struct buf text = {0};
    int64_t uptime_ms = loop_now(server->loop) - server->started_ms;
    (void)request;
    append_metric(&text, "uptime_seconds", "gauge", (uint64_t)uptime_ms / 1000);
    append_metric(&text, "connections", "gauge", server->http.conns.count);
    append_metric(&text, "connections_accepted_total", "counter",
                  counters->accepted);
    append_metric(&text, "requests_total", "counter", server->http.requests);
    append_metric(&text, "requests_refused_total", "counter",
                  server->http.refused);
    append_metric(&text, "websockets_total", "counter", counters->upgrades);
    append_metric(&text, "engineio_sessions", "gauge",
                  eio_hub_count(server->engineio));
    append_metric(&text, "channels", "gauge", channels_count(server->channels));
    append_metric(&text, "messages_published_total", "counter",
                  channels_published(server->channels));
    append_metric(&text, "received_bytes_total", "counter",
                  server->http.conns.bytes_in);
    append_metric(&text, "sent_bytes_total", "counter",
                  server->http.conns.bytes_out);
    answer(exchange, "text/plain; version=0.0.4; charset=utf-8", &text);
    buf_free(&text);
}

const struct transport metrics = {
    .path = "/metrics",
    .allowed = ALLOW_GET,
    .serve = serve_metrics,
};
