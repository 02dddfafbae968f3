#include "common/trace.h"

#include <stdio.h>

#include "common/log.h"

void trace_text(const struct net_peer *peer, char direction, struct slice text)
{
    if (!log_wants(LOG_TRACE))
        return;
    char name[NET_NAME_MAX], escaped[LOG_ESCAPED_MAX];
    log_trace("%s %c %s", net_peer_name(peer, name), direction,
              log_escaped(slice_until(text, '\r'), escaped));
}

static const char *opcode_name(uint8_t opcode)
{
    switch (opcode) {
    case WS_CONTINUATION: return "CONTINUATION";
    case WS_TEXT: return "TEXT";
    case WS_BINARY: return "BINARY";
    case WS_CLOSE: return "CLOSE";
    case WS_PING: return "PING";
    case WS_PONG: return "PONG";
    }
    return "reserved";
}

/* A close frame begins with its code, which is not text (5.5.1). */
static void spell_payload(const struct ws_frame *frame, struct slice payload,
                          char *text, size_t size)
{
    char escaped[LOG_ESCAPED_MAX];
    if (frame->opcode == WS_CLOSE && payload.size >= 2) {
        unsigned code =
            (unsigned)(uint8_t)payload.data[0] << 8 | (uint8_t)payload.data[1];
        payload = slice_from(payload, 2);
        snprintf(text, size, "%u \"%s\"", code, log_escaped(payload, escaped));
        return;
    }
    snprintf(text, size, "\"%s\"", log_escaped(payload, escaped));
}

void trace_frame(const struct net_peer *peer, char direction,
                 const struct ws_frame *frame, struct slice payload)
{
    if (!log_wants(LOG_TRACE))
        return;
    char name[NET_NAME_MAX], key[16] = "", text[LOG_ESCAPED_MAX + 16];
    if (frame->masked)
        snprintf(key, sizeof key, " key=%02x%02x%02x%02x", frame->key[0],
                 frame->key[1], frame->key[2], frame->key[3]);
    spell_payload(frame, payload, text, sizeof text);
    log_trace("%s %c FIN=%d RSV=%d%d%d opcode=%d %s MASK=%d%s length=%llu %s",
              net_peer_name(peer, name), direction, frame->fin,
              frame->rsv >> 2 & 1, frame->rsv >> 1 & 1, frame->rsv & 1,
              frame->opcode, opcode_name(frame->opcode), frame->masked, key,
              (unsigned long long)frame->size, text);
}

void trace_eio_packet(const struct net_peer *peer, char direction,
                      const struct eio_packet *packet)
{
    struct buf encoded = {0};
    if (!log_wants(LOG_TRACE))
        return;
    eio_append_packet(&encoded, packet);
    trace_text(peer, direction, buf_slice(&encoded));
    buf_free(&encoded);
}

void trace_eio_payload(const struct net_peer *peer, char direction,
                       struct slice payload)
{
    struct eio_payload packets = {.rest = payload};
    struct eio_packet packet;
    if (!log_wants(LOG_TRACE))
        return;
    while (eio_next(&packets, &packet) == EIO_PACKET)
        trace_eio_packet(peer, direction, &packet);
    buf_free(&packets.decoded);
}
