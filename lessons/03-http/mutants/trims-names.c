/* expect: Content-Length : 5 */

static bool parse_field(struct slice line, struct head *head)
{
    const char *colon = memchr(line.data, ':', line.size);
    if (colon == NULL || head->count == FIELDS_MAX)
        return refuse(head, "a line without a colon, or too many");
    struct slice name =
        http_trim((struct slice){line.data, (size_t)(colon - line.data)});
    if (!http_is_token(name))
        return refuse(head, "a name that is no token");
    head->fields[head->count++] = (struct http_field){
        name, http_trim(slice_from(line, (size_t)(colon - line.data) + 1))};
    return true;
}
