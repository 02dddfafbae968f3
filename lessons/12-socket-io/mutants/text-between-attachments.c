/* expect: a text comes: "2["hello"]" */

enum result receive(struct receiver *receiver, struct slice message,
                    bool is_binary)
{
    bool is_due = state_of(receiver) == NEED_MORE;
    if (is_binary && !is_due)
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
