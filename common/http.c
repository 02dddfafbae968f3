#include "common/http.h"

#include <arpa/inet.h>
#include <string.h>

/* -- Requests (3) -- */

static enum http_method method_of(struct slice name)
{
    static const char *const names[METHOD_OTHER] = {
        [METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",
        [METHOD_POST] = "POST",       [METHOD_OPTIONS] = "OPTIONS",
        [METHOD_PUT] = "PUT",         [METHOD_DELETE] = "DELETE",
        [METHOD_PATCH] = "PATCH",     [METHOD_TRACE] = "TRACE",
        [METHOD_CONNECT] = "CONNECT",
    };
    enum http_method method = METHOD_GET;
    while (method < METHOD_OTHER && !slice_is(name, names[method]))
        method++;
    return method;
}

/* Are there two hexadecimal digits behind each "%" (RFC 3986, 2.1)? */
static bool is_encoded(struct slice text)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    for (;;) {
        slice_skip(&text, slice_until(text, '%').size);
        if (text.size == 0)
            return true;
        if (text.size < 3 || strchr(digits, text.data[1]) == NULL ||
            strchr(digits, text.data[2]) == NULL)
            return false;
        slice_skip(&text, 3);
    }
}

static bool is_ipv6(struct slice text)
{
    struct in6_addr address;
    char copy[INET6_ADDRSTRLEN] = "";
    if (text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    return inet_pton(AF_INET6, copy, &address) == 1;
}

/* How many bytes at the beginning are a host: a name, or an address in brackets
 * (RFC 3986, 3.2.2). */
static size_t host_size(struct slice text)
{
    if (text.size == 0 || text.data[0] != '[') {
        size_t size = http_span(text, HTTP_CLASS_HOST);
        return is_encoded((struct slice){text.data, size}) ? size : 0;
    }
    const char *end = memchr(text.data, ']', text.size);
    size_t size = end ? (size_t)(end - text.data) + 1 : 0;
    if (size < 2 || !is_ipv6((struct slice){text.data + 1, size - 2}))
        return 0;
    return size;
}

/* Is it host[:port]? */
static bool is_authority(struct slice text)
{
    size_t host = host_size(text);
    if (host == 0 || host == text.size)
        return host > 0;
    size_t i = host + 1;
    while (i < text.size && text.data[i] >= '0' && text.data[i] <= '9')
        i++;
    return text.data[host] == ':' && i == text.size;
}

/* Divide "/path?query"; no path at all is "/" (RFC 9110, 4.2.3). */
static void split_path(struct slice text, struct http_request *request)
{
    size_t size = slice_until(text, '?').size;
    request->path = size > 0 ? (struct slice){text.data, size} : slice_of("/");
    if (size < text.size)
        request->query = slice_from(text, size + 1);
}

/* How many bytes of an absolute target come before its host; 0: it is none. Not
 * https: we must not answer it without TLS, and whoever ends TLS before us
 * sends the path alone (RFC 9110, 7.4). */
static size_t scheme_size(struct slice target)
{
    if (target.size > 7 &&
        slice_is_any_case((struct slice){target.data, 7}, "http://"))
        return 7;
    return 0;
}

/* 3.2.2. */
static bool parse_absolute(struct http_parser *parser, size_t scheme,
                           struct http_request *request)
{
    struct slice rest = slice_from(request->target, scheme);
    size_t size = 0;
    while (size < rest.size && rest.data[size] != '/' && rest.data[size] != '?')
        size++;
    request->form = HTTP_ABSOLUTE_FORM;
    request->host = (struct slice){rest.data, size};
    if (!is_authority(request->host))
        return http_refuse(parser, 400, "a target with an invalid host");
    split_path(slice_from(rest, size), request);
    return true;
}

/* 3.2.3. */
static bool parse_connect(struct http_parser *parser,
                          struct http_request *request)
{
    request->form = HTTP_AUTHORITY_FORM;
    request->host = request->target;
    size_t host = host_size(request->host);
    if (!is_authority(request->host) || host + 1 >= request->host.size)
        return http_refuse(parser, 400, "a CONNECT without host and port");
    return true;
}

/* 3.2: which of the four forms is it? */
static bool parse_target(struct http_parser *parser,
                         struct http_request *request)
{
    struct slice target = request->target;
    request->path = (struct slice){NULL, 0};
    request->query = (struct slice){NULL, 0};
    request->host = (struct slice){NULL, 0};
    if (request->method == METHOD_CONNECT)
        return parse_connect(parser, request);
    if (target.data[0] == '/') {
        request->form = HTTP_ORIGIN_FORM;
        split_path(target, request);
        return true;
    }
    if (request->method == METHOD_OPTIONS && slice_is(target, "*")) {
        request->form = HTTP_ASTERISK_FORM;
        return true;
    }
    size_t scheme = scheme_size(target);
    if (scheme > 0)
        return parse_absolute(parser, scheme, request);
    return http_refuse(parser, 400,
                       "a target that is neither path nor http URI");
}

static bool parse_request_line(struct http_parser *parser, struct slice line,
                               struct http_request *request)
{
    size_t size = http_span(line, HTTP_CLASS_TOKEN);
    if (size == 0 || size == line.size || line.data[size] != ' ')
        return http_refuse(parser, 400,
                           "a request line without method and blank");
    request->method_name = (struct slice){line.data, size};
    request->method = method_of(request->method_name);

    line = slice_from(line, size + 1);
    size = http_span(line, HTTP_CLASS_TARGET);
    if (size == 0 || size == line.size || line.data[size] != ' ')
        return http_refuse(parser, 400,
                           "a target that is empty or has bad bytes");
    request->target = (struct slice){line.data, size};

    return http_parse_version(parser, slice_from(line, size + 1),
                              &request->minor) &&
           parse_target(parser, request);
}

/* 3.2 and 3.2.2: one Host, even when the target has precedence over it. */
static bool parse_host(struct http_parser *parser,
                       const struct http_digest *digest,
                       struct http_request *request)
{
    if (digest->hosts > 1)
        return http_refuse(parser, 400, "more than one Host");
    if (digest->hosts == 0 && digest->minor >= 1)
        return http_refuse(parser, 400, "no Host");
    if (digest->host.size > 0 && !is_authority(digest->host))
        return http_refuse(parser, 400, "an invalid Host");
    if (request->host.data == NULL)
        request->host = digest->host;
    return true;
}

static bool parse_request(struct http_parser *parser, struct slice head,
                          struct http_request *request)
{
    if (!parse_request_line(parser, http_next_line(&head), request))
        return false;
    struct http_digest digest = {.minor = request->minor};
    if (!http_parse_fields(parser, head, &request->head, &digest) ||
        !parse_host(parser, &digest, request) ||
        !http_parse_framing(parser, &request->head, &digest, &request->body))
        return false;
    if (digest.expects_other)
        return http_refuse(parser, 417, "an Expect that is not 100-continue");
    request->keep_alive = http_may_keep_alive(&digest);
    request->expects_continue = digest.expects_continue && digest.minor >= 1;
    return true;
}

/* -- Responses (4) -- */

static bool parse_status_line(struct http_parser *parser, struct slice line,
                              struct http_response *response)
{
    struct slice version = {line.data, line.size < 8 ? line.size : 8};
    if (!http_parse_version(parser, version, &response->minor))
        return false;
    if (line.size < 12 || line.data[8] != ' ' ||
        (line.size > 12 && line.data[12] != ' '))
        return http_refuse(parser, 400, "a status line without a status");
    response->status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (line.data[i] < '0' || line.data[i] > '9')
            return http_refuse(parser, 400, "a status that is no number");
        response->status = response->status * 10 + (line.data[i] - '0');
    }
    if (response->status < 100)
        return http_refuse(parser, 400, "a status under 100");
    response->reason = slice_from(line, line.size > 12 ? 13 : 12);
    return true;
}

