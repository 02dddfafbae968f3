/* expect: head->size is */

static bool find_end(struct slice bytes, struct head *head)
{
    for (size_t i = bytes.size; i >= 4; i--)
        if (memcmp(bytes.data + i - 4, "\r\n\r\n", 4) == 0) {
            head->size = i;
            break;
        }
    size_t line = 0; /* where it begins */
    size_t end = bytes.size < HEAD_SIZE_MAX ? bytes.size : HEAD_SIZE_MAX;
    for (size_t i = 0; i < end; i++) {
        if (http_has_class(bytes.data[i], HTTP_CLASS_TEXT))
            continue;
        if (bytes.data[i] != '\r')
            return refuse(head, "a bare LF or a control character");
        if (++i == end)
            break;
        if (bytes.data[i] != '\n')
            return refuse(head, "a bare CR");
        if (i == line + 1) {
            return true;
        }
        line = i + 1;
    }
    return bytes.size < HEAD_SIZE_MAX ||
           refuse(head, "a head that is too large");
}
