/* expect: signed integer overflow */

static int doubled(const struct pace *pace)
{
    int last_ms = pace->interval_ms == 0 ? pace->least_ms : pace->interval_ms;
    int doubled_ms = 2 * last_ms;
    return doubled_ms > pace->most_ms ? pace->most_ms : doubled_ms;
}
