/* expect: wait number 2 in a row for nothing is 100 ms, and the */

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int half_ms = pace->interval_ms - pace->interval_ms / 2;
    int choices = pace->interval_ms / 2 + 1;
    return pace->interval_ms =
               half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
