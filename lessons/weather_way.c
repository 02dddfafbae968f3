#include "lessons/weather_way.h"

#include <assert.h>

#include "common/limits.h"

enum {
    WAY_MAX = MIB,        /* bytes: those of a second, at 1 MiB a second */
    PIECES_A_SECOND = 100 /* at a rate, or a long piece would come in a lump */
};

static const int64_t second_us = 1000000;

/* What one read brought. Its bytes are in way->bytes, behind those of others;
 * none at all is the end. */
struct arrival {
    int64_t at_us;
    size_t size; /* bytes that have not left */
};

struct way way_of(const struct faults *faults, struct dice dice)
{
    return (struct way){.faults = faults, .dice = dice};
}

void way_free(struct way *way)
{
    buf_free(&way->bytes);
    buf_free(&way->arrivals);
}

bool way_has_room(const struct way *way)
{
    return buf_size(&way->bytes) < WAY_MAX &&
           buf_size(&way->arrivals) < WAY_MAX;
}

static void arrive(struct way *way, struct slice bytes, int64_t now_us)
{
    struct arrival arrival = {.at_us = now_us, .size = bytes.size};
    buf_append(&way->arrivals, &arrival, sizeof arrival);
    buf_append_slice(&way->bytes, bytes);
}

void way_add(struct way *way, struct slice bytes, int64_t now_us)
{
    if (bytes.size > 0)
        arrive(way, bytes, now_us);
}

void way_end(struct way *way, int64_t now_us)
{
    arrive(way, slice_of(""), now_us);
}

static struct arrival *first_arrival(const struct way *way)
{
    return (struct arrival *)(void *)buf_head(&way->arrivals);
}

/* Delay +- jitter, but not into the past. */
static int64_t wait_us(struct way *way)
{
    const struct faults *faults = way->faults;
    int64_t wait_ms = faults->delay_ms - faults->jitter_ms;
    if (faults->jitter_ms > 0)
        wait_ms += (int64_t)dice_below(&way->dice,
                                       2 * (uint64_t)faults->jitter_ms + 1);
    return wait_ms > 0 ? wait_ms * 1000 : 0;
}

/* How long a piece may be. */
static size_t size_limit(const struct faults *faults)
{
    size_t limit = faults->chunk > 0 ? faults->chunk : SIZE_MAX;
    if (faults->rate > 0 && faults->rate / PIECES_A_SECOND < limit)
        limit = faults->rate / PIECES_A_SECOND;
    return limit > 0 ? limit : 1;
}

/* The next piece is a part of the first arrival. It is due when it has waited,
 * the one before it has left, and it has been sent at the rate. */
static void cut_piece(struct way *way)
{
    const struct arrival *first = first_arrival(way);
    size_t limit = size_limit(way->faults);
    int64_t due_us = first->at_us + wait_us(way);
    if (way->due_us < due_us)
        way->due_us = due_us;
    way->piece = first->size < limit ? first->size : limit;
    if (way->faults->rate > 0)
        way->due_us +=
            (int64_t)((uint64_t)second_us * way->piece / way->faults->rate);
    way->has_piece = true;
}

struct piece way_next(struct way *way, int64_t now_us)
{
    if (buf_size(&way->arrivals) == 0)
        return (struct piece){.state = WAY_EMPTY};
    if (!way->has_piece)
        cut_piece(way);
    const struct arrival *first = first_arrival(way);
    if (way->due_us > now_us)
        return (struct piece){
            .state = WAY_WAITS,
            .wait_ms = (way->due_us - now_us + 999) / 1000,
        };
    return (struct piece){
        .state = first->size > 0 ? WAY_PIECE : WAY_END,
        .waited_ms = (now_us - first->at_us) / 1000,
        .bytes = {buf_slice(&way->bytes).data, way->piece},
    };
}

void way_left(struct way *way, size_t size)
{
    struct arrival *first = first_arrival(way);
    assert(way->has_piece && size <= way->piece);
    buf_consume(&way->bytes, size);
    first->size -= size;
    way->piece -= size;
    way->has_piece = way->piece > 0;
    if (first->size == 0)
        buf_consume(&way->arrivals, sizeof *first);
}
