/* ws_conn.h -- a connection that speaks WebSocket: the codec, driven (RFC
 * 6455).
 *
 *      conn --bytes--> ws_next() --event--> handler --ws_conn_send--> conn
 *
 * The codec knows no clock and no socket; here is what needs them: pings of our
 * own and patience with their pongs, time for a message to become complete and
 * for the answer to a close frame, and the lines of the trace. Client and
 * server use the same pump.
 */
#ifndef COMMON_WS_CONN_H
#define COMMON_WS_CONN_H

#include "common/conn.h"
#include "common/websocket.h"

struct ws_conn;

/* Whoever uses the messages. */
struct ws_handler {
    const char *name;
    /* WS_TEXT or WS_BINARY; the payload is borrowed for the call. */
    void (*on_message)(struct ws_conn *ws_conn, enum ws_opcode opcode,
                       struct slice payload);
    /* `out` has room again after conn_is_full(). NULL: never mind. */
    void (*on_drained)(struct ws_conn *ws_conn);
    /* A close frame came: ws_conn->close_code, and this reason, borrowed for the
     * call (7.1.6). on_closed follows. NULL: never mind. */
    void (*on_close_frame)(struct ws_conn *ws_conn, struct slice reason);
    /* The last call: ws_conn->close_code is the peer's code, 1006 when it sent
     * no close frame (7.1.5); conn->why says more. Free ws_conn->user here. */
    void (*on_closed)(struct ws_conn *ws_conn);
};

/* How long we wait, in milliseconds; 0: no pings. One for a whole server. */
struct ws_patience {
    int ping_interval_ms; /* of silence, then we ping */
    int ping_timeout_ms;  /* until the pong or anything else */
};

struct ws_conn {
    struct conn *conn;
    const struct ws_handler *handler;
    const struct ws_patience *patience; /* borrowed, as long as we live */
    void *user;                         /* the handler's own */
    struct ws ws;
    struct timer timer;
    int64_t heard_ms; /* when the peer last sent anything */
    int64_t
        message_ms; /* when the unfinished message began; 0: there is none */
    uint16_t close_code; /* received, or 1006 */
    bool is_pinged;      /* our ping has had no answer yet */
};

/* Make `conn` speak WebSocket from now on, after the 101. The ws_conn is freed
 * after on_closed. `message_limit` in bytes: a longer message is refused with
 * 1009. Bytes that are in conn->in already are handled by a conn_resume() of
 * the caller's. */
struct ws_conn *ws_conn_new(struct conn *conn, enum ws_role role,
                            const struct ws_handler *handler,
                            const struct ws_patience *patience,
                            uint32_t message_limit);

/* Send one message. Nothing happens once the connection closes. */
void ws_conn_send(struct ws_conn *ws_conn, enum ws_opcode opcode,
                  struct slice payload);

/* Send frames that ws_append_frame() encoded for many (server only). */
void ws_conn_send_frames(struct ws_conn *ws_conn, struct slice frames);

/* Begin the closing handshake: close frame, CLOSING_MS for the answer, end. */
void ws_conn_close(struct ws_conn *ws_conn, uint16_t code, const char *reason);

#endif
