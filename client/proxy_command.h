/* proxy_command.h -- a command that carries the bytes, as ssh's ProxyCommand.
 *
 *      client <--socketpair--> standard input and output of sh -c COMMAND
 *
 * `openssl s_client -quiet -connect %h:%p` speaks TLS for us, `nc -X connect
 * ...` goes through a proxy, `ssh gate nc %h %p` into another network.
 */
#ifndef CLIENT_PROXY_COMMAND_H
#define CLIENT_PROXY_COMMAND_H

#include <sys/types.h>

#include "common/url.h"

/* The exit status of a shell that does not find the command (POSIX, 2.8.2). */
enum { PROXY_COMMAND_MISSING = 127 };

/* Run it, with %h and %p in it replaced by the host and port of the URL, and %%
 * by a percent sign. Returns our end, which is non-blocking and closed on exec,
 * and the child's pid; -1 and errno. A command that cannot be run ends at once
 * with PROXY_COMMAND_MISSING. */
int proxy_command_start(const char *command, const struct url *url, pid_t *pid);

/* End the child, if it has not ended by itself, and wait for that. Returns its
 * exit status; -1: a signal ended it. */
int proxy_command_end(pid_t pid);

#endif
