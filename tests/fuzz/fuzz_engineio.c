/* Any bytes are read as a payload, a packet and a handshake. The packets of a
 * payload, appended one after the other, must be the payload again; and what is
 * appended must take the size that is told. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/engineio.h"

static void must_take_its_size(const struct eio_packet *packet)
{
    struct buf alone = {0};
    eio_append_packet(&alone, packet);
    if (buf_size(&alone) != eio_packet_size(packet))
        abort();
    buf_free(&alone);
}

static void read_payload(struct slice bytes)
{
    struct eio_payload payload = {.rest = bytes};
    struct eio_packet packet;
    struct buf again = {0};
    enum eio_result result;
    while ((result = eio_next(&payload, &packet)) == EIO_PACKET) {
        must_take_its_size(&packet);
        eio_append_packet(&again, &packet);
    }
    size_t size = buf_size(&again);
    if (result == EIO_END && size != bytes.size)
        abort();
    if (size > 0 && memcmp(buf_head(&again), bytes.data, size) != 0)
        abort();
    buf_free(&payload.decoded);
    buf_free(&again);
}

static void read_message(struct slice bytes, bool is_binary)
{
    struct eio_packet packet;
    if (eio_read_packet(bytes, is_binary, &packet) &&
        packet.data.size + (is_binary ? 0 : 1) != bytes.size)
        abort();
}

/* What was read is read again, whatever it was like. */
static void read_handshake(struct slice json)
{
    struct eio_handshake handshake, again;
    struct buf out = {0};
    if (!eio_read_handshake(json, &handshake))
        return;
    eio_append_handshake(&out, &handshake);
    if (!eio_read_handshake(buf_slice(&out), &again) ||
        again.sid.size != handshake.sid.size ||
        again.max_payload != handshake.max_payload ||
        again.may_upgrade != handshake.may_upgrade)
        abort();
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = {(const char *)data, size};
    read_payload(bytes);
    read_message(bytes, false);
    read_message(bytes, true);
    read_handshake(bytes);
    return 0;
}
