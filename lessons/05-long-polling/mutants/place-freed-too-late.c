/* expect: index 100 out of bounds */

void parking_tick(struct parking *parking, int64_t now_ms)
{
    while (parking->count > 0 && parking->parked[0].due_ms <= now_ms) {
        parking->answer(parking->user, parking->parked[0].request, 0, 0);
        take(parking, 0);
    }
}
