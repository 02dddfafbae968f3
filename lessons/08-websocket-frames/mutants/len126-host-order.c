/* expect: the header: the first byte that differs is number 2 */

static void append_number(struct buf *out, uint64_t number, size_t size)
{
    buf_append(out, &number, size); /* as it lies in memory */
}
