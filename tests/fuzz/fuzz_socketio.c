/* Messages, each a text or binary, with 1E between two (a binary one begins
 * with a b), go into a decoder: nothing that comes out may point outside of
 * them, and a packet that is written again must be read as the same one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/socketio.h"

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static bool is_equal(struct slice a, struct slice b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void must_be_same(const struct sio_packet *a, const struct sio_packet *b)
{
    must(a->type == b->type && a->has_id == b->has_id && a->id == b->id);
    must(is_equal(a->namespace, b->namespace) && is_equal(a->event, b->event));
    must(is_equal(a->args.json, b->args.json) && is_equal(a->data, b->data));
    must(a->args.buffer_count == b->args.buffer_count);
    for (size_t i = 0; i < a->args.buffer_count; i++)
        must(is_equal(a->args.buffers[i], b->args.buffers[i]));
}

/* Look at every argument, and at the buffer that it stands for. */
static void walk(const struct sio_packet *packet)
{
    struct slice json = packet->args.json, value, buffer;
    volatile char seen = 0;
    while (sio_next_arg(&json, &value)) {
        must(json_is_valid(value));
        if (sio_buffer_of(value, &packet->args, &buffer) && buffer.size > 0)
            seen = (char)(seen ^ buffer.data[buffer.size - 1]);
    }
}

static void must_survive_writing(const struct sio_packet *packet)
{
    struct buf text = {0};
    struct sio_decoder decoder = {0};
    struct sio_packet again;
    const char *why;
    sio_append_packet(&text, packet);
    enum sio_result result =
        sio_decode(&decoder, buf_slice(&text), false, &again, &why);
    for (size_t i = 0; i < packet->args.buffer_count; i++) {
        must(result == SIO_NEED_MORE);
        result =
            sio_decode(&decoder, packet->args.buffers[i], true, &again, &why);
    }
    must(result == SIO_PACKET);
    must_be_same(packet, &again);
    sio_decoder_free(&decoder);
    buf_free(&text);
}

/* False: it was bad, and the connection would be closed. */
static bool take_message(struct sio_decoder *decoder, struct slice message)
{
    struct sio_packet packet;
    const char *why = NULL;
    bool is_binary = slice_starts_with(message, "b");
    if (is_binary)
        message = (struct slice){message.data + 1, message.size - 1};
    enum sio_result result =
        sio_decode(decoder, message, is_binary, &packet, &why);
    must((result == SIO_BAD) == (why != NULL));
    if (result != SIO_PACKET)
        return result != SIO_BAD;
    walk(&packet);
    must_survive_writing(&packet);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sio_decoder decoder = {0};
    struct slice rest = {(const char *)data, size};
    bool is_open = true;
    while (is_open && rest.size > 0) {
        const char *end = memchr(rest.data, 0x1e, rest.size);
        struct slice message = rest;
        if (end != NULL)
            message.size = (size_t)(end - rest.data);
        is_open = take_message(&decoder, message);
        size_t taken = message.size + (end != NULL ? 1 : 0);
        rest = (struct slice){rest.data + taken, rest.size - taken};
    }
    sio_decoder_free(&decoder);
    return 0;
}
