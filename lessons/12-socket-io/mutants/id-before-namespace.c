/* expect: the result is BAD, and COMPLETE was right */
#include "lessons/12-socket-io/exercise.h"

/* ------------------------------------------------------ reading */

static bool is_digit(struct slice text)
{
    return text.size > 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

static void advance(struct slice *text, size_t size)
{
    text->data += size;
    text->size -= size;
}

/* Take digits; false: they are too many for 64 bits. */
static bool take_number(struct slice *text, uint64_t *number)
{
    for (*number = 0; is_digit(*text); advance(text, 1)) {
        uint64_t digit = (uint64_t)(text->data[0] - '0');
        if (*number > (UINT64_MAX - digit) / 10)
            return false;
        *number = 10 * *number + digit;
    }
    return true;
}

static bool take_attachments(struct slice *text, struct packet *packet)
{
    uint64_t count;
    if (packet->type != BINARY_EVENT && packet->type != BINARY_ACK)
        return true;
    if (!take_number(text, &count) || count < 1 || count > ATTACHMENTS_MAX ||
        text->size == 0 || text->data[0] != '-')
        return false;
    packet->attachments = (size_t)count;
    advance(text, 1);
    return true;
}

static void take_namespace(struct slice *text, struct packet *packet)
{
    packet->nsp = slice_of("/");
    if (text->size == 0 || text->data[0] != '/')
        return;
    const char *comma = memchr(text->data, ',', text->size);
    packet->nsp = *text;
    if (comma != NULL)
        packet->nsp.size = (size_t)(comma - text->data);
    advance(text, packet->nsp.size + (comma != NULL));
}

static bool is_event(struct slice payload)
{
    struct slice name;
    if (json_type(payload) != JSON_ARRAY)
        return false;
    struct json_cursor items = json_items(payload);
    return json_next(&items, &name) && json_type(name) == JSON_STRING;
}

static bool is_payload(const struct packet *packet)
{
    struct slice payload = packet->payload;
    bool is_empty = payload.size == 0;
    if (!is_empty && !json_is_valid(payload))
        return false;
    switch (packet->type) {
    case CONNECT: return is_empty || json_type(payload) == JSON_OBJECT;
    case CONNECT_ERROR: return !is_empty && json_type(payload) == JSON_OBJECT;
    case DISCONNECT: return is_empty;
    case EVENT:
    case BINARY_EVENT: return !is_empty && is_event(payload);
    case ACK:
    case BINARY_ACK: return !is_empty && json_type(payload) == JSON_ARRAY;
    }
    return false;
}

enum result packet_read(struct slice text, struct packet *packet)
{
    *packet = (struct packet){0};
    if (text.size == 0 || text.data[0] < '0' || text.data[0] > '6')
        return BAD;
    packet->type = (enum packet_type)text.data[0];
    advance(&text, 1);
    if (!take_attachments(&text, packet))
        return BAD;
    packet->has_id = is_digit(text);
    if (!take_number(&text, &packet->id))
        return BAD;
    take_namespace(&text, packet);
    packet->payload = text;
    return is_payload(packet) ? COMPLETE : BAD;
}

/* ------------------------------------------------------ writing */

void packet_append(struct buf *out, const struct packet *packet)
{
    buf_append(out, &(char){(char)packet->type}, 1);
    if (packet->attachments > 0) {
        buf_append_number(out, packet->attachments);
        buf_append(out, "-", 1);
    }
    if (!slice_is(packet->nsp, "/")) {
        buf_append_slice(out, packet->nsp);
        buf_append(out, ",", 1);
    }
    if (packet->has_id)
        buf_append_number(out, packet->id);
    buf_append_slice(out, packet->payload);
}

/* ------------------------------------------------------ attachments */

static enum result state_of(const struct receiver *receiver)
{
    bool is_complete = receiver->received == receiver->packet.attachments;
    return is_complete ? COMPLETE : NEED_MORE;
}

enum result receive(struct receiver *receiver, struct slice message,
                    bool is_binary)
{
    bool is_due = state_of(receiver) == NEED_MORE;
    if (is_due != is_binary)
        return BAD;
    if (is_binary) {
        receiver->buffers[receiver->received++] = message;
        return state_of(receiver);
    }
    receiver->received = 0;
    if (packet_read(message, &receiver->packet) == BAD)
        return BAD;
    return state_of(receiver);
}

/* ------------------------------------------------------ acknowledgements */

bool questions_add(struct questions *questions, int who, uint64_t *id)
{
    for (size_t i = 0; i < WAITING_MAX; i++) {
        if (questions->list[i].is_waiting)
            continue;
        *id = questions->next_id++;
        questions->list[i].is_waiting = true;
        questions->list[i].id = *id;
        questions->list[i].who = who;
        return true;
    }
    return false;
}

bool questions_take(struct questions *questions, uint64_t id, int *who)
{
    for (size_t i = 0; i < WAITING_MAX; i++) {
        if (!questions->list[i].is_waiting || questions->list[i].id != id)
            continue;
        *who = questions->list[i].who;
        questions->list[i].is_waiting = false;
        return true;
    }
    return false;
}

void questions_give_up(struct questions *questions, uint64_t id)
{
    int nobody;
    questions_take(questions, id, &nobody);
}
