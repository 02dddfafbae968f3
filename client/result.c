#include "client/result.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const struct result_key result_keys[] = {
    {"expected", RESULT_FIELD(expected)},
    {"delivered", RESULT_FIELD(delivered)},
    {"delay_p50_ms", RESULT_FIELD(p50_ms)},
    {"delay_p99_ms", RESULT_FIELD(p99_ms)},
    {"delay_max_ms", RESULT_FIELD(max_ms)},
    {"lost", RESULT_FIELD(lost)},
    {"duplicated", RESULT_FIELD(duplicated)},
    {"out_of_order", RESULT_FIELD(disordered)},
    {"requests", RESULT_FIELD(requests)},
    {"requests_each", RESULT_FIELD(requests_each)},
    {"empty_percent", RESULT_FIELD(empty_percent)},
    {"connections", RESULT_FIELD(connections)},
    {"bytes_up_each", RESULT_FIELD(bytes_up_each)},
    {"bytes_down_each", RESULT_FIELD(bytes_down_each)},
    {"wire_up_each", RESULT_FIELD(wire_up_each)},
    {"wire_down_each", RESULT_FIELD(wire_down_each)},
    {"wire_each", RESULT_FIELD(wire_each)},
    {"server_cpu_ms", RESULT_FIELD(cpu_ms)},
    {"server_memory_each", RESULT_FIELD(memory)},
    {"return_p50_ms", RESULT_FIELD(return_ms)},
    {"return_max_ms", RESULT_FIELD(return_max_ms)},
};

const size_t result_key_count = sizeof result_keys / sizeof *result_keys;

double result_field(const struct result *result, size_t field)
{
    double value;
    memcpy(&value, (const char *)result + field, sizeof value);
    return value;
}

struct result result_unknown(const char *technique)
{
    struct result result = {.technique = technique};
    double unknown = NAN;
    for (size_t i = 0; i < result_key_count; i++)
        memcpy((char *)&result + result_keys[i].field, &unknown,
               sizeof unknown);
    return result;
}

bool result_has_lost(const struct result *result)
{
    return result->lost > 0; /* false if it is not known */
}

/* Least for sign 1, most for -1. */
static const struct result *extreme(const struct table *table, size_t field,
                                    int sign)
{
    const struct result *found = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct result *result = &table->results[i];
        double value = result_field(result, field);
        if (isnan(value) || result_has_lost(result))
            continue;
        if (found == NULL || sign * value < sign * result_field(found, field))
            found = result;
    }
    return found;
}

const struct result *table_least(const struct table *table, size_t field)
{
    return extreme(table, field, 1);
}

const struct result *table_most(const struct table *table, size_t field)
{
    return extreme(table, field, -1);
}

static bool is_as_good(double value, double best)
{
    return value <= best * 1.05; /* false for NAN */
}

bool table_is_best(const struct table *table, const struct result *result,
                   size_t field)
{
    const struct result *best = table_least(table, field);
    return best != NULL && !result_has_lost(result) &&
           is_as_good(result_field(result, field), result_field(best, field));
}

bool table_is_marked(const struct table *table, const struct result *result,
                     size_t field)
{
    const struct result *worst = table_most(table, field);
    return worst != NULL && table_is_best(table, result, field) &&
           !table_is_best(table, worst, field);
}

const char *number_text(double number, char text[NUMBER_SIZE])
{
    const char *unit = number < 9995 ? "" : number < 999500 ? "k" : "M";
    if (isnan(number))
        return strcpy(text, "-");
    if (*unit != '\0')
        number /= *unit == 'k' ? 1e3 : 1e6;
    if (number >= 999.5)
        number = 10 * (double)(int64_t)(number / 10 + 0.5);
    int decimals = number < 0.00005   ? 0
                   : number < 0.09995 ? 4
                   : number < 0.9995  ? 3
                   : number < 9.995   ? 2
                   : number < 99.95   ? 1
                                      : 0;
    snprintf(text, NUMBER_SIZE, "%.*f%s", decimals, number, unit);
    return text;
}

const char *count_text(double count, char text[NUMBER_SIZE])
{
    enum { TOO_LONG = 100000 };
    if (isnan(count) || count >= TOO_LONG)
        return number_text(count, text);
    snprintf(text, NUMBER_SIZE, "%.0f", count);
    return text;
}
