/* engineio.h -- packets, and how they travel (Engine.IO protocol 4).
 *
 *      4hello                            a packet: its type, its data
 *      4hello <1E> 2 <1E> bAQIDBA==      a payload: three of them
 *
 * Over WebSocket each packet is a message; one that is binary is a binary
 * message and has no type, because only messages are binary. Over HTTP a body
 * is a payload of several, with a record separator between two, and what is
 * binary goes as base64 behind a `b`.
 */
#ifndef COMMON_ENGINEIO_H
#define COMMON_ENGINEIO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

enum eio_type {
    EIO_OPEN = '0',    /* the handshake, from the server */
    EIO_CLOSE = '1',   /* this session ends */
    EIO_PING = '2',    /* from the server; from a client that probes: "probe" */
    EIO_PONG = '3',    /* and the answer */
    EIO_MESSAGE = '4', /* what it is all for */
    EIO_UPGRADE = '5', /* the probe went well: we go on over there */
    EIO_NOOP = '6',    /* nothing, to end a poll that waits */
};

struct eio_packet {
    enum eio_type type;
    bool is_binary;    /* a message only */
    struct slice data; /* behind the type */
};

/* Read the packet that a WebSocket message is; its data is borrowed from it.
 * False: it has no type, or one that there is not. */
bool eio_read_packet(struct slice message, bool is_binary,
                     struct eio_packet *packet);

/* A payload that is being read: set `rest` to all of it. */
struct eio_payload {
    struct slice rest;
    struct buf decoded; /* the last binary packet; buf_free() it at the end */
    bool has_begun;
};

enum eio_result {
    EIO_PACKET, /* one more */
    EIO_END,    /* that was all of it */
    EIO_BAD,    /* no payload from here on: empty packet, type or base64 */
};

/* Take the next packet off a payload; its data is borrowed until the next
 * call. */
enum eio_result eio_next(struct eio_payload *payload,
                         struct eio_packet *packet);

/* Append a packet to a payload, behind those that are there. */
void eio_append_packet(struct buf *payload, const struct eio_packet *packet);

/* How many bytes it takes there, without a separator. */
size_t eio_packet_size(const struct eio_packet *packet);

/* The data of the open packet. */
struct eio_handshake {
    struct slice sid;     /* of the session */
    bool may_upgrade;     /* "websocket" is among the upgrades */
    int ping_interval_ms; /* between a pong and the next ping */
    int ping_timeout_ms;  /* for the pong */
    uint32_t max_payload; /* bytes of one body or message that we accept */
};

/* Append it as a JSON object; the sid stands there as it is. */
void eio_append_handshake(struct buf *out,
                          const struct eio_handshake *handshake);

/* Read it; the sid is borrowed from `json`. A number that is left out is 0, one
 * that is too large the largest. False: it is no JSON object, the sid is no
 * string, empty, or had to be escaped, or a number is none. */
bool eio_read_handshake(struct slice json, struct eio_handshake *handshake);

#endif
