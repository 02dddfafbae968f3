/* exercise.h -- frames of a WebSocket, written and read (RFC 6455, 5).
 *
 *      bytes   81 85 37 fa 21 3d 7f 9f 4d 51 58         from a client: "Hello"
 *              |  |  |key------| |payload-----|
 *              |  MASK 1, length 5
 *              FIN 1, RSV 000, opcode 1
 *
 *      frames  text, goes on | ping | goes on | last  ->  a control, a message
 *
 * common/websocket.h draws the header. It does all this for the real programs:
 * look there afterwards. common/utf8.h may be used.
 */
#ifndef LESSONS_08_WEBSOCKET_FRAMES_EXERCISE_H
#define LESSONS_08_WEBSOCKET_FRAMES_EXERCISE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

enum role { CLIENT, SERVER };

enum opcode {
    CONTINUATION = 0,
    TEXT = 1,
    BINARY = 2,
    CLOSE = 8,
    PING = 9,
    PONG = 10,
};

enum close_code {
    PROTOCOL_ERROR = 1002,
    NO_STATUS = 1005, /* a close frame came without a code */
    BAD_DATA = 1007,
};

struct frame {
    bool fin;
    enum opcode opcode;
    uint8_t key[4];       /* for a client, who masks; a server does not (5.1) */
    struct slice payload; /* as the application gave it */
};

/* Append the frame as one of this role sends it: the length in its shortest
 * form, in network order (5.2), the payload masked by a client alone (5.3). */
void encode_frame(struct buf *out, enum role role, const struct frame *frame);

/* One end of a connection that receives. All fields but role, which is whose
 * end it is, begin zeroed. */
struct decoder {
    enum role role;
    struct buf in;      /* bytes arrive here, as the network cuts them */
    struct buf message; /* yours: fragments that came so far; emptied when the
                           next message begins, and freed by the test */
    enum opcode opcode; /* yours: of the message that has begun */
};

enum event_type {
    NOT_WRITTEN = -1,
    NEED_MORE, /* no event in what is there, also behind a fragment */
    MESSAGE,   /* all of it: opcode TEXT or BINARY, payload */
    CONTROL,   /* a ping or a pong, at once: opcode, payload */
    CLOSED,    /* a close frame: code, or NO_STATUS; payload: the reason */
    FAILED,    /* the peer broke a rule: code */
};

struct event {
    enum event_type type;
    enum opcode opcode;
    int code;
    struct slice payload; /* unmasked; good until the next call */
};

/* Take the next event out of decoder->in. The test calls it until it says
 * NEED_MORE, and no more after CLOSED and FAILED. A fragment that does not end
 * its message is no event: go on with the frame behind it.
 *
 * FAILED with PROTOCOL_ERROR: a reserved bit or opcode, the wrong one masks
 * (5.1), a length not in its shortest form or over 63 bits (5.2), a control
 * frame that is fragmented or over 125 bytes (5.5), a continuation of no
 * message, a new message inside another (5.4), a close frame of one byte
 * (5.5.1), or with a code that may not be sent (7.4): 1000 to 1003, 1007 to
 * 1014 and 3000 to 4999 may. FAILED with BAD_DATA: a text message or a reason
 * is not UTF-8 (8.1). */
struct event decode_next(struct decoder *decoder);

#endif
