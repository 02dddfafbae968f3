/* expect: bytes of its body */

enum head_result head_parse(struct slice bytes, struct head *head)
{
    *head = (struct head){0};
    if (bytes.size > HEAD_SIZE_MAX)
        return HEAD_BAD;
    if (!find_end(bytes, head))
        return HEAD_BAD;
    if (head->size == 0)
        return HEAD_NEED_MORE;
    return parse_lines((struct slice){bytes.data, head->size}, head)
               ? HEAD_COMPLETE
               : HEAD_BAD;
}