/* 6.3, 1 and 2: no field can give these a body. */
static bool has_no_body(enum http_method method, int status)
{
    return method == METHOD_HEAD || status < 200 || status == 204 ||
           status == 304 || (method == METHOD_CONNECT && status < 300);
}

static bool parse_response(struct http_parser *parser, struct slice head,
                           enum http_method method,
                           struct http_response *response)
{
    if (!parse_status_line(parser, http_next_line(&head), response))
        return false;
    struct http_digest digest = {.minor = response->minor};
    struct http_body *body = &response->body;
    if (!http_parse_fields(parser, head, &response->head, &digest) ||
        !http_parse_framing(parser, &response->head, &digest, body))
        return false;
    if (has_no_body(method, response->status))
        *body = (struct http_body){.framing = HTTP_NO_BODY};
    else if (body->framing == HTTP_NO_BODY)
        body->framing = HTTP_UNTIL_CLOSE;
    response->keep_alive =
        http_may_keep_alive(&digest) && body->framing != HTTP_UNTIL_CLOSE;
    return true;
}

/* -- Out of the buffer -- */

/* There is no head, so far or for ever. */
static enum http_result no_head(const struct http_parser *parser)
{
    return parser->status == 0 ? HTTP_NEED_MORE : HTTP_BAD;
}

/* Take the head that was parsed out of `in`, and begin anew behind it. */
static enum http_result finish(struct http_parser *parser, struct buf *in)
{
    buf_consume(in, parser->checked);
    parser->checked = parser->line = 0;
    return HTTP_HEAD;
}

enum http_result http_next_request(struct http_parser *parser, struct buf *in,
                                   struct http_request *request)
{
    while (buf_size(in) > 0 && slice_starts_with(buf_slice(in), "\r\n"))
        buf_consume(in, 2);
    if (!http_find_end(parser, in))
        return no_head(parser);
    struct slice head = {(const char *)buf_head(in), parser->checked};
    if (!parse_request(parser, head, request))
        return HTTP_BAD;
    return finish(parser, in);
}

enum http_result http_next_response(struct http_parser *parser, struct buf *in,
                                    enum http_method method,
                                    struct http_response *response)
{
    if (!http_find_end(parser, in))
        return no_head(parser);
    struct slice head = {(const char *)buf_head(in), parser->checked};
    if (!parse_response(parser, head, method, response))
        return HTTP_BAD;
    return finish(parser, in);
}
