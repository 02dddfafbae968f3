/* expect: 3probe has come: no request may begin any more */

void session_got(struct session *session, struct slice payload)
{
    struct packet packets[PACKETS_MAX];
    uint8_t room[1024];
    session->is_getting = false;
    int count = payload_decode(payload, room, packets);
    for (int i = 0; i < count; i++)
        if (packets[i].type == '4')
            link_heard(session->link, packets[i].data);
    upgrade_if_idle(session);
    get(session);
}
