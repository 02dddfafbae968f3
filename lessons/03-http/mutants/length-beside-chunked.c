/* expect: Transfer-Encoding: chunked */

static bool judge(struct head *head)
{
    struct slice host, length, coding;
    size_t lengths = find(head, "Content-Length", &length);
    size_t codings = find(head, "Transfer-Encoding", &coding);
    if (find(head, "Host", &host) != 1)
        return refuse(head, "no Host, or two");
    if (lengths > 1 || codings > 1)
        return refuse(head, "two fields that say where the body ends");
    if (lengths == 1)
        head->body = BODY_LENGTH;
    if (codings == 1)
        head->body = BODY_CHUNKED;
    if (codings == 1 && !slice_is_any_case(coding, "chunked"))
        return refuse(head, "a coding that is not chunked");
    return codings == 1 || lengths == 0 || parse_length(length, head);
}
