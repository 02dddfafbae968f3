/* open_command.h -- the command `open`: where to connect, and how.
 *
 *      {"cmd":"open","url":"http://127.0.0.1:8080/chat","auth":{"token":1},
 *       "transports":["polling"],"query":{"room":"x"},"headers":{"X-A":"1"},
 *       "reconnectionDelay":100}
 *
 * As in JavaScript, the path of the URL is the namespace, unless there is an
 * nsp.
 */
#ifndef CLIENT_OPEN_COMMAND_H
#define CLIENT_OPEN_COMMAND_H

#include "client/options.h"
#include "client/socketio.h"

/* Everything that the options of a connection borrow. */
struct open_command {
    struct buf url_text, namespace, auth, path, query;
    struct url url;
    const char *fields[OPTION_LIST_MAX + 1]; /* each to be freed */
    struct sio_options options;
    bool has_own_fields;
};

/* Read a valid JSON object. What it does not say is as on the command line.
 * NULL, or what is wrong with it; static text. Free it in any case. */
const char *open_command_read(struct open_command *open,
                              const struct options *options,
                              struct slice command);

/* The same as the command line alone says it. */
void open_command_from_options(struct open_command *open,
                               const struct options *options);

/* Free what it holds, and leave a zeroed one. */
void open_command_free(struct open_command *open);

/* Append the characters of a valid JSON string. */
void open_command_append_text(struct slice string, struct buf *out);

#endif
