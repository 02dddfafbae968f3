/* web_server.h -- the server under test, and a client that is no browser.
 *
 * Others publish while the browser listens: that is what server push is for.
 */
#ifndef TESTS_BROWSER_WEB_SERVER_H
#define TESTS_BROWSER_WEB_SERVER_H

#include "tests/browser/process.h"

struct web_server {
    struct process process;
    bool is_ending;
    int port;
    char origin[32]; /* "http://127.0.0.1:8080" */
};

struct web_server_options {
    const char *program, *backend;
    const char *option, *value; /* one more; NULL: none */
    int port;                   /* 0: any free one */
};

/* Start it, and wait until it listens. */
bool web_server_start(struct web_server *server,
                      const struct web_server_options *options);

/* Ask it to shut down, as an operator does, and once only; then wait until it
 * has. Returns its exit status. */
void web_server_ask_to_end(struct web_server *server);
int web_server_end(struct web_server *server);

/* One request on a connection of its own. `body` is sent, unless it is NULL.
 * Returns the status, or -1 when there was no answer, whose body is appended to
 * `answer`. */
int web_server_request(const struct web_server *server, const char *method,
                       const char *target, const char *body,
                       struct buf *answer);

#endif
