/* solution.c -- payloads, and the upgrade. The real things are
 * common/engineio.c, which takes one packet at a time so that none has to be
 * kept, and client/engineio_websocket.c, which has clocks and closings
 * besides. */
#include "lessons/11-engine-io/exercise.h"

/* ------------------------------------------------------ payloads */

static bool decode_binary(struct slice text, uint8_t **room,
                          struct packet *packet)
{
    size_t size = 0;
    if (text.size > 0 && !base64_decode(text, *room, &size))
        return false;
    *packet = (struct packet){'4', true, {(const char *)*room, size}};
    *room += size;
    return true;
}

static bool decode(struct slice encoded, uint8_t **room, struct packet *packet)
{
    if (encoded.size == 0)
        return false;
    struct slice data = {encoded.data + 1, encoded.size - 1};
    if (encoded.data[0] == 'b')
        return decode_binary(data, room, packet);
    *packet = (struct packet){encoded.data[0], false, data};
    return packet->type >= '0' && packet->type <= '6';
}

int payload_decode(struct slice payload, uint8_t *room,
                   struct packet packets[PACKETS_MAX])
{
    size_t start = 0;
    int count = 0;
    for (size_t i = 0; i <= payload.size; i++) {
        if (i < payload.size && payload.data[i] != '\x1e')
            continue;
        struct slice encoded = {payload.data + start, i - start};
        if (count == PACKETS_MAX || !decode(encoded, &room, &packets[count]))
            return PAYLOAD_BAD;
        count++;
        start = i + 1;
    }
    return count;
}

/* ------------------------------------------------------ the upgrade */

static void get(struct session *session)
{
    session->is_getting = true;
    link_get(session->link);
}

static void send_frames(struct session *session)
{
    struct slice rest = buf_slice(&session->waiting);
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\x1e', rest.size);
        size_t size = end != NULL ? (size_t)(end - rest.data) : rest.size;
        link_frame(session->link, (struct slice){rest.data, size});
        size += end != NULL;
        rest = (struct slice){rest.data + size, rest.size - size};
    }
    buf_free(&session->waiting);
}

static void send_post(struct session *session)
{
    if (buf_size(&session->waiting) == 0 || session->is_posting ||
        session->stage == PAUSING)
        return;
    session->is_posting = true;
    link_post(session->link, buf_slice(&session->waiting));
    buf_free(&session->waiting);
}

static void flush(struct session *session)
{
    if (session->stage == UPGRADED)
        send_frames(session);
    else
        send_post(session);
}

static void upgrade_if_idle(struct session *session)
{
    if (session->stage != PAUSING || session->is_getting || session->is_posting)
        return;
    link_frame(session->link, slice_of("5"));
    session->stage = UPGRADED;
    flush(session);
}

void session_opened(struct session *session)
{
    get(session);
}

void session_say(struct session *session, struct slice text)
{
    if (buf_size(&session->waiting) > 0)
        buf_append(&session->waiting, "\x1e", 1);
    buf_append(&session->waiting, "4", 1);
    buf_append_slice(&session->waiting, text);
    flush(session);
}

void session_got(struct session *session, struct slice payload)
{
    struct packet packets[PACKETS_MAX];
    uint8_t room[1024];
    session->is_getting = false;
    int count = payload_decode(payload, room, packets);
    for (int i = 0; i < count; i++)
        if (packets[i].type == '4')
            link_heard(session->link, packets[i].data);
    if (session->stage == PAUSING)
        upgrade_if_idle(session);
    else
        get(session);
}

void session_posted(struct session *session)
{
    session->is_posting = false;
    upgrade_if_idle(session);
    flush(session);
}

void session_websocket_opened(struct session *session)
{
    session->stage = PROBING;
    link_frame(session->link, slice_of("2probe"));
}

void session_frame(struct session *session, struct slice packet)
{
    if (session->stage == PROBING && slice_is(packet, "3probe")) {
        session->stage = PAUSING;
        upgrade_if_idle(session);
    } else if (session->stage == UPGRADED && slice_starts_with(packet, "4")) {
        link_heard(session->link,
                   (struct slice){packet.data + 1, packet.size - 1});
    }
}

void session_websocket_failed(struct session *session)
{
    if (session->stage == UPGRADED)
        return;
    session->stage = POLLING;
    if (!session->is_getting)
        get(session);
    flush(session);
}
