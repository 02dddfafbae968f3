#include "client/statistics.h"

#include <stdlib.h>

#include "common/alloc.h"

enum { FIRST_CAPACITY = 64 };

void samples_add(struct samples *samples, int64_t value)
{
    if (samples->count == samples->capacity) {
        samples->capacity =
            samples->capacity ? 2 * samples->capacity : FIRST_CAPACITY;
        samples->values = reallocate(
            samples->values, samples->capacity * sizeof *samples->values);
    }
    samples->values[samples->count++] = value;
}

void samples_free(struct samples *samples)
{
    free(samples->values);
    *samples = (struct samples){0};
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int64_t samples_percentile(struct samples *samples, double percent)
{
    if (samples->count == 0)
        return -1;
    qsort(samples->values, samples->count, sizeof *samples->values, by_value);
    double exact = percent / 100 * (double)samples->count;
    size_t rank = (size_t)exact;
    if ((double)rank < exact)
        rank++;
    return samples->values[rank > 0 ? rank - 1 : 0];
}

double least_squares_slope(const struct point *points, size_t count)
{
    double x = 0, y = 0, xy = 0, xx = 0;
    for (size_t i = 0; i < count; i++) {
        x += points[i].x / (double)count;
        y += points[i].y / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        xy += (points[i].x - x) * (points[i].y - y);
        xx += (points[i].x - x) * (points[i].x - x);
    }
    return xx > 0 ? xy / xx : 0;
}

void tally_init(struct tally *tally, size_t expected)
{
    *tally = (struct tally){.expected = expected};
    tally->seen = allocate((expected + 1) * sizeof *tally->seen);
}

void tally_free(struct tally *tally)
{
    free(tally->seen);
    *tally = (struct tally){0};
}

bool tally_add(struct tally *tally, size_t number, uint64_t order)
{
    if (number >= tally->expected)
        return false;
    if (tally->seen[number]) {
        tally->duplicated++;
        return false;
    }
    tally->seen[number] = true;
    if (tally->delivered++ > 0 && order < tally->last)
        tally->disordered++;
    else
        tally->last = order;
    return true;
}

size_t tally_lost(const struct tally *tally)
{
    return tally->expected - tally->delivered;
}
