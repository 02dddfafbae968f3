/* timer.h -- the timers that are set, the next one to be due first.
 *
 * A binary heap: every timer is due no earlier than its parent, so the first
 * one is at the top, and setting or cancelling one moves it along one path
 * only, O(log n). A heartbeat, set later than all the others, stays at the end
 * where it was put.
 *
 *      slot:      1            2's children are 4 and 5,
 *               /   \          its parent is 1
 *              2     3
 *             / \   / \        heap[slot - 1] is the timer in a slot
 *            4   5 6   7
 *
 * A zeroed struct timers is an empty set, a zeroed struct timer is not set. The
 * clock is the caller's.
 */
#ifndef COMMON_TIMER_H
#define COMMON_TIMER_H

#include <stdint.h>

struct timer {
    int64_t due_ms; /* on whatever clock the caller goes by */
    void (*on_due)(struct timer *timer);
    uint32_t slot; /* its place in the heap, from 1; 0: not set */
};

struct timers {
    struct timer **heap; /* the timers are borrowed */
    uint32_t count;      /* timers that are set */
    uint32_t capacity;   /* places allocated at heap */
};

/* Forget every timer: none is set any more. */
void timers_free(struct timers *timers);

/* Set `timer` to be due at `due_ms`; setting a set timer moves it. It must be
 * cancelled before its memory goes away. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due_ms);

/* Take `timer` out of the set; one that is not set stays so. */
void timers_cancel(struct timers *timers, struct timer *timer);

/* The timer that is due first, or NULL when none is set. It stays set until it
 * is cancelled. Those due at the same time come in no particular order. */
struct timer *timers_first(const struct timers *timers);

#endif
