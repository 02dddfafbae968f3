/* expect: comes: "218446744073709551616["hello"]" */

static bool take_number(struct slice *text, uint64_t *number)
{
    for (*number = 0; is_digit(*text); advance(text, 1)) {
        uint64_t digit = (uint64_t)(text->data[0] - '0');
        *number = 10 * *number + digit;
    }
    return true;
}
