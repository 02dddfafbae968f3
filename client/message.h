/* message.h -- the messages of a channel, out of JSON (RFC 8259).
 *
 *      {"id":8,"time":1700000000123,"text":"hi"}      one, or an array of them
 *
 * Strict: what is not JSON, or lacks an id or a text, is no message. Members
 * that we do not know are skipped, if they are strings, numbers, true, false or
 * null.
 */
#ifndef CLIENT_MESSAGE_H
#define CLIENT_MESSAGE_H

#include <stdbool.h>

#include "client/role.h"
#include "common/buf.h"
#include "common/slice.h"

/* Read the object that is all of `json`. The text is borrowed from `json` or,
 * if it had to be unescaped, from `scratch`, whose bytes are replaced. False:
 * it is no message, and *heard says nothing. */
bool message_read(struct slice json, struct buf *scratch, struct heard *heard);

/* An array that is being read: set `rest` to all of it. */
struct message_array {
    struct slice rest;
    bool has_begun;
};

enum message_result {
    MESSAGE_READ, /* one more */
    MESSAGE_END,  /* that was the whole array */
    MESSAGE_BAD,  /* no array of messages */
};

/* Take the next message off an array. The rest as message_read(). */
enum message_result message_next(struct message_array *array,
                                 struct buf *scratch, struct heard *heard);

/* Read {"id":8}, with whatever other members: what a POST is answered with. */
bool message_read_id(struct slice json, uint64_t *id);

/* Append `text`, which is UTF-8, as a JSON string with its quotes. */
void message_append_string(struct buf *out, struct slice text);

#endif
