/* devtools.h -- a browser on a wire: the DevTools protocol over our WebSocket.
 *
 *      > {"id":7,"sessionId":"5A..","method":"Runtime.evaluate","params":{..}}
 *      < {"sessionId":"5A..","method":"Log.entryAdded","params":{..}}
 *      < {"id":7,"sessionId":"5A..","result":{"result":{"value":"Grüße"}}}
 *
 * One connection carries the sessions of all pages. Commands are answered one
 * after the other; what the browser says in between is looked through for
 * complaints: exceptions, errors on the console, violations of a page's policy.
 */
#ifndef TESTS_BROWSER_DEVTOOLS_H
#define TESTS_BROWSER_DEVTOOLS_H

#include "common/websocket.h"
#include "tests/browser/chromium.h"

struct page;

struct devtools {
    struct chromium chromium;
    int fd; /* -1: not connected */
    struct buf in, out;
    struct ws ws;
    unsigned last_id;   /* of a command */
    struct page *pages; /* that are open */
};

/* A window with a page in it; the struct is the caller's. It shares nothing
 * with other windows: neither cookies nor cache nor connections. */
struct page {
    struct devtools *devtools; /* NULL: not open */
    struct page *next;
    char context[64], target[64], session[64];
    struct buf complaints; /* a line each */
};

/* Start a browser and connect to it. False when that can't be done; call
 * devtools_stop() in any case. */
bool devtools_start(struct devtools *devtools, const char *program);

/* Close the browser, wait until it has gone, and remove what it left behind. */
void devtools_stop(struct devtools *devtools);

/* Send a command, to the page or, with NULL, to the browser. `params` is a JSON
 * object, without data: none. Appends to `result` the answer as it is written,
 * or, and then returns false, what went wrong. `result` may be NULL. */
bool devtools_command(struct devtools *devtools, const struct page *page,
                      const char *method, struct slice params,
                      struct buf *result);

/* Open a window and load a page, to the end. False when that fails: then the
 * reason is among the page's complaints. page_close() it in any case. */
bool page_open(struct devtools *devtools, struct page *page, const char *url);

/* Load another page in the window. */
bool page_load(struct page *page, const char *url);

/* Evaluate a JavaScript expression and, if it gives a promise, wait for that.
 * Appends the value to `value`: of a string its characters, of anything else
 * its JSON. False when it throws, or isn't decided in time: then `value` says
 * so. */
bool page_evaluate(struct page *page, struct slice expression,
                   struct buf *value);

/* Close the window and its connections. No-op when it isn't open. */
void page_close(struct page *page);

#endif
