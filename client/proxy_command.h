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

/* Run it, with %h and %p in it replaced by the host and port of the URL, and %%
 * by a percent sign. Returns our end, which is non-blocking and closed on exec,
 * and the child's pid; -1 and errno. */
int proxy_command_start(const char *command, const struct url *url, pid_t *pid);

/* End the child, if it has not ended by itself, and wait for that. */
void proxy_command_end(pid_t pid);

#endif
