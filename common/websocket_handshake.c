#include "common/websocket_handshake.h"

#include <assert.h>
#include <string.h>

#include "common/http_fields.h"

/* 1.3: no server that does not know WebSocket would hash it with the key. */
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

void ws_make_key(const uint8_t nonce[WS_NONCE_SIZE], char key[WS_KEY_SIZE])
{
    base64_encode(nonce, WS_NONCE_SIZE, key);
}

void ws_accept_key(struct slice key, char accept[WS_ACCEPT_SIZE])
{
    char text[WS_KEY_SIZE - 1 + sizeof ACCEPT_GUID];
    uint8_t digest[SHA1_SIZE];
    assert(key.size == WS_KEY_SIZE - 1);

    memcpy(text, key.data, key.size);
    memcpy(text + key.size, ACCEPT_GUID, sizeof ACCEPT_GUID);
    sha1(text, sizeof text - 1, digest);
    base64_encode(digest, sizeof digest, accept);
}

/* ---------------------------------------------------------------- syntax */

/* Take the part of `*rest` before the first `delimiter`. Afterwards `*rest` has
 * no data if there was none. */
static struct slice take_part(struct slice *rest, char delimiter)
{
    struct slice part = *rest;
    const char *at = memchr(rest->data, delimiter, rest->size);
    *rest = (struct slice){NULL, 0};
    if (at != NULL) {
        size_t size = (size_t)(at - part.data);
        *rest = (struct slice){at + 1, part.size - size - 1};
        part.size = size;
    }
    return http_trim(part);
}

/* 9.1: a token, bare or in quotes. */
static bool is_parameter_value(struct slice text)
{
    text = http_trim(text);
    if (text.size >= 2 && text.data[0] == '"' &&
        text.data[text.size - 1] == '"')
        text = (struct slice){text.data + 1, text.size - 2};
    return http_is_token(text);
}

/* 9.1: a name, then parameters with or without a value, between semicolons. */
static bool is_extension(struct slice text)
{
    if (!http_is_token(take_part(&text, ';')))
        return false;
    while (text.data != NULL) {
        struct slice value = take_part(&text, ';');
        struct slice name = take_part(&value, '=');
        if (!http_is_token(name) ||
            (value.data != NULL && !is_parameter_value(value)))
            return false;
    }
    return true;
}

/* Is it a list of at least one element, each of which `is_valid`? */
static bool is_list_of(struct slice list, bool (*is_valid)(struct slice))
{
    struct slice element;
    size_t count = 0;
    for (; http_list_next(&list, &element); count++)
        if (!is_valid(element))
            return false;
    return count > 0;
}

/* The one of `names` that `text` spells, or NULL. Case counts (4.1). */
static const char *find_name(struct slice text, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (slice_is(text, *names))
            return *names;
    return NULL;
}

/* ---------------------------------------------------------------- server */

static bool is_key(struct slice key)
{
    uint8_t nonce[BASE64_DECODED_SIZE(WS_KEY_SIZE - 1)];
    size_t size;
    return key.size == WS_KEY_SIZE - 1 && base64_decode(key, nonce, &size) &&
           size == WS_NONCE_SIZE;
}

static struct ws_verdict refuse(int status, const char *reason)
{
    return (struct ws_verdict){.status = status, .reason = reason};
}

/* The subprotocol that the client likes best of those that we speak (4.2.2). */
static const char *choose_protocol(struct slice wanted,
                                   const char *const *supported)
{
    struct slice element;
    const char *protocol = NULL;
    while (protocol == NULL && http_list_next(&wanted, &element))
        protocol = find_name(element, supported);
    return protocol;
}

struct ws_verdict ws_judge_request(const struct ws_request *request,
                                   const char *const *supported)
{
    if (!slice_is(request->method, "GET"))
        return refuse(405, "the method is not GET");
    if (request->minor_version < 1)
        return refuse(400, "HTTP/1.0 cannot upgrade");
    if (!http_list_has(request->upgrade, "websocket"))
        return refuse(426, "Upgrade does not name websocket");
    if (!http_list_has(request->connection, "upgrade"))
        return refuse(426, "Connection does not name Upgrade");
    if (!slice_is(request->version, "13"))
        return refuse(426, "Sec-WebSocket-Version is not 13");
    if (!is_key(request->key))
        return refuse(400, "Sec-WebSocket-Key is not 16 bytes in base64");
    if (request->protocols.data != NULL &&
        !is_list_of(request->protocols, http_is_token))
        return refuse(400, "Sec-WebSocket-Protocol is not a list of tokens");
    if (request->extensions.data != NULL &&
        !is_list_of(request->extensions, is_extension))
        return refuse(400, "Sec-WebSocket-Extensions cannot be parsed");
    return (struct ws_verdict){
        .status = 101,
        .protocol = choose_protocol(request->protocols, supported),
    };
}

void ws_append_accept_fields(struct buf *out, struct slice key,
                             const char *protocol)
{
    char accept[WS_ACCEPT_SIZE];
    ws_accept_key(key, accept);
    buf_printf(out,
               "Upgrade: websocket\r\n"
               "Connection: Upgrade\r\n"
               "Sec-WebSocket-Accept: %s\r\n",
               accept);
    if (protocol != NULL)
        buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", protocol);
}

void ws_append_refusal_fields(struct buf *out, int status)
{
    if (status == 405)
        buf_append_text(out, "Allow: GET\r\n");
    if (status == 426)
        buf_append_text(out, "Upgrade: websocket\r\n"
                             "Connection: Upgrade\r\n"
                             "Sec-WebSocket-Version: 13\r\n");
}

/* ---------------------------------------------------------------- client */

void ws_append_request_fields(struct buf *out, const char *key,
                              const char *const *offered)
{
    buf_printf(out,
               "Upgrade: websocket\r\n"
               "Connection: Upgrade\r\n"
               "Sec-WebSocket-Key: %s\r\n"
               "Sec-WebSocket-Version: 13\r\n",
               key);
    if (offered == NULL || *offered == NULL)
        return;
    buf_printf(out, "Sec-WebSocket-Protocol: %s", *offered);
    while (*++offered != NULL)
        buf_printf(out, ", %s", *offered);
    buf_append_text(out, "\r\n");
}

const char *ws_judge_response(const struct ws_response *response,
                              const char *key, const char *const *offered)
{
    char accept[WS_ACCEPT_SIZE];
    ws_accept_key(slice_of(key), accept);

    if (response->status != 101)
        return "the status is not 101";
    if (!slice_is_any_case(response->upgrade, "websocket"))
        return "Upgrade is not websocket";
    if (!http_list_has(response->connection, "upgrade"))
        return "Connection does not name Upgrade";
    if (!slice_is(response->accept, accept))
        return "Sec-WebSocket-Accept does not belong to our key";
    if (response->extensions.data != NULL)
        return "Sec-WebSocket-Extensions names one that was not offered";
    if (response->protocol.data != NULL &&
        find_name(response->protocol, offered) == NULL)
        return "Sec-WebSocket-Protocol is not one that was offered";
    return NULL;
}
