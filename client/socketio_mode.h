/* socketio_mode.h -- the mode socketio: lines are emitted, events are lines.
 *
 *      in     hello 1 {"two":3}        or ["hello",1,{"two":3}]
 *      out    ["news","text",{"$bin":"AQID"}]
 *             {"ack":["an answer"]}
 */
#ifndef CLIENT_SOCKETIO_MODE_H
#define CLIENT_SOCKETIO_MODE_H

#include "client/options.h"
#include "client/outcome.h"

/* Do it, until it ends, and return the exit status. What asks for an
 * acknowledgement gets an empty one. */
enum outcome socketio_run(const struct options *options, struct loop *loop);

#endif
