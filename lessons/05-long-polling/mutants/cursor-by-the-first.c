/* expect: what it asks behind next is 9, and 12 was right */

uint64_t cursor_next(uint64_t after, uint64_t first, uint64_t last)
{
    return first > after ? last : after;
}
