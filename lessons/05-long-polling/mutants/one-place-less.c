/* expect: the number of answers until here is 1, and 0 was right */
#include <stdbool.h>

#include "lessons/05-long-polling/exercise.h"

/* False: there is nothing behind `after`. */
static bool answer_now(struct parking *parking, int request, uint64_t after)
{
    uint64_t oldest = parking->oldest(parking->user);
    uint64_t newest = parking->newest(parking->user);
    uint64_t first = after + 1 < oldest ? oldest : after + 1;
    if (newest <= after)
        return false;
    parking->answer(parking->user, request, first, newest);
    return true;
}

void parking_ask(struct parking *parking, int request, uint64_t after,
                 int64_t now_ms)
{
    if (answer_now(parking, request, after))
        return;
    if (parking->count == PARKED_MAX - 1) {
        parking->answer(parking->user, request, 0, 0);
        return;
    }
    parking->parked[parking->count++] =
        (struct parked){request, after, now_ms + parking->timeout_ms};
}

/* Before it is answered: the answer may make its client ask again. The order
 * stays, so the first one is due first. */
static struct parked take(struct parking *parking, size_t i)
{
    struct parked taken = parking->parked[i];
    parking->count--;
    for (; i < parking->count; i++)
        parking->parked[i] = parking->parked[i + 1];
    return taken;
}

/* Who asks again within its answer is parked behind the others, and has
 * everything. */
void parking_published(struct parking *parking)
{
    uint64_t newest = parking->newest(parking->user);
    size_t i = 0;
    for (size_t left = parking->count; left > 0; left--) {
        if (parking->parked[i].after >= newest) {
            i++;
            continue;
        }
        struct parked parked = take(parking, i);
        answer_now(parking, parked.request, parked.after);
    }
}

void parking_gone(struct parking *parking, int request)
{
    for (size_t i = 0; i < parking->count; i++)
        if (parking->parked[i].request == request) {
            take(parking, i);
            return;
        }
}

int64_t parking_due(const struct parking *parking)
{
    return parking->count > 0 ? parking->parked[0].due_ms : -1;
}

void parking_tick(struct parking *parking, int64_t now_ms)
{
    while (parking->count > 0 && parking->parked[0].due_ms <= now_ms) {
        struct parked parked = take(parking, 0);
        parking->answer(parking->user, parked.request, 0, 0);
    }
}

uint64_t cursor_next(uint64_t after, uint64_t first, uint64_t last)
{
    (void)first;
    return last > after ? last : after;
}
