/* net.h -- sockets: the system calls and what goes wrong with them
 * (POSIX.1-2008).
 *
 *      server   socket  bind  listen  accept -+- read and write
 *      client   socket  connect --------------+
 *
 * Every descriptor that is returned is non-blocking and closed on exec. Calls
 * that a signal interrupts are made again, and a peer that is gone is an error
 * (EPIPE), never SIGPIPE.
 */
#ifndef COMMON_NET_H
#define COMMON_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/slice.h"

struct addrinfo;

/* Who is at the other end, as accept(2) or connect(2) told. */
struct net_peer {
    uint16_t family; /* AF_INET, AF_INET6 or AF_UNIX */
    uint16_t port;
    uint8_t address[16]; /* the first 4 of them for AF_INET */
};

enum { NET_NAME_MAX = 64 };

/* "127.0.0.1:47504", "[::1]:47504" or "unix". Returns `name`. */
const char *net_peer_name(const struct net_peer *peer, char name[NET_NAME_MAX]);

/* Listen on a numeric address or a name, and a port (0: any free one). -1, with
 * the cause in `why` (static text), when it does not resolve, is in use, or is
 * none of this machine's. */
int net_listen(const char *address, const char *port, const char **why);

/* Listen on a Unix-domain socket. A socket file that nobody listens on any more
 * is replaced; nothing else is ever removed. -1 and the cause as above. */
int net_listen_unix(const char *path, const char **why);

/* The port that a listener got; 0 for a Unix-domain one. */
int net_port(int fd);

/* Take a connection that waits. -1 and errno: EAGAIN when there is none, EMFILE
 * or ENFILE when descriptors ran out. Connections that died while they waited
 * are passed over. */
int net_accept(int listener, struct net_peer *peer);

/* The addresses of `host`, to be tried in their order; freeaddrinfo(3) them.
 * Blocks while the name is looked up. NULL and the cause in `why`. */
struct addrinfo *net_resolve(const char *host, const char *port,
                             const char **why);

/* Begin to connect. The descriptor becomes writable when it is decided, and
 * then net_connect_error() tells the errno, 0 for success. -1 and errno when
 * the kernel refuses at once. */
int net_connect(const struct addrinfo *address, struct net_peer *peer);
int net_connect_unix(const char *path, struct net_peer *peer);
int net_connect_error(int fd);

/* recv(2): -1 and errno; EAGAIN when it would have to wait. */
ssize_t net_receive(int fd, void *bytes, size_t size);

/* send(2), as above; it may take less than all. net_send_parts() sends several
 * slices as if they were one (sendmsg(2)): as many as POSIX promises. Their
 * count is an int there and a size_t elsewhere; this one goes into both. */
enum { NET_PARTS_MAX = 16 };
ssize_t net_send(int fd, struct slice bytes);
ssize_t net_send_parts(int fd, const struct slice *parts, uint8_t count);

/* Say that nothing more will be sent; the peer reads to the end of what was. */
void net_end(int fd);

/* close(2) it; errno is kept. */
void net_close(int fd);

/* What a TCP connection has carried so far, headers of TCP and IP included,
 * as this side's kernel counts; all 0 where it does not tell (TCP_INFO is
 * Linux). */
struct net_traffic {
    uint64_t bytes_up, bytes_down;       /* that the application gave and got */
    uint64_t segments_up, segments_down; /* packets, empty ones too */
};
struct net_traffic net_traffic(int fd);

/* Add what a connection has carried to `sum`. */
void net_traffic_add(struct net_traffic *sum, int fd);

/* At most 256 bytes that nobody can guess (getrandom(2)). Ends the program when
 * the kernel has none. */
void net_random(void *bytes, size_t size);

#endif
