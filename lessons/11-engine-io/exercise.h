/* exercise.h -- payloads, and the client's half of the upgrade (Engine.IO
 * protocol 4).
 *
 *      4hello <1E> 2 <1E> bAQIDBA==      three packets in one body of HTTP
 *
 *      GET            the poll that waits
 *                     2probe -->
 *                                <-- 3probe     no new request from here on;
 *      <-- 6          the poll comes back       what is under way comes back
 *                     5 -->                     then, and not before
 *                     4hello -->                all goes this way
 *
 * common/base64.h has base64_decode(); common/buf.h and common/slice.h are
 * there as well.
 */
#ifndef LESSONS_11_ENGINE_IO_EXERCISE_H
#define LESSONS_11_ENGINE_IO_EXERCISE_H

#include <stdbool.h>

#include "common/base64.h"
#include "common/buf.h"
#include "common/slice.h"

/* ------------------------------------------------------ payloads */

enum {
    PACKETS_MAX = 16,         /* in one payload; more of them are bad */
    PAYLOAD_BAD = -1,         /* what payload_decode() says of one */
    PAYLOAD_NOT_WRITTEN = -2, /* what the starter says */
};

struct packet {
    char type;         /* '0' to '6' */
    bool is_binary;    /* then the type is '4' */
    struct slice data; /* behind the type */
};

/* Take a payload apart and return how many packets it has. A record separator
 * (0x1e) stands between two; behind each separator there is a packet. One that
 * begins with 'b' is a binary message in base64, which you decode into `room`:
 * it has as many bytes as the payload, and all of them may be needed by several
 * packets together. Every other one is its type and its data, which is a part
 * of `payload`. PAYLOAD_BAD: a packet is empty, has no type of '0' to '6' or no
 * base64, or there are too many. */
int payload_decode(struct slice payload, uint8_t *room,
                   struct packet packets[PACKETS_MAX]);

/* ------------------------------------------------------ the upgrade */

/* What the session can have sent; the test has written these. */
struct link;
void link_get(struct link *link); /* the next poll; one at a time */
void link_post(struct link *link, struct slice payload);  /* one at a time */
void link_frame(struct link *link, struct slice packet);  /* after the 101 */
void link_heard(struct link *link, struct slice message); /* to the user */

enum stage {
    POLLING,  /* no WebSocket, or not one that was probed */
    PROBING,  /* 2probe is under way, and polling goes on */
    PAUSING,  /* 3probe came: what is under way has to come back first */
    UPGRADED, /* 5 was sent */
};

struct session {
    struct link *link; /* borrowed */
    enum stage stage;
    bool is_getting, is_posting; /* a request is under way */
    struct buf waiting; /* a payload that could not be sent yet; freed by the
                           test */
};

/* The handshake is done: ask for what the server has to say. The session is
 * zeroed but for its link. */
void session_opened(struct session *session);

/* Send a text as a message: at once if that may be, or as soon as it may. What
 * waits for a POST is one payload; over WebSocket each packet is a frame. */
void session_say(struct session *session, struct slice text);

/* The poll was answered, with packets of type '4' for the user and others that
 * are for nobody; or the POST was. */
void session_got(struct session *session, struct slice payload);
void session_posted(struct session *session);

/* The WebSocket is open: probe it. A packet came over it. It is gone; when it
 * was only probed, polling goes on as if it had never been. */
void session_websocket_opened(struct session *session);
void session_frame(struct session *session, struct slice packet);
void session_websocket_failed(struct session *session);

#endif
