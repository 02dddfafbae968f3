/* weather_proxy.h -- two proxies that WebSocket and event streams dislike.
 *
 *      GET /websocket HTTP/1.1              GET /websocket HTTP/1.1
 *      Host: x                    --->      Host: x
 *      Connection: Upgrade
 *      Upgrade: websocket                   and the server knows of no upgrade
 *
 * One takes the wish for another protocol out of every request, as a proxy that
 * knows of none must (RFC 9110, 7.6; RFC 6455, 1.8). The other one keeps every
 * response until it is complete; one that never ends never comes (RFC 6202,
 * 5.4).
 *
 * No socket: bytes in, bytes out. What isn't HTTP is passed on as it is, for
 * the other end to judge.
 */
#ifndef LESSONS_WEATHER_PROXY_H
#define LESSONS_WEATHER_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/http.h"

/* Where bytes come from. */
enum origin { FROM_CLIENT, FROM_SERVER };

/* The messages from one end. */
struct stream {
    struct http_parser parser;
    struct http_body body;
    bool is_in_body;
    bool is_raw;     /* it is no HTTP, or nobody wants to know */
    struct buf in;   /* a head that isn't complete */
    struct buf kept; /* a response that isn't complete */
};

/* Of one connection. */
struct proxy {
    bool strips_upgrade, buffers_responses;
    struct stream streams[2]; /* by enum origin */
    struct buf methods;       /* of requests without a response, a byte each */
    size_t stripped_count;    /* requests that wished for an upgrade, so far */
};

/* A proxy that has seen nothing yet; free it at the end. */
struct proxy proxy_of(bool strips_upgrade, bool buffers_responses);
void proxy_free(struct proxy *proxy);

/* `bytes` came from one end: append what the other end shall have of it. NULL;
 * or why this must be the end of the connection (static text): a response
 * longer than RESPONSE_MAX, or PIPELINED_MAX requests without one. */
const char *proxy_pass(struct proxy *proxy, enum origin origin,
                       struct slice bytes, struct buf *out);

/* Nothing more comes from that end: append what was kept. */
void proxy_end(struct proxy *proxy, enum origin origin, struct buf *out);

#endif
