/* websocket.h -- one end of a WebSocket connection, without socket (RFC 6455).
 *
 * Bytes that arrived are read from `in`, bytes to send are appended to `out`,
 * and ws_next() turns the first into events. Pings are answered and the closing
 * handshake is completed here, because every endpoint must do both the same way
 * (5.5). The same code is client and server: `role` decides who masks (5.1).
 *
 *       0               1               2               3
 *       0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
 *      +-+-+-+-+-------+-+-------------+-------------------------------+
 *      |F|R|R|R| opcode|M| length (7)  | length (16 or 64), if 126/127 |
 *      |I|S|S|S|  (4)  |A|             |                               |
 *      |N|V|V|V|       |S|             | masking key (32), if MASK     |
 *      | |1|2|3|       |K|             | payload ...                   |
 *      +-+-+-+-+-------+-+-------------+-------------------------------+
 *
 * A payload is unmasked, checked and stored as it arrives, so that a frame
 * costs the same in one piece and in a million, and `in` never holds more than
 * a header or a control frame that is incomplete.
 */
#ifndef COMMON_WEBSOCKET_H
#define COMMON_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"
#include "common/utf8.h"

enum ws_role { WS_CLIENT, WS_SERVER };

/*  OPEN --close sent--> CLOSING --close received, or failed--> CLOSED
 *    \--------close received and answered, or failed-----------/     (7.1) */
enum ws_state { WS_OPEN, WS_CLOSING, WS_CLOSED };

/* What a frame is (11.8); those from WS_CLOSE on are control frames. */
enum ws_opcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
};

/* Why a connection ends (7.4.1). */
enum ws_close_code {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_UNSUPPORTED = 1003,
    WS_NO_STATUS = 1005, /* never sent: a close frame came without a code */
    WS_BAD_DATA = 1007,
    WS_POLICY = 1008,
    WS_TOO_BIG = 1009,
    WS_INTERNAL_ERROR = 1011,
    WS_TRY_AGAIN_LATER = 1013,
};

enum {
    WS_HEADER_MAX = 14,   /* bytes: 2, a length of 8, a key of 4 */
    WS_CONTROL_MAX = 125, /* bytes of a control frame's payload (5.5) */
    WS_REASON_MAX = 123,  /* of which a close frame's code takes 2 */
};

/* The header of a frame, as it is on the wire (5.2). */
struct ws_frame {
    uint64_t size; /* of the payload, as declared */
    uint8_t key[4];
    uint8_t opcode; /* enum ws_opcode, or one that is reserved */
    uint8_t rsv;    /* RSV1 is 4, RSV2 is 2, RSV3 is 1 */
    bool fin;
    bool masked;
};

enum ws_event_type {
    WS_NEED_MORE,      /* none, until more bytes arrive */
    WS_MESSAGE,        /* a whole message: opcode, payload */
    WS_FRAGMENT,       /* a frame of a message that goes on: opcode, payload */
    WS_CONTROL,        /* a ping (answered) or a pong: opcode, payload */
    WS_CLOSED_BY_PEER, /* a close (answered): close_code, payload: reason */
    WS_FAILED,         /* 7.1.7 (close sent): close_code, payload: cause */
};

struct ws_event {
    enum ws_event_type type;
    enum ws_opcode opcode; /* of a message WS_TEXT or WS_BINARY */
    struct slice payload;  /* borrowed, unmasked */
    uint16_t close_code;
};

struct ws {
    struct buf *in, *out;      /* borrowed */
    struct buf message;        /* what has come of it; while empty, its memory
                                  may be taken away or given */
    struct ws_frame frame;     /* whose payload is arriving, or the last */
    uint32_t missing;          /* bytes of that payload that have not come */
    uint32_t message_limit;    /* bytes; a longer one fails with 1009 */
    struct utf8 utf8;          /* how far a text message has been checked */
    uint8_t message_opcode;    /* WS_CONTINUATION: no message is under way */
    uint8_t role;              /* enum ws_role */
    uint8_t state;             /* enum ws_state */
    uint32_t (*new_key)(void); /* set by a client: 32 bits that nobody can
                                  predict (5.3), asked for before each frame */
};

/* Begin, in state WS_OPEN, with message_limit MESSAGE_MAX. `in` and `out` are
 * borrowed until ws_free(). A client sets ws->new_key too. */
void ws_init(struct ws *ws, enum ws_role role, struct buf *in, struct buf *out);

/* Free what is stored of a message; `in` and `out` stay their owner's. */
void ws_free(struct ws *ws);

/* Take the next event out of ws->in (5.4 to 5.6, 7.1); false when there is none
 * until more bytes arrive. event->payload is good until the next call and until
 * ws->in is appended to; ws->frame is the event's last frame. After
 * WS_CLOSED_BY_PEER and WS_FAILED the state is WS_CLOSED: flush ws->out and
 * hang up; whatever else arrives is dropped. Messages that arrive after our own
 * close frame are dropped too (1.4). */
bool ws_next(struct ws *ws, struct ws_event *event);

/* Has a message begun to arrive whose end is missing? */
bool ws_is_mid_message(const struct ws *ws);

/* Append one whole message, or a ping or pong of up to WS_CONTROL_MAX bytes.
 * Does nothing once a close frame was sent (5.5.1). The payload may be an
 * event's. */
void ws_send(struct ws *ws, enum ws_opcode opcode, struct slice payload);

/* Append one frame of a message in several (5.4): WS_CONTINUATION from the
 * second on, `fin` with the last. Does nothing once a close frame was sent. */
void ws_send_fragment(struct ws *ws, enum ws_opcode opcode, bool fin,
                      struct slice payload);

/* Append a close frame, unless one was sent already (5.5.1). `reason` is cut at
 * WS_REASON_MAX bytes, between characters. WS_NO_STATUS: without code and
 * reason. */
void ws_send_close(struct ws *ws, uint16_t code, struct slice reason);

/* Append only the header of a message of `size` bytes, which are sent behind it
 * from where they are. For servers, who do not mask. Does nothing and returns
 * false once a close frame was sent. */
bool ws_send_header(struct ws *ws, enum ws_opcode opcode, size_t size);

/* Append one unmasked frame: a message that a server encodes once and then
 * copies to all who want it. */
void ws_append_frame(struct buf *out, enum ws_opcode opcode,
                     struct slice payload);

/* Read the header at the head of `bytes`, without judging it. Returns its size,
 * or 0 if it is incomplete. */
size_t ws_read_header(struct slice bytes, struct ws_frame *frame);

/* XOR with the key, repeated; the same call masks and unmasks (5.3). `phase` is
 * how many bytes of the payload came before these. Returns whether all of them
 * are ASCII now. */
bool ws_mask(uint8_t *bytes, size_t size, const uint8_t key[4], size_t phase);

#endif
