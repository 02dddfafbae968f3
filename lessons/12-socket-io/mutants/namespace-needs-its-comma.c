/* expect: comes: "0/chat" (6 bytes) */

static void take_namespace(struct slice *text, struct packet *packet)
{
    packet->nsp = slice_of("/");
    if (text->size == 0 || text->data[0] != '/')
        return;
    const char *comma = memchr(text->data, ',', text->size);
    if (comma == NULL)
        return;
    packet->nsp = *text;
    if (comma != NULL)
        packet->nsp.size = (size_t)(comma - text->data);
    advance(text, packet->nsp.size + (comma != NULL));
}
