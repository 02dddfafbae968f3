#include "common/engineio.h"

#include <limits.h>
#include <string.h>

#include "common/base64.h"
#include "common/json.h"

enum { SEPARATOR = '\x1e', BASE64_MARK = 'b' };

/* ------------------------------------------------------------- packets */

bool eio_read_packet(struct slice message, bool is_binary,
                     struct eio_packet *packet)
{
    *packet = (struct eio_packet){EIO_MESSAGE, is_binary, message};
    if (is_binary)
        return true;
    if (message.size == 0 || message.data[0] < EIO_OPEN ||
        message.data[0] > EIO_NOOP)
        return false;
    packet->type = (enum eio_type)message.data[0];
    packet->data = slice_from(message, 1);
    return true;
}

/* ------------------------------------------------------------- payloads */

/* Take what stands before the next separator, or at the end, off the rest. */
static struct slice take_encoded(struct eio_payload *payload)
{
    struct slice rest = payload->rest, encoded = slice_until(rest, SEPARATOR);
    bool is_last = encoded.size == rest.size;
    payload->has_begun = true;
    payload->rest =
        is_last ? (struct slice){0} : slice_from(rest, encoded.size + 1);
    return encoded;
}

static bool decode(struct buf *decoded, struct slice text)
{
    size_t size, room = BASE64_DECODED_SIZE(text.size);
    buf_consume(decoded, buf_size(decoded));
    if (room == 0)
        return text.size == 0;
    uint8_t *bytes = buf_room(decoded, room);
    if (!base64_decode(text, bytes, &size))
        return false;
    buf_added(decoded, size);
    return true;
}

/* Behind a separator there is another packet, if only an empty one: `rest` has
 * data then. */
enum eio_result eio_next(struct eio_payload *payload, struct eio_packet *packet)
{
    if (payload->has_begun && payload->rest.data == NULL)
        return EIO_END;
    struct slice encoded = take_encoded(payload);
    if (encoded.size > 0 && encoded.data[0] == BASE64_MARK) {
        if (!decode(&payload->decoded, slice_from(encoded, 1)))
            return EIO_BAD;
        encoded = buf_slice(&payload->decoded);
        *packet = (struct eio_packet){EIO_MESSAGE, true, encoded};
        return EIO_PACKET;
    }
    return eio_read_packet(encoded, false, packet) ? EIO_PACKET : EIO_BAD;
}

static void append_base64(struct buf *out, struct slice bytes)
{
    char *text = (char *)buf_room(out, 1 + BASE64_SIZE(bytes.size));
    text[0] = BASE64_MARK;
    base64_encode(bytes.data, bytes.size, text + 1);
    buf_added(out, BASE64_SIZE(bytes.size)); /* the mark for the NUL */
}

void eio_append_packet(struct buf *payload, const struct eio_packet *packet)
{
    if (buf_size(payload) > 0)
        buf_append(payload, &(char){SEPARATOR}, 1);
    if (packet->is_binary) {
        append_base64(payload, packet->data);
        return;
    }
    buf_append(payload, &(char){(char)packet->type}, 1);
    buf_append_slice(payload, packet->data);
}

size_t eio_packet_size(const struct eio_packet *packet)
{
    return packet->is_binary ? BASE64_SIZE(packet->data.size)
                             : 1 + packet->data.size;
}

/* ------------------------------------------------------------- handshake */

void eio_append_handshake(struct buf *out,
                          const struct eio_handshake *handshake)
{
    buf_append_text(out, "{\"sid\":\"");
    buf_append_slice(out, handshake->sid);
    buf_printf(out,
               "\",\"upgrades\":[%s],\"pingInterval\":%d,\"pingTimeout\":%d,"
               "\"maxPayload\":%lu}",
               handshake->may_upgrade ? "\"websocket\"" : "",
               handshake->ping_interval_ms, handshake->ping_timeout_ms,
               (unsigned long)handshake->max_payload);
}

/* The id goes into a target as it is: one that had to be escaped is none. */
static bool read_sid(struct slice json, struct slice *sid)
{
    struct slice string;
    if (!json_member(json, "sid", &string) || json_type(string) != JSON_STRING)
        return false;
    *sid = (struct slice){string.data + 1, string.size - 2};
    return sid->size > 0 && memchr(sid->data, '\\', sid->size) == NULL;
}

/* A number that is left out is 0, one that is too large the largest. */
static bool read_number(struct slice json, const char *name, int64_t largest,
                        int64_t *number)
{
    struct slice value;
    *number = 0;
    if (!json_member(json, name, &value))
        return true;
    if (!json_integer(value, number))
        return false;
    if (*number > largest)
        *number = largest;
    return true;
}

static bool has_websocket(struct slice json)
{
    struct slice upgrades, upgrade;
    if (!json_member(json, "upgrades", &upgrades) ||
        json_type(upgrades) != JSON_ARRAY)
        return false;
    struct json_cursor cursor = json_items(upgrades);
    while (json_next(&cursor, &upgrade))
        if (json_string_is(upgrade, "websocket"))
            return true;
    return false;
}

bool eio_read_handshake(struct slice json, struct eio_handshake *handshake)
{
    int64_t interval_ms, timeout_ms, max_payload;
    *handshake = (struct eio_handshake){0};
    if (!json_is_valid(json) || !read_sid(json, &handshake->sid) ||
        !read_number(json, "pingInterval", INT_MAX, &interval_ms) ||
        !read_number(json, "pingTimeout", INT_MAX, &timeout_ms) ||
        !read_number(json, "maxPayload", UINT32_MAX, &max_payload))
        return false;
    handshake->may_upgrade = has_websocket(json);
    handshake->ping_interval_ms = (int)interval_ms;
    handshake->ping_timeout_ms = (int)timeout_ms;
    handshake->max_payload = (uint32_t)max_payload;
    return true;
}
