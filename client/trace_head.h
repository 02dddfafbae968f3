/* trace_head.h -- requests and responses for --trace, a line for each of
 * theirs. */
#ifndef CLIENT_TRACE_HEAD_H
#define CLIENT_TRACE_HEAD_H

#include "common/http.h"
#include "common/net.h"

/* The lines of a request that goes out, up to the blank one. */
void trace_request(const struct net_peer *peer, struct slice request);

/* The head of a response that came in. */
void trace_response(const struct net_peer *peer,
                    const struct http_response *response);

#endif
