/* expect: the wait with the smallest random number is 100, and 50 was right */

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    (void)random;
    return pace->interval_ms;
}
