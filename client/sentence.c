#include "client/sentence.h"

#include <math.h>

/* " (a, b)": those that are best at something. */
static void say_best(struct buf *out, const struct table *table, size_t field)
{
    const char *before = " (";
    for (size_t i = 0; i < table->count; i++) {
        const struct result *result = &table->results[i];
        if (!table_is_best(table, result, field))
            continue;
        buf_printf(out, "%s%s", before, result->technique);
        before = ", ";
    }
    buf_append_text(out, ")");
}

static const char *value_text(double value, size_t field,
                              char text[NUMBER_SIZE])
{
    bool is_count = field == RESULT_FIELD(requests);
    return is_count ? count_text(value, text) : number_text(value, text);
}

/* "; WHAT from 1 (a) to 9 (b)UNIT". Nothing, if that is not known. */
static void say_range(struct buf *out, const struct table *table, size_t field,
                      const char *what, const char *unit)
{
    const struct result *best = table_least(table, field);
    const struct result *worst = table_most(table, field);
    char least[NUMBER_SIZE], most[NUMBER_SIZE];
    if (best == NULL)
        return;
    value_text(result_field(best, field), field, least);
    value_text(result_field(worst, field), field, most);
    if (table_is_best(table, worst, field)) {
        buf_printf(out, "; %s about %s%s, whatever the technique", what, most,
                   unit);
        return;
    }
    buf_printf(out, "; %s from %s", what, least);
    say_best(out, table, field);
    buf_printf(out, " to %s%s (%s)", most, unit, worst->technique);
}

static void say_delay(struct buf *out, const struct table *table)
{
    size_t field = RESULT_FIELD(p50_ms);
    const struct result *best = table_least(table, field);
    const struct result *worst = table_most(table, field);
    char least[NUMBER_SIZE], most[NUMBER_SIZE], times[NUMBER_SIZE];
    if (best == NULL) {
        buf_append_text(out, "By no technique all messages arrived");
        return;
    }
    number_text(best->p50_ms, least);
    number_text(worst->p50_ms, most);
    number_text(worst->p50_ms / best->p50_ms, times);
    buf_printf(out, "Half of the messages came within %s ms", least);
    say_best(out, table, field);
    if (!table_is_best(table, worst, field))
        buf_printf(out, ", or within %s ms, %s times as long (%s)", most, times,
                   worst->technique);
}

static void say_return(struct buf *out, const struct table *table)
{
    size_t field = RESULT_FIELD(return_ms);
    const struct result *best = table_least(table, field);
    const struct result *worst = table_most(table, field);
    char least[NUMBER_SIZE], most[NUMBER_SIZE];
    if (best == NULL) {
        buf_append_text(out, "By no technique all messages arrived");
        return;
    }
    number_text(best->return_ms, least);
    number_text(worst->return_ms, most);
    buf_printf(out,
               "Once the network was back, half of what was missed came "
               "within %s ms",
               least);
    say_best(out, table, field);
    if (!table_is_best(table, worst, field))
        buf_printf(out, ", or within %s ms (%s)", most, worst->technique);
    say_range(out, table, RESULT_FIELD(return_max_ms), "all of it took", " ms");
}

static void say_empty(struct buf *out, const struct table *table)
{
    const struct result *worst = table_most(table, RESULT_FIELD(empty_percent));
    if (worst != NULL && worst->empty_percent >= 1)
        buf_printf(out, "; %.0f%% of the requests of %s brought nothing",
                   worst->empty_percent, worst->technique);
}

/* "; 3 lost by a, 1 lost by b". True if there was anything to say. */
static bool say_fault(struct buf *out, const struct table *table, size_t field,
                      const char *what)
{
    bool said = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct result *result = &table->results[i];
        double number = result_field(result, field);
        if (isnan(number) || number < 1)
            continue;
        buf_printf(out, "%s %.0f %s by %s", said ? "," : ";", number, what,
                   result->technique);
        said = true;
    }
    return said;
}

static void say_faults(struct buf *out, const struct table *table)
{
    bool lost = say_fault(out, table, RESULT_FIELD(lost), "lost");
    bool doubled =
        say_fault(out, table, RESULT_FIELD(duplicated), "duplicated");
    bool swapped =
        say_fault(out, table, RESULT_FIELD(disordered), "out of order");
    if (!lost && !doubled && !swapped)
        buf_append_text(out, "; none was lost, duplicated or out of order");
}

static void say_idle(struct buf *out, const struct table *table)
{
    const struct result *worst = table_most(table, RESULT_FIELD(requests_each));
    char requests[NUMBER_SIZE], cpu_ms[NUMBER_SIZE];
    buf_append_text(out, "Nobody says anything");
    if (worst != NULL && worst->requests_each > 0) {
        buf_printf(out, ", and still a client asks %s times a minute (%s)",
                   number_text(worst->requests_each, requests),
                   worst->technique);
        if (!isnan(worst->cpu_ms))
            buf_printf(out, ", which takes %s ms of the server's CPU",
                       number_text(worst->cpu_ms, cpu_ms));
    }
    say_range(out, table, RESULT_FIELD(memory), "it holds",
              " bytes of the server's memory");
}

void sentence_append(struct buf *out, const struct table *table)
{
    enum focus focus = table->workload->focus;
    if (focus == FOCUS_IDLE)
        say_idle(out, table);
    else if (focus == FOCUS_OUTAGE)
        say_return(out, table);
    else
        say_delay(out, table);
    switch (focus) {
    case FOCUS_IDLE:
    case FOCUS_OUTAGE: break;
    case FOCUS_EMPTY: say_empty(out, table); break;
    case FOCUS_REQUESTS:
        say_range(out, table, RESULT_FIELD(requests), "it took", " requests");
        break;
    case FOCUS_WIRE:
        say_range(out, table, RESULT_FIELD(wire_each), "a delivery cost",
                  " bytes on the wire");
        break;
    case FOCUS_CPU:
        say_range(out, table, RESULT_FIELD(cpu_ms),
                  "1,000 deliveries took the server", " ms of CPU");
        break;
    }
    if (focus != FOCUS_IDLE)
        say_faults(out, table);
    buf_append_text(out, ".");
}
