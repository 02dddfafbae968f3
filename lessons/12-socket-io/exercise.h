/* exercise.h -- packets of Socket.IO, their attachments, and who waits for
 * which acknowledgement (Socket.IO protocol 5).
 *
 *      2["hello",1,"two"]                          an event in the namespace /
 *      2/chat,17["hello"]                          in /chat; asks for answer 17
 *      3/chat,17["thanks"]                         that answer
 *      51-["data",{"_placeholder":true,"num":0}]   one attachment follows
 *      |||       |
 *      ||        payload: JSON, to the end
 *      |attachments, and a hyphen: types 5 and 6 only
 *      type
 *
 * Each is one message of Engine.IO, and each attachment is a binary one behind
 * it. common/json.h has json_is_valid() and json_type().
 */
#ifndef LESSONS_12_SOCKET_IO_EXERCISE_H
#define LESSONS_12_SOCKET_IO_EXERCISE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/slice.h"

enum packet_type {
    CONNECT = '0',
    DISCONNECT = '1',
    EVENT = '2',
    ACK = '3',
    CONNECT_ERROR = '4',
    BINARY_EVENT = '5',
    BINARY_ACK = '6',
};

enum {
    ATTACHMENTS_MAX = 10, /* of one packet; more are bad */
    WAITING_MAX = 4,      /* questions without an answer */
};

struct packet {
    enum packet_type type;
    struct slice nsp; /* "/" if the packet names none */
    bool has_id;
    uint64_t id;
    struct slice payload; /* JSON; empty: there is none */
    size_t attachments;   /* how many follow */
};

enum result {
    NOT_WRITTEN, /* what the starter says */
    NEED_MORE,   /* attachments are still to come */
    COMPLETE,
    BAD, /* the connection is to be closed */
};

/* Take a text apart; slices are parts of it. COMPLETE, or BAD:
 *   a type other than 0 to 6, or one of 5 and 6 without attachments (1 to
 *     ATTACHMENTS_MAX) and their hyphen
 *   an id that does not fit into 64 bits
 *   what stands behind is no JSON, or not what the type asks for: an array with
 *     a string in front for events, an array for acknowledgements, an object or
 *     nothing for CONNECT, an object for CONNECT_ERROR, nothing for DISCONNECT
 * A namespace begins with a slash and ends with a comma, which may be missing
 * where nothing follows. */
enum result packet_read(struct slice text, struct packet *packet);

/* Append the text of a packet, the shortest there is: no namespace for "/". */
void packet_append(struct buf *out, const struct packet *packet);

/* ------------------------------------------------------ attachments */

/* The receiving end of one connection. A zeroed one waits for a packet. */
struct receiver {
    struct packet packet;
    struct slice buffers[ATTACHMENTS_MAX]; /* borrowed */
    size_t received;                       /* of packet.attachments */
};

/* A message has come. COMPLETE: receiver->packet is here, with its attachments
 * in receiver->buffers in the order in which they came; the next call begins
 * with another packet. BAD: also a text where an attachment is due, and binary
 * where none is. What has come stays where it is until the packet is
 * complete. */
enum result receive(struct receiver *receiver, struct slice message,
                    bool is_binary);

/* ------------------------------------------------------ acknowledgements */

/* Who waits for an answer: each question gets the next id, from 0. */
struct questions {
    struct {
        bool is_waiting;
        uint64_t id;
        int who; /* of the user's */
    } list[WAITING_MAX];
    uint64_t next_id;
};

/* Note that `who` waits; *id is what its packet says. False: WAITING_MAX wait
 * already. */
bool questions_add(struct questions *questions, int who, uint64_t *id);

/* An answer has come: who waited for it? False: nobody does any more, because
 * it came before, or too late, or was never asked. */
bool questions_take(struct questions *questions, uint64_t id, int *who);

/* Too late: nobody waits for this one any more. */
void questions_give_up(struct questions *questions, uint64_t id);

#endif
