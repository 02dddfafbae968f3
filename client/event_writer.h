/* event_writer.h -- what happens to a connection, a JSON object a line.
 *
 *      {"ev":"event","nsp":"/","event":"hello","args":[1]}
 */
#ifndef CLIENT_EVENT_WRITER_H
#define CLIENT_EVENT_WRITER_H

#include "client/input.h"
#include "client/output.h"
#include "client/socketio.h"

/* The user of the struct sio whose events it writes. */
struct event_writer {
    struct output output;
    struct input input; /* read on when what was said is sent */
    struct buf line;    /* that is being written; freed by its owner */
};

/* What a connection tells; it stops the loop when it is gone. */
extern const struct sio_handler event_writer_handler;

/* Write down what becomes of this socket, and acknowledge every event that asks
 * for it with its own arguments and "acked". */
void event_writer_watch(struct sio_socket *socket);

/* For sio_ask(): `user` is a tag, a JSON value with a NUL, which is freed. */
void event_writer_answer(struct sio_socket *socket,
                         const struct sio_args *answer, const char *why,
                         void *user);

/* Something was wrong with a command. */
void event_writer_error(struct event_writer *writer, const char *what);

#endif
