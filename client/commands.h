/* commands.h -- the mode socketio, driven by another program.
 *
 * One JSON object a line, in and out.
 *
 *      in   {"cmd":"open","url":"http://127.0.0.1:8080","auth":{"token":1}}
 *      out  {"ev":"connect","nsp":"/","id":"d3Hk0x..."}
 *      in   {"cmd":"emit","event":"hello","args":[1,{"$bin":"AQID"}],"ack":"a"}
 *      out  {"ev":"ack","tag":"a","args":["thanks"]}
 *      in   {"cmd":"quit"}
 *
 *  open   url; nsp, auth, transports, path, query, headers, reconnection,
 *         reconnectionDelay, reconnectionDelayMax, randomizationFactor,
 *         reconnectionAttempts
 *  join   nsp; auth                    emit   event, args; nsp, ack (a tag),
 *  leave, connect   nsp                       timeout (ms), volatile
 *  quit
 *
 * Out come connect, event, ack, ack-error, connect_error, disconnect,
 * reconnect_attempt, reconnect, reconnect_failed, and error for a line that
 * makes no sense. An event that asks for an acknowledgement gets its own
 * arguments and "acked".
 */
#ifndef CLIENT_COMMANDS_H
#define CLIENT_COMMANDS_H

#include "client/options.h"
#include "client/outcome.h"

/* Do what standard input says until it says quit; connect first if there is a
 * URL on the command line. When the input ends, what is under way comes to its
 * end first, and what is heard meanwhile is written, but for no longer than
 * SIO_END_MS. Returns the exit status. */
enum outcome commands_run(const struct options *options, struct loop *loop);

#endif
