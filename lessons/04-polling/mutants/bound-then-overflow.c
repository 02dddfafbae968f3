/* expect: signed integer overflow */

static int doubled(const struct pace *pace)
{
    int last_ms = pace->interval_ms == 0 ? pace->least_ms : pace->interval_ms;
    return 2 * last_ms;
}

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    pace->interval_ms = count > 0 ? pace->least_ms : doubled(pace);
    int wait_ms =
        pace->interval_ms < pace->most_ms ? pace->interval_ms : pace->most_ms;
    int half_ms = wait_ms - wait_ms / 2;
    int choices = wait_ms / 2 + 1;
    return half_ms + (int)((uint64_t)random * (uint64_t)choices >> 32);
}
