/* expect: comes: "0/chat,{"a":1,"b":2}" */

static void take_namespace(struct slice *text, struct packet *packet)
{
    packet->nsp = slice_of("/");
    if (text->size == 0 || text->data[0] != '/')
        return;
    const char *comma = NULL;
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i] == ',')
            comma = text->data + i;
    packet->nsp = *text;
    if (comma != NULL)
        packet->nsp.size = (size_t)(comma - text->data);
    advance(text, packet->nsp.size + (comma != NULL));
}
