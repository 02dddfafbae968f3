#include "common/url.h"

#include "common/hex.h"

enum { HTTP_PORT = 80 }; /* RFC 9110, 4.2.1; RFC 6455, 3 */

static bool is_one_of(char byte, const char *set)
{
    for (; *set != '\0'; set++) {
        if (byte == *set)
            return true;
    }
    return false;
}

/* Take the bytes before the first of `stops` off *rest; all if there is no
 * stop. */
static struct slice take_until(const char *stops, struct slice *rest)
{
    size_t size = 0;
    while (size < rest->size && !is_one_of(rest->data[size], stops))
        size++;
    struct slice taken = {rest->data, size};
    *rest = slice_from(*rest, size);
    return taken;
}

static bool is_alpha(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_unreserved(char byte) /* RFC 3986, 2.3 */
{
    return is_alpha(byte) || is_digit(byte) || is_one_of(byte, "-._~");
}

/* Is there a well-formed "%" and two digits at the head (2.1)? */
static bool is_escape(struct slice text)
{
    return text.size >= 3 && text.data[0] == '%' &&
           hex_value(text.data[1]) >= 0 && hex_value(text.data[2]) >= 0;
}

/* Are there only unreserved characters and `others`? If those contain "%",
 * it is allowed as part of an escape. */
static bool is_made_of(struct slice text, const char *others)
{
    for (; text.size > 0; text = slice_from(text, 1)) {
        char byte = text.data[0];
        if (!is_unreserved(byte) && !is_one_of(byte, others))
            return false;
        if (byte == '%' && !is_escape(text))
            return false;
    }
    return true;
}

/* Is every byte a printable character of ASCII? */
static bool is_printable(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    }
    return true;
}

/* The size of what stands before "://" if that is a scheme (3.1), else 0. */
static size_t scheme_size(struct slice text)
{
    struct slice rest = text;
    struct slice scheme = take_until(":", &rest);
    bool is_scheme = scheme.size > 0 && is_alpha(scheme.data[0]) &&
                     slice_starts_with(rest, "://");
    for (size_t i = 0; i < scheme.size; i++) {
        char byte = scheme.data[i];
        is_scheme &= is_alpha(byte) || is_digit(byte) || is_one_of(byte, "+-.");
    }
    return is_scheme ? scheme.size : 0;
}

static enum url_error take_scheme(struct slice *rest, struct url *url)
{
    struct slice scheme = {rest->data, scheme_size(*rest)};
    if (scheme.size == 0)
        scheme = slice_of("http");
    else
        slice_skip(rest, scheme.size + strlen("://"));

    if (slice_is_any_case(scheme, "https") || slice_is_any_case(scheme, "wss"))
        return URL_NEEDS_TLS;
    if (slice_is_any_case(scheme, "http"))
        url->scheme = URL_HTTP;
    else if (slice_is_any_case(scheme, "ws"))
        url->scheme = URL_WS;
    else if (slice_is_any_case(scheme, "http+unix"))
        url->scheme = URL_HTTP_UNIX;
    else
        return URL_BAD_SCHEME;
    return URL_OK;
}

/* `rest` is what follows a host: nothing, or a colon and a port (3.2.3). */
static enum url_error parse_port(struct slice rest, struct url *url)
{
    uint64_t port = HTTP_PORT;
    if (rest.size > 0 &&
        (rest.data[0] != ':' || !url_number(slice_from(rest, 1), &port)))
        return URL_BAD_PORT;
    if (port == 0 || port > UINT16_MAX)
        return URL_BAD_PORT;
    url->port = (uint16_t)port;
    return URL_OK;
}

/* [address]:port (3.2.2). Whether it is an address is for getaddrinfo(3) to
 * say. */
static enum url_error parse_ipv6(struct slice authority, struct url *url)
{
    struct slice rest = slice_from(authority, 1);
    url->host = take_until("]", &rest);
    if (rest.size == 0 || url->host.size == 0)
        return URL_BAD_HOST;
    for (size_t i = 0; i < url->host.size; i++) {
        char byte = url->host.data[i];
        if (hex_value(byte) < 0 && !is_one_of(byte, ":."))
            return URL_BAD_HOST;
    }
    return parse_port(slice_from(rest, 1), url);
}

static enum url_error parse_authority(struct slice authority, struct url *url)
{
    struct slice rest = authority;
    url->authority = authority;
    if (take_until("@", &rest).size < authority.size)
        return URL_HAS_USERINFO;
    if (slice_starts_with(authority, "["))
        return parse_ipv6(authority, url);
    rest = authority;
    url->host = take_until(":", &rest);
    if (url->host.size == 0 || !is_made_of(url->host, "!$&'()*+,;="))
        return URL_BAD_HOST; /* empty: RFC 9110, 4.2.1 */
    return parse_port(rest, url);
}

