#include "common/timer.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "common/alloc.h"

enum { FIRST_CAPACITY = 16 };

void timers_free(struct timers *timers)
{
    for (uint32_t i = 0; i < timers->count; i++)
        timers->heap[i]->slot = 0;
    free(timers->heap);
    *timers = (struct timers){0};
}

static struct timer *timer_in(const struct timers *timers, uint32_t slot)
{
    return timers->heap[slot - 1];
}

static void put(struct timers *timers, uint32_t slot, struct timer *timer)
{
    timers->heap[slot - 1] = timer;
    timer->slot = slot;
}

static void move_up(struct timers *timers, struct timer *timer)
{
    uint32_t slot = timer->slot;
    while (slot > 1 && timer_in(timers, slot / 2)->due_ms > timer->due_ms) {
        put(timers, slot, timer_in(timers, slot / 2));
        slot /= 2;
    }
    put(timers, slot, timer);
}

/* The child of `slot` that is due first, or 0 when it has none. */
static uint32_t first_child(const struct timers *timers, uint32_t slot)
{
    if (slot > timers->count / 2)
        return 0;
    uint32_t left = 2 * slot, right = left + 1;
    if (right <= timers->count &&
        timer_in(timers, right)->due_ms < timer_in(timers, left)->due_ms)
        return right;
    return left;
}

static void move_down(struct timers *timers, struct timer *timer)
{
    uint32_t slot = timer->slot;
    uint32_t child = first_child(timers, slot);
    while (child > 0 && timer_in(timers, child)->due_ms < timer->due_ms) {
        put(timers, slot, timer_in(timers, child));
        slot = child;
        child = first_child(timers, slot);
    }
    put(timers, slot, timer);
}

static void resize(struct timers *timers, uint32_t capacity)
{
    size_t size = capacity * sizeof(struct timer *);
    timers->heap = reallocate(timers->heap, size);
    timers->capacity = capacity;
}

static void grow_if_full(struct timers *timers)
{
    if (timers->count < timers->capacity)
        return;
    assert(timers->capacity <= UINT32_MAX / 2);
    resize(timers, timers->capacity ? 2 * timers->capacity : FIRST_CAPACITY);
}

/* At a quarter, not at half, so that one timer set and cancelled in turn does
 * not resize each time. */
static void shrink_if_few(struct timers *timers)
{
    if (timers->capacity > FIRST_CAPACITY &&
        timers->count <= timers->capacity / 4)
        resize(timers, timers->capacity / 2);
}

void timers_set(struct timers *timers, struct timer *timer, int64_t due_ms)
{
    if (timer->slot == 0) {
        grow_if_full(timers);
        put(timers, ++timers->count, timer);
    }
    assert(timer_in(timers, timer->slot) == timer);
    timer->due_ms = due_ms;
    move_up(timers, timer);
    move_down(timers, timer);
}

void timers_cancel(struct timers *timers, struct timer *timer)
{
    uint32_t slot = timer->slot;
    if (slot == 0)
        return;
    assert(slot <= timers->count && timer_in(timers, slot) == timer);
    timer->slot = 0;
    struct timer *last = timer_in(timers, timers->count--);
    if (last != timer) {
        put(timers, slot, last);
        move_up(timers, last);
        move_down(timers, last);
    }
    shrink_if_few(timers);
}

struct timer *timers_first(const struct timers *timers)
{
    return timers->count > 0 ? timers->heap[0] : NULL;
}
