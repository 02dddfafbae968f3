/* expect: 18446744073709551615 */

static bool parse_length(struct slice text, struct head *head)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || head->length > (UINT64_MAX / 2 - digit) / 10)
            return refuse(head, "a length that is no number");
        head->length = head->length * 10 + digit;
    }
    return text.size > 0 || refuse(head, "an empty length");
}
