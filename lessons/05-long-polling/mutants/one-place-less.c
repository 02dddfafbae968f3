/* expect: the number of answers until here is 1, and 0 was right */

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
