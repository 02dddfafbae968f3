/* trace.h -- what goes over the wire, as its specification spells it.
 *
 *      127.0.0.1:47504 < GET /polling?after=3 HTTP/1.1
 *      127.0.0.1:47504 > FIN=1 RSV=000 opcode=1 TEXT MASK=0 length=5 "hello"
 *
 * `<` came in, `>` goes out. Nothing is written unless --trace was given;
 * callers on a hot path ask log_wants(LOG_TRACE) first.
 */
#ifndef COMMON_TRACE_H
#define COMMON_TRACE_H

#include "common/engineio.h"
#include "common/net.h"
#include "common/websocket.h"

/* A start line, an event, a packet: its first line, escaped. */
void trace_text(const struct net_peer *peer, char direction, struct slice text);

/* A WebSocket frame: the bits of its header decoded, and the payload. */
void trace_frame(const struct net_peer *peer, char direction,
                 const struct ws_frame *frame, struct slice payload);

/* An Engine.IO packet as a payload spells it, or each one of a payload. */
void trace_eio_packet(const struct net_peer *peer, char direction,
                      const struct eio_packet *packet);
void trace_eio_payload(const struct net_peer *peer, char direction,
                       struct slice payload);

#endif
