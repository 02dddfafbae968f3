/* expect: a poll arrives behind 5: the server says 400 */

static void upgrade_if_idle(struct session *session)
{
    if (session->stage != PAUSING)
        return;
    link_frame(session->link, slice_of("5"));
    session->stage = UPGRADED;
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
    if (session->stage != UPGRADED)
        get(session);
}
