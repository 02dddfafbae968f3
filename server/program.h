/* program.h -- the server as a program: options, signals, the first line.
 *
 * Other programs use it with applications of their own:
 *
 *      int main(int argc, char **argv)
 *      {
 *          return server_program(argc, argv, set_up);
 *      }
 */
#ifndef SERVER_PROGRAM_H
#define SERVER_PROGRAM_H

#include "server/socketio.h"

/* Run a server until a signal ends it, and return the exit status. `set_up` is
 * called once, before anybody can connect. */
int server_program(int argc, char **argv, void (*set_up)(struct sio *io));

#endif
