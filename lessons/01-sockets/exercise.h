/* exercise.h -- sockets by name, and all of the bytes.
 *
 *      listen_on()   getaddrinfo  socket  setsockopt  bind  listen
 *      connect_to()  getaddrinfo  connect_first()
 *      connect_first()            socket  connect     (the next address if not)
 *      send_all()    send  poll  send ...
 *
 * When one of these returns -1, errno says why, and no descriptor is left open.
 */
#ifndef LESSONS_01_SOCKETS_EXERCISE_H
#define LESSONS_01_SOCKETS_EXERCISE_H

#include "common/slice.h"

struct addrinfo;

enum { NOT_WRITTEN = -2 };

/* A descriptor that listens on this address, "127.0.0.1" or "::1", and port,
 * "0" for any free one. It does so even when old connections of that port are
 * not forgotten yet (SO_REUSEADDR). -1: a name that is unknown (EINVAL), or
 * what socket, bind or listen say. */
int listen_on(const char *address, const char *port);

/* A descriptor that is connected to the first of these addresses that takes us;
 * a host may have several (ai_next). They are tried in their order, each with a
 * socket of its own family. -1: what the last one said. */
int connect_first(const struct addrinfo *addresses);

/* The same for the addresses of a host, and a port. NULL is this machine, as
 * getaddrinfo(3) has it. -1: a name that is unknown (EINVAL), or as above. */
int connect_to(const char *host, const char *port);

/* Send all of the bytes, however few of them the kernel takes at a time. The
 * descriptor may be non-blocking: then poll(2) until there is room. 0, or -1
 * when that fails: the other side is gone (EPIPE, and no signal SIGPIPE:
 * MSG_NOSIGNAL), or it was no socket. */
int send_all(int fd, struct slice bytes);

#endif
