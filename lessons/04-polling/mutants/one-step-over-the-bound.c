/* expect: wait number 7 in a row for nothing is 12800 ms, and most_ms is 10000 */

static int doubled(const struct pace *pace)
{
    int last_ms = pace->interval_ms == 0 ? pace->least_ms : pace->interval_ms;
    return last_ms >= pace->most_ms ? pace->most_ms : 2 * last_ms;
}
