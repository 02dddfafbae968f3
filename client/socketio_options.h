/* socketio_options.h -- the command line of a connection of Socket.IO. */
#ifndef CLIENT_SOCKETIO_OPTIONS_H
#define CLIENT_SOCKETIO_OPTIONS_H

#include "client/options.h"
#include "client/socketio.h"

/* Ends the program with OUTCOME_USAGE if they make no sense. */
void socketio_check_options(const struct event_options *events);

/* Read the command line; the result borrows from `options`. */
struct sio_options socketio_options(const struct options *options);

/* Can it be the name of a namespace, or the path of a request? Both begin with
 * a slash; a comma would end the first, a blank the second. */
bool socketio_is_namespace(const char *name);
bool socketio_is_path(const char *path);

/* Append the namespace, with a NUL: as given, or else the path of the URL. */
void socketio_append_namespace(const char *given, const struct url *url,
                               struct buf *out);

#endif
