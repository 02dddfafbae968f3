/* expect: yours: 81 7e 7e 00 (4 bytes) */

static void append_number(struct buf *out, uint64_t number, size_t size)
{
    buf_append(out, &number, size); /* as it lies in memory */
}
