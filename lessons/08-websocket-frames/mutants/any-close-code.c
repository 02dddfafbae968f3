/* expect: the code is 999 */

static bool is_close_code(int code)
{
    return code > 0;
}
