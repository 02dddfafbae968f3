/* expect: the number of answers until here is 0, and 1 was right */

void parking_tick(struct parking *parking, int64_t now_ms)
{
    while (parking->count > 0 && parking->parked[0].due_ms < now_ms) {
        struct parked parked = take(parking, 0);
        parking->answer(parking->user, parked.request, 0, 0);
    }
}
