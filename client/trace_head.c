#include "client/trace_head.h"

#include <stdio.h>

#include "common/log.h"
#include "common/trace.h"

void trace_request(const struct net_peer *peer, struct slice request)
{
    while (log_wants(LOG_TRACE) && !slice_starts_with(request, "\r\n")) {
        trace_text(peer, '>', request);
        slice_skip(&request, slice_until(request, '\n').size + 1);
    }
}

void trace_response(const struct net_peer *peer,
                    const struct http_response *response)
{
    char line[LOG_ESCAPED_MAX];
    if (!log_wants(LOG_TRACE))
        return;
    snprintf(line, sizeof line, "HTTP/1.%u %d %.*s", response->minor,
             response->status, (int)response->reason.size,
             response->reason.data);
    trace_text(peer, '<', slice_of(line));
    for (size_t i = 0; i < response->head.count; i++) {
        const struct http_field *field = &response->head.fields[i];
        snprintf(line, sizeof line, "%.*s: %.*s", (int)field->name.size,
                 field->name.data, (int)field->value.size, field->value.data);
        trace_text(peer, '<', slice_of(line));
    }
}
