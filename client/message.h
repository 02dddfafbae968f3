/* message.h -- the messages of a channel, out of JSON (RFC 8259).
 *
 *      {"id":8,"time":1700000000123,"text":"hi"}      one, or an array of them
 *
 * Strict: what is not JSON, or lacks an id or a text, is no message. Members
 * that we do not know are skipped.
 */
#ifndef CLIENT_MESSAGE_H
#define CLIENT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/slice.h"

/* A message of a channel as the server sends it:
 * {"id":8,"time":1700000000123,"text":"hi"}, or "lost" instead of "text" when
 * the server says that messages are gone. Borrowed for the call. */
struct heard {
    uint64_t id;       /* 0: it has none, see is_raw */
    int64_t time_ms;   /* of the server's clock, since 1970 */
    struct slice text; /* unescaped */
    bool is_lost;      /* `text` is not a message but says what was lost */
    bool is_raw;    /* of another server: `text` is all that came, not JSON */
    bool is_binary; /* a binary WebSocket message, raw as well */
    struct slice json; /* the whole object, on one line; empty if raw */
};

/* Read the object that is all of `json`. The text is borrowed from `json` or,
 * if it had to be unescaped, from `scratch`, whose bytes are replaced. False:
 * it is no message, and *heard says nothing. */
bool message_read(struct slice json, struct buf *scratch, struct heard *heard);

/* Begin to read an array. False: `json` is none. */
bool message_array(struct slice json, struct json_cursor *array);

enum message_result {
    MESSAGE_READ, /* one more */
    MESSAGE_END,  /* that was the whole array */
    MESSAGE_BAD,  /* something else is in the array */
};

/* Take the next message off an array. The rest as message_read(). */
enum message_result message_next(struct json_cursor *array, struct buf *scratch,
                                 struct heard *heard);

/* Read {"id":8}, with whatever other members: what a POST is answered with. */
bool message_read_id(struct slice json, uint64_t *id);

#endif
