/* socketio.h -- packets, without the connection (Socket.IO protocol 5).
 *
 *      2["hello",1,"two"]                           an EVENT in the namespace /
 *      2/chat,17["hello"]                           in /chat; 17 asks for an
 *      3/chat,17["thanks"]                          acknowledgement
 *      51-["data",{"_placeholder":true,"num":0}]    one attachment follows
 *      ||   |     |
 *      ||   name  where buffers[0] stands in the arguments
 *      |number of attachments
 *      type
 *
 * Each is one message of Engine.IO, and each attachment is a binary message
 * behind it. Arguments stay JSON: they are judged once and handed on as they
 * are, so that numbers come back as they were written.
 */
#ifndef COMMON_SOCKETIO_H
#define COMMON_SOCKETIO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/limits.h"
#include "common/slice.h"

enum sio_type {
    SIO_CONNECT,    /* to a namespace; data: auth, or sid from the server */
    SIO_DISCONNECT, /* from a namespace */
    SIO_EVENT,
    SIO_ACK,
    SIO_CONNECT_ERROR, /* data: {"message":...,"data":...} */
    SIO_BINARY_EVENT,  /* only on the wire: an EVENT that has buffers */
    SIO_BINARY_ACK,
};

/* Arguments: JSON values with commas between them, as in `1,"two",{}`. Where
 * one holds {"_placeholder":true,"num":N}, buffers[N] is meant. All of it
 * borrowed. */
struct sio_args {
    struct slice json; /* empty: there are none */
    const struct slice *buffers;
    size_t buffer_count; /* at most SIO_ATTACHMENTS_MAX */
};

struct sio_packet {
    enum sio_type type;     /* none of SIO_BINARY_ */
    struct slice namespace; /* "/" and so on */
    bool has_id; /* EVENT: it asks for an acknowledgement; ACK: of whom */
    uint64_t id;
    struct slice event;   /* EVENT: the name, a JSON string or number */
    struct sio_args args; /* EVENT, ACK */
    struct slice data;    /* CONNECT, CONNECT_ERROR: a JSON object, or empty;
                             a CONNECT_ERROR's may be a string */
};

/* Is it a name that no event may have, because the API calls its own so? */
bool sio_is_reserved(struct slice event);

/* Append the packet as one text. Its buffers are sent behind it, each as a
 * binary message, by the caller. */
void sio_append_packet(struct buf *out, const struct sio_packet *packet);

/* The same for an EVENT whose name is a string of C, not yet JSON. */
void sio_append_event(struct buf *out, struct slice namespace,
                      const uint64_t *id, const char *event,
                      struct sio_args args);

/* The receiving end. A zeroed one waits for a packet. */
struct sio_decoder {
    struct buf text; /* of a packet whose attachments are not all here */
    struct buf data; /* of those that are, one behind the other */
    uint32_t sizes[SIO_ATTACHMENTS_MAX];
    struct slice buffers[SIO_ATTACHMENTS_MAX];
    uint8_t expected, received; /* attachments */
};

/* Free what it holds, and leave a zeroed one. */
void sio_decoder_free(struct sio_decoder *decoder);

enum sio_result {
    SIO_NEED_MORE, /* its attachments are still to come */
    SIO_PACKET,    /* here it is */
    SIO_BAD,       /* a parse error: close the connection */
};

/* Take a message of Engine.IO. What *packet points to is borrowed, from
 * `message` and the decoder, until the next call; nothing is allocated for a
 * packet that has no attachments. SIO_BAD: no packet of this protocol, an event
 * name that is reserved, a text where an attachment is due or the other way
 * round, over SIO_ATTACHMENTS_MAX or SIO_BUFFERS_MAX, a placeholder for a
 * buffer that is not there; *why is static text. */
enum sio_result sio_decode(struct sio_decoder *decoder, struct slice message,
                           bool is_binary, struct sio_packet *packet,
                           const char **why);

/* Build arguments: append one value to `json`, with a comma where one is due: a
 * valid JSON value, UTF-8 that becomes a string, or a number. */
void sio_add_json(struct buf *json, struct slice value);
void sio_add_text(struct buf *json, struct slice text);
void sio_add_number(struct buf *json, int64_t number);
/* The same with the placeholder of buffers[number]. */
void sio_add_buffer(struct buf *json, size_t number);

/* Take the next argument off args.json, which is then those behind it; false:
 * there is none. */
bool sio_next_arg(struct slice *json, struct slice *value);

/* Which buffer a value stands for; false: it is no placeholder. */
bool sio_buffer_of(struct slice value, const struct sio_args *args,
                   struct slice *buffer);

#endif
