/* expect: a frame arrives before 5 that is not of the upgrade */

static void flush(struct session *session)
{
    if (session->stage >= PAUSING)
        send_frames(session);
    else
        send_post(session);
}
