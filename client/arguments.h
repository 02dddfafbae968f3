/* arguments.h -- the arguments of events, as lines of JSON spell them.
 *
 *      1,{"$bin":"AQI="}   <->   1,{"_placeholder":true,"num":0}   buffers[0]
 *
 * A buffer may stand at any depth.
 */
#ifndef CLIENT_ARGUMENTS_H
#define CLIENT_ARGUMENTS_H

#include "common/socketio.h"

/* A zeroed one is empty. */
struct arguments {
    struct buf json;
    struct buf data; /* of the buffers, one behind the other */
    size_t sizes[SIO_ATTACHMENTS_MAX];
    struct slice buffers[SIO_ATTACHMENTS_MAX];
    size_t count; /* of buffers */
};

/* Add a valid JSON value. NULL, or what is wrong with it; static text. */
const char *arguments_add(struct arguments *arguments, struct slice value);

/* The same for each item of a valid array. */
const char *arguments_add_items(struct arguments *arguments,
                                struct slice array);

/* All of them; borrowed until the next change. */
struct sio_args arguments_get(struct arguments *arguments);

/* Free them, and leave none. */
void arguments_free(struct arguments *arguments);

/* Append values with commas between them, on one line, each buffer as
 * {"$bin":...}. */
void arguments_append(struct buf *out, const struct sio_args *args);

#endif
