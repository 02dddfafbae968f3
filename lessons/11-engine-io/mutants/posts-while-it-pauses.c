/* expect: 3probe has come: no request may begin any more */

static void send_post(struct session *session)
{
    if (buf_size(&session->waiting) == 0 || session->is_posting)
        return;
    session->is_posting = true;
    link_post(session->link, buf_slice(&session->waiting));
    buf_free(&session->waiting);
}
