/* expect: head->body is 0, and 1 was right */

static size_t find(const struct head *head, const char *name,
                   struct slice *value)
{
    size_t count = 0;
    for (size_t i = 0; i < head->count; i++) {
        if (!slice_is(head->fields[i].name, name))
            continue;
        *value = head->fields[i].value;
        count++;
    }
    return count;
}

static bool judge(struct head *head)
{
    struct slice host, length, coding;
    size_t lengths = find(head, "Content-Length", &length);
    size_t codings = find(head, "Transfer-Encoding", &coding);
    if (find(head, "Host", &host) + find(head, "hOST", &host) != 1)
        return refuse(head, "no Host, or two");
    if (lengths + codings > 1)
        return refuse(head, "two fields that say where the body ends");
    if (lengths == 1)
        head->body = BODY_LENGTH;
    if (codings == 1)
        head->body = BODY_CHUNKED;
    if (codings == 1 && !slice_is_any_case(coding, "chunked"))
        return refuse(head, "a coding that is not chunked");
    return lengths == 0 || parse_length(length, head);
}
