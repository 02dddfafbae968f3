/* application.h -- what build/server does with events at /socket.io/.
 *
 *      /         auth (payload)               on connection: what CONNECT said
 *                message (...args)            answered: message-back (...args)
 *                message-with-ack (...args)   is acknowledged with (...args)
 *      /custom   auth (payload)
 *
 * They are what the suite of the protocol's authors asks of a server.
 */
#ifndef SERVER_APPLICATION_H
#define SERVER_APPLICATION_H

#include "server/socketio.h"

/* Set up its namespaces. */
void application_start(struct sio *io);

#endif
