/* expect: what was said before it is lost, or comes too late */

static void upgrade_if_idle(struct session *session)
{
    if (session->stage != PAUSING || session->is_getting || session->is_posting)
        return;
    link_frame(session->link, slice_of("5"));
    session->stage = UPGRADED;
    buf_free(&session->waiting);
}
