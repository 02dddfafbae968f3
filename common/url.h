/* url.h -- where a client is to go, and what a server was asked for (RFC 3986).
 *
 *      http://localhost:8080/polling?after=7#top
 *             |- host -|port|- path |-query-|fragment, which is never sent
 *             |- authority -|-- target -----|
 *
 * A client takes such a text apart with url_parse(). A server gets the target
 * alone (RFC 9112, 3.2), which http.h divides; url_query() looks into its
 * query.
 *
 * A Unix-domain socket has its path, percent-encoded, in the place of the host:
 * http+unix://%2Frun%2Fpush.sock/polling. No RFC says so, but other tools do.
 */
#ifndef COMMON_URL_H
#define COMMON_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

enum url_scheme {
    URL_HTTP,
    URL_WS, /* RFC 6455, 3 */
    URL_HTTP_UNIX,
};

/* Why a text is not a URL that we can go to. */
enum url_error {
    URL_OK,
    URL_BAD_CHARACTER, /* a blank, or what must be percent-encoded */
    URL_BAD_SCHEME,
    URL_NEEDS_TLS, /* https: and wss: */
    URL_HAS_USERINFO,
    URL_BAD_HOST,
    URL_BAD_PORT,
    URL_BAD_SOCKET, /* http+unix: not the path of a file */
};

/* The parts. Slices are borrowed from the text, or constants. */
struct url {
    enum url_scheme scheme;
    uint16_t port;          /* 80 if there was none; 0 for URL_HTTP_UNIX */
    struct slice authority; /* for a Host field: host, and port if given */
    struct slice host;      /* an IPv6 address is without its brackets; for
                             * URL_HTTP_UNIX url_decode() makes a path of it */
    struct slice path;      /* "/" if it was empty (RFC 9112, 3.2.1) */
    struct slice query;     /* what follows the "?"; data is NULL without one */
};

/* Take an absolute URL apart; without a scheme it is an http: one, so that
 * "localhost:8080" will do. *url is complete if the result is URL_OK, and
 * says nothing otherwise. Strict: a path or query that is URL_OK holds only
 * characters that RFC 3986, 3.3 and 3.4 allow, and can stand in a request
 * line as it is. */
enum url_error url_parse(struct slice text, struct url *url);

/* A sentence for people: what is wrong with the URL, and what would help. */
const char *url_error_text(enum url_error error);

/* Append path and query as a request line has them (RFC 9112, 3.2.1). */
void url_target(const struct url *url, struct buf *out);

/* Find the first `name=value` or `name` among those that "&" separates in a
 * query. *value is borrowed from it and still percent-encoded; empty for a bare
 * name. Returns whether there was one; *value is untouched if not. */
bool url_query(struct slice query, const char *name, struct slice *value);

/* Append the bytes that a percent-encoded text stands for (RFC 3986, 2.1);
 * "+" is a plus. Returns false, having appended nothing, if two hexadecimal
 * digits are missing after a "%", or if there is a NUL, which would cut off
 * a C string. */
bool url_decode(struct slice text, struct buf *out);

/* Append `text` with everything percent-encoded but unreserved characters
 * (RFC 3986, 2.3). */
void url_encode(struct slice text, struct buf *out);

/* Read a whole text of decimal digits. Returns false, and leaves *number
 * alone, for anything else: an empty text, a sign, a blank, more than 64
 * bits. */
bool url_number(struct slice text, uint64_t *number);

#endif
