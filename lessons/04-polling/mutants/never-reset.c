/* expect: the wait behind it is 3200 ms, and the interval was 100 ms */

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    if (pace->interval_ms == 0)
        pace->interval_ms = pace->least_ms;
    if (count == 0)
        pace->interval_ms = doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms / 2 + 1;
    return half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
