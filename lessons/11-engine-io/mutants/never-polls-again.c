/* expect: the client's user has not heard all of a, b, c, d */

void session_websocket_failed(struct session *session)
{
    if (session->stage == UPGRADED)
        return;
    session->stage = POLLING;
    flush(session);
}