static enum url_error parse_socket(struct slice authority, struct url *url)
{
    struct buf path = {0};
    url->authority = slice_of("localhost");
    url->host = authority;
    url->port = 0;
    bool is_path = authority.size > 0 && is_made_of(authority, "%") &&
                   url_decode(authority, &path);
    buf_free(&path);
    return is_path ? URL_OK : URL_BAD_SOCKET;
}

static enum url_error parse_target(struct slice target, struct url *url)
{
    url->path = take_until("?", &target);
    url->query = target.size > 0 ? slice_from(target, 1) : (struct slice){0};
    if (url->path.size == 0)
        url->path = slice_of("/");
    if (!is_made_of(url->path, "%!$&'()*+,;=:@/") ||
        !is_made_of(url->query, "%!$&'()*+,;=:@/?"))
        return URL_BAD_CHARACTER;
    return URL_OK;
}

enum url_error url_parse(struct slice text, struct url *url)
{
    if (!is_printable(text))
        return URL_BAD_CHARACTER;
    struct slice rest = take_until("#", &text);
    enum url_error error = take_scheme(&rest, url);
    if (error != URL_OK)
        return error;
    struct slice authority = take_until("/?", &rest);
    error = url->scheme == URL_HTTP_UNIX ? parse_socket(authority, url)
                                         : parse_authority(authority, url);
    return error != URL_OK ? error : parse_target(rest, url);
}

const char *url_error_text(enum url_error error)
{
    switch (error) {
    case URL_OK: return "the URL is good";
    case URL_BAD_CHARACTER:
        return "a character in the URL must be percent-encoded (a blank is "
               "%20)";
    case URL_BAD_SCHEME:
        return "the URL must begin with http://, ws:// or http+unix://";
    case URL_NEEDS_TLS:
        return "TLS is not spoken here: use --proxy-command, or a proxy that "
               "speaks it";
    case URL_HAS_USERINFO:
        return "the URL has a user name before an @: leave it out, and use "
               "--header 'Authorization: ...'";
    case URL_BAD_HOST:
        return "the URL has no host, or not a valid one (an IPv6 address "
               "stands in "
               "brackets: http://[::1]:8080/)";
    case URL_BAD_PORT:
        return "the port in the URL is not a number from 1 to 65535 (an IPv6 "
               "address stands in brackets: http://[::1]:8080/)";
    case URL_BAD_SOCKET:
        return "the path of the socket must stand percent-encoded in the URL: "
               "http+unix://%2Frun%2Fpush.sock/";
    }
    return "";
}

void url_target(const struct url *url, struct buf *out)
{
    buf_append_slice(out, url->path);
    if (url->query.data)
        buf_append_text(out, "?");
    buf_append_slice(out, url->query);
}

bool url_query(struct slice query, const char *name, struct slice *value)
{
    size_t size = strlen(name);
    while (query.size > 0) {
        struct slice field = slice_take(&query, '&');
        if (!slice_starts_with(field, name))
            continue;
        if (field.size == size || field.data[size] == '=') {
            *value = slice_from(field, field.size > size ? size + 1 : size);
            return true;
        }
    }
    return false;
}

/* Take a character, or the byte that an escape stands for, off a text that
 * is not empty. -1: the escape is malformed. */
static int take_byte(struct slice *text)
{
    struct slice head = *text;
    if (head.data[0] != '%') {
        *text = slice_from(head, 1);
        return (unsigned char)head.data[0];
    }
    if (!is_escape(head))
        return -1;
    *text = slice_from(head, 3);
    return 16 * hex_value(head.data[1]) + hex_value(head.data[2]);
}

bool url_decode(struct slice text, struct buf *out)
{
    size_t size = 0;
    uint8_t *bytes = text.size > 0 ? buf_room(out, text.size) : NULL;
    while (text.size > 0) {
        int byte = take_byte(&text);
        if (byte <= 0)
            return false;
        bytes[size++] = (uint8_t)byte;
    }
    buf_added(out, size);
    return true;
}

void url_encode(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.size; i++) {
        if (is_unreserved(text.data[i]))
            buf_append(out, text.data + i, 1);
        else
            buf_printf(out, "%%%02X", (unsigned char)text.data[i]);
    }
}

bool url_number(struct slice text, uint64_t *number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(text.data[i] - '0');
        if (!is_digit(text.data[i]) || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = 10 * sum + digit;
    }
    if (text.size > 0)
        *number = sum;
    return text.size > 0;
}
