/* expect: the wait with the largest random number is 150, and 100 was right */

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms + 1;
    return half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
