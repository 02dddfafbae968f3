/* expect: in a row for nothing is */

static int doubled(const struct pace *pace)
{
    int last_ms = pace->interval_ms == 0 ? pace->least_ms : pace->interval_ms;
    return last_ms > 1000000 ? last_ms : 2 * last_ms;
}
